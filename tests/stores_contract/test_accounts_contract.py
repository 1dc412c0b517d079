"""accounts.ports.AccountStore."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.accounts.model import AccountState, Credential, Kind, Observed, PasswordReset, Why
from chalicelib.accounts.ports import PlexIdTaken
from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import AddressTaken, UserNotFound
from chalicelib.events.model import about_user
from chalicelib.settings.model import Quota
from tests.stores_contract.builders import (
    a_closed_account,
    a_kept_invite,
    a_session,
    a_sign_in,
    a_user,
    an_account,
    an_entry,
    journal_of,
    walk,
)
from tests.stores_contract.redeeming import a_local_claim, add_invite

HOUR = timedelta(hours=1)


def closed(user):
    return replace(user, state=AccountState.CLOSED)


def close(ports, user):
    ports.accounts.change(user, closed(user), an_entry(ports))


def test_an_account_is_found_by_its_id_its_plex_id_and_its_address(ports):
    user = an_account(ports)
    assert ports.accounts.get(user.id) == user
    assert ports.accounts.get_with_settings(user.id) == (user, ports.settings.get())
    assert ports.accounts.id_of_plex_account(user.plex_id) == user.id
    assert ports.accounts.find_credential(user.email) == (Credential(user.id, None), ports.settings.get())
    basis = ports.accounts.quota_basis(user.id)
    assert (basis.user, basis.made, basis.settings) == (user, 0, ports.settings.get())


def test_an_account_is_read_as_it_was_written(ports, now):
    user = an_account(
        ports,
        Permission.ADMIN,
        Permission.STREAMARR,
        kind=Kind.LOCAL,
        email=None,
        trial_ends_at=now + HOUR,
        invited_by=Person("jo", "Jo"),
        redemption_id="r1",
        quota=Quota(0, None),
    )
    assert ports.accounts.get(user.id) == user


def test_what_is_not_there_is_not_found(ports):
    stranger = a_user(ports)
    with pytest.raises(UserNotFound):
        ports.accounts.get(stranger.id)
    with pytest.raises(UserNotFound):
        ports.accounts.get_with_settings(stranger.id)
    assert ports.accounts.quota_basis(stranger.id).user is None
    assert ports.accounts.id_of_plex_account(stranger.plex_id) is None
    assert ports.accounts.find_credential(stranger.email) == (None, ports.settings.get())


def test_a_session_comes_with_the_account(ports, now):
    user = a_user(ports)
    token, session = new_session(user.id, new_id=ports.new_id, now=now)
    ports.accounts.open(user, session)
    assert ports.sessions.find(token, now=now)[1] == user


def test_a_plex_id_belongs_to_one_account_and_nothing_is_written_for_another(ports):
    first = an_account(ports)
    second = a_user(ports, plex_id=first.plex_id)
    with pytest.raises(PlexIdTaken):
        ports.accounts.open(second, a_session(ports, second))
    with pytest.raises(UserNotFound):
        ports.accounts.get(second.id)
    assert ports.accounts.find_credential(second.email)[0] is None
    assert ports.accounts.id_of_plex_account(first.plex_id) == first.id


def test_an_address_belongs_to_one_account(ports):
    first = an_account(ports)
    second = a_user(ports, email=first.email)
    with pytest.raises(AddressTaken):
        ports.accounts.open(second, a_session(ports, second))
    assert ports.accounts.id_of_plex_account(second.plex_id) is None


def test_a_local_account_s_name_belongs_to_one_account_however_it_is_written(ports):
    first = an_account(ports, kind=Kind.LOCAL)
    second = a_user(ports, kind=Kind.LOCAL, name=first.name.upper().replace(" ", "  "))
    with pytest.raises(AddressTaken):
        ports.accounts.open(second, a_session(ports, second))
    an_account(ports, kind=Kind.PLEX, name=first.name)


def test_with_plex_id_and_address_taken_it_is_the_plex_id_that_counts(ports):
    first = an_account(ports)
    second = a_user(ports, plex_id=first.plex_id, email=first.email)
    with pytest.raises(PlexIdTaken):
        ports.accounts.open(second, a_session(ports, second))


def test_any_number_of_accounts_have_neither_plex_id_nor_address(ports):
    for _ in range(2):
        an_account(ports, plex_id=None, email=None)


def test_a_change_is_written_with_its_entry_and_touches_nothing_else(ports, now):
    user = an_account(ports, Permission.CREATE_INVITES, quota=Quota(3, 7))
    changes = {"permissions": frozenset({Permission.ADMIN}), "quota": None, "trial_ends_at": now + HOUR}
    entry = an_entry(ports, f"user#{user.id}")
    ports.accounts.change(user, replace(user, name="Another", **changes), entry)
    assert ports.accounts.get(user.id) == replace(user, **changes)
    assert journal_of(ports, f"user#{user.id}") == [entry]


STALE: dict[str, Any] = {
    "permissions": frozenset({Permission.VIEW_INVITES}),
    "quota": Quota(1, 1),
    "trial_ends_at": None,
    "state": AccountState.CLOSED,
    "plex_id": 41,
    "email": "another@example.org",
}


@pytest.mark.parametrize("name", STALE)
def test_a_change_is_made_from_the_account_as_it_is(ports, now, name):
    user = an_account(ports, trial_ends_at=now + HOUR)
    was = replace(user, **{name: STALE[name]})
    entry = an_entry(ports, f"user#{user.id}")
    with pytest.raises(StaleWrite):
        ports.accounts.change(was, replace(was, permissions=frozenset({Permission.ADMIN})), entry)
    assert ports.accounts.get(user.id) == user
    assert journal_of(ports, f"user#{user.id}") == []


def test_an_account_that_is_not_there_is_not_changed(ports):
    stranger = a_user(ports)
    with pytest.raises(StaleWrite):
        ports.accounts.change(stranger, replace(stranger, quota=Quota(1, 1)), an_entry(ports))
    with pytest.raises(UserNotFound):
        ports.accounts.get(stranger.id)


@pytest.mark.parametrize("kind", Kind)
def test_a_closed_account_stays_and_lets_others_have_what_was_unique_of_it(ports, kind):
    first = an_account(ports, kind=kind)
    close(ports, first)
    assert ports.accounts.get(first.id) == closed(first)
    assert ports.accounts.find_credential(first.email)[0] is None
    second = an_account(ports, kind=kind, name=first.name, email=first.email, plex_id=first.plex_id)
    assert ports.accounts.find_credential(first.email)[0] == Credential(second.id, None)


def test_an_admin_remains_where_one_has_to(ports):
    admin, other = an_account(ports, Permission.ADMIN), an_account(ports, Permission.ADMIN)
    demoted = replace(other, permissions=frozenset())
    ports.accounts.change(other, demoted, an_entry(ports), remaining_admin=admin.id)
    assert ports.accounts.get(other.id) == demoted


@pytest.mark.parametrize("kind_of_admin", ["demoted", "closed", "unknown"])
def test_without_the_admin_who_has_to_remain_nothing_is_written(ports, kind_of_admin):
    admin, other = an_account(ports, Permission.ADMIN), an_account(ports, Permission.ADMIN)
    if kind_of_admin == "demoted":
        ports.accounts.change(admin, replace(admin, permissions=frozenset({Permission.STREAMARR})), an_entry(ports))
    elif kind_of_admin == "closed":
        close(ports, admin)
    remaining = ports.new_id() if kind_of_admin == "unknown" else admin.id
    with pytest.raises(StaleWrite):
        ports.accounts.change(other, closed(other), an_entry(ports), remaining_admin=remaining)
    assert ports.accounts.get(other.id) == other


def test_trials_that_are_over_come_the_first_to_end_first(ports, now):
    late = an_account(ports, trial_ends_at=now + 2 * HOUR)
    early = an_account(ports, trial_ends_at=now + HOUR)
    over = an_account(ports, trial_ends_at=now + HOUR)
    others = [
        an_account(ports),
        an_account(ports, trial_ends_at=now + 2 * HOUR + timedelta(microseconds=1)),
        over,
    ]
    close(ports, over)
    mine = {user.id for user in (late, early, *others)}
    found = ports.accounts.with_trial_over(now + 2 * HOUR)
    assert [user for user in found if user.id in mine] == [early, late]


def test_a_trial_is_ended_with_its_entry_once(ports, now):
    user = an_account(ports, trial_ends_at=now + HOUR)
    entry = an_entry(ports, f"user#{user.id}")
    ports.accounts.end_trial(user, entry)
    assert ports.accounts.get(user.id) == replace(user, trial_ends_at=None)
    with pytest.raises(StaleWrite):
        ports.accounts.end_trial(user, an_entry(ports, f"user#{user.id}"))
    assert journal_of(ports, f"user#{user.id}") == [entry]


@pytest.mark.parametrize("changes", [{"trial_ends_at": None}, {"state": AccountState.CLOSED}])
def test_a_trial_that_is_another_by_now_is_not_ended(ports, now, changes):
    user = an_account(ports, trial_ends_at=now + HOUR)
    changed = replace(user, **changes)
    ports.accounts.change(user, changed, an_entry(ports))
    with pytest.raises(StaleWrite):
        ports.accounts.end_trial(user, an_entry(ports))
    assert ports.accounts.get(user.id) == changed


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_list_has_the_accounts_of_a_state_and_a_text_the_newest_first(ports, now, limit):
    tag = ports.new_id()
    named = [an_account(ports, name=f"{number} {tag.upper()}", created_at=now + number * HOUR) for number in range(3)]
    addressed = an_account(ports, email=f"{tag}@example.org", created_at=now + 9 * HOUR)
    gone = an_account(ports, name=tag)
    close(ports, gone)
    an_account(ports)

    def walked(state):
        return walk(lambda after, limit: ports.accounts.page(state, text=tag, after=after, limit=limit), limit)

    assert walked(AccountState.ACTIVE) == [addressed, *reversed(named)]
    assert walked(AccountState.CLOSED) == [closed(gone)]


def test_without_a_text_a_list_has_all_accounts_of_the_state(ports, now):
    mine = [an_account(ports, created_at=now + timedelta(days=3650 + number)) for number in range(2)]
    page = ports.accounts.page(AccountState.ACTIVE, text="", after=None, limit=1)
    assert page.items == (mine[1],)
    following = ports.accounts.page(AccountState.ACTIVE, text="", after=page.next, limit=1)
    assert following.items == (mine[0],)
    for user in mine:
        close(ports, user)


def test_the_invites_of_a_period_are_listed_latest_first_and_deleted_ones_too(ports, now):
    user = an_account(ports)
    first = a_kept_invite(ports, created_by=user.person, created_at=now)
    a_kept_invite(ports, created_by=user.person, created_at=now + HOUR)

    def delete(invite, _):
        return replace(invite, deleted_at=now, updated_at=now, edition=2), an_entry(ports)

    ports.invites.change(first.code, delete)
    assert ports.accounts.quota_basis(user.id).made == 2
    assert ports.accounts.created_since(user.id, now - HOUR) == (now + HOUR, now)
    assert ports.accounts.created_since(user.id, now) == (now + HOUR,)
    assert ports.accounts.created_since(an_account(ports).id, now - HOUR) == ()


@pytest.fixture
def with_password(ports, now):
    """A local account, and its credential."""
    claim = a_local_claim(ports, add_invite(ports, now), now)
    ports.claims.claim(claim)
    return claim.user, ports.accounts.find_credential(claim.user.email)[0]


def test_an_address_and_its_account_are_read_at_one_moment(ports, with_password):
    user, credential = with_password
    assert ports.accounts.read_credential(user.email, user.id) == (credential, user)
    assert ports.accounts.read_credential("unknown@example.org", "-") == (None, None)


def test_a_password_is_set_with_a_new_epoch_and_one_session_goes_on(ports, with_password, now):
    user, credential = with_password
    token, session = new_session(user.id, new_id=ports.new_id, now=now)
    other, other_session = new_session(user.id, new_id=ports.new_id, now=now)
    for each in (session, other_session):
        ports.sessions.add(each, an_entry(ports))
    entry = an_entry(ports)
    ports.accounts.set_password(user, credential, "another hash", entry, session=session)
    changed = replace(user, epoch=1)
    assert ports.accounts.read_credential(user.email, user.id) == (
        replace(credential, password_hash="another hash"),
        changed,
    )
    assert ports.sessions.find(token, now=now)[1] == changed
    assert ports.sessions.find(other, now=now)[1] is None
    assert journal_of(ports, entry.subject) == [entry]


def test_a_password_is_not_set_over_another_nor_at_another_epoch(ports, with_password):
    user, credential = with_password
    for account, was in (
        (user, replace(credential, password_hash="wrong")),
        (replace(user, epoch=7), credential),
        (user, replace(credential, reset=PasswordReset("hash", ports.clock()))),
    ):
        with pytest.raises(StaleWrite):
            ports.accounts.set_password(account, was, "another hash", an_entry(ports))
    assert ports.accounts.read_credential(user.email, user.id) == (credential, user)


def test_a_link_is_kept_until_the_password_is_set(ports, with_password, now):
    user, _ = with_password
    for token_hash in ("first", "second"):
        reset = PasswordReset(token_hash, now)
        ports.accounts.offer_reset(user, reset, an_entry(ports))
        kept, _ = ports.accounts.find_credential(user.email)
        assert kept.reset == reset
    ports.accounts.set_password(user, kept, "another hash", an_entry(ports))
    assert ports.accounts.find_credential(user.email)[0].reset is None


def test_no_link_is_kept_for_an_account_without_a_password(ports, now):
    for user in (an_account(ports), a_user(ports)):
        with pytest.raises(StaleWrite):
            ports.accounts.offer_reset(user, PasswordReset("hash", now), an_entry(ports))


def test_an_account_is_opened_with_the_sign_in_that_led_to_it_once(ports):
    user, sign_in = a_user(ports), a_sign_in(ports)
    ports.accounts.open(user, a_session(ports, user), sign_in=sign_in)
    assert ports.sessions.get_sign_in_with_settings(sign_in.id)[0].user_id == user.id
    second = a_user(ports)
    with pytest.raises(StaleWrite):
        ports.accounts.open(second, a_session(ports, second), sign_in=sign_in)


def test_an_account_is_not_opened_by_settings_that_are_others_by_now(ports):
    user, version = a_user(ports), ports.settings.get().version
    with pytest.raises(StaleWrite):
        ports.accounts.open(user, a_session(ports, user), settings_version=version + 1)
    ports.accounts.open(user, a_session(ports, user), settings_version=version)
    assert ports.accounts.get(user.id) == user


def test_an_account_is_opened_again_over_its_tombstone(ports, now):
    user, tombstone = a_closed_account(ports, now)
    again = replace(user, state=AccountState.ACTIVE, epoch=1)
    with pytest.raises(PlexIdTaken):
        ports.accounts.open(again, a_session(ports, again), over=replace(tombstone, why=Why.LEFT))
    ports.accounts.open(again, a_session(ports, again), over=tombstone)
    assert ports.accounts.get(user.id) == again
    assert ports.accounts.tombstone_of(user.plex_id) is None
    assert ports.accounts.id_of_plex_account(user.plex_id) == user.id


def test_a_renamed_account_holds_its_new_address_and_frees_the_earlier_one(ports):
    was = an_account(ports)
    becomes = replace(was, name="Another", email=f"new-{was.email}")
    entry = an_entry(ports, about_user(was.id))
    ports.accounts.rename(was, becomes, entry)
    assert ports.accounts.get(was.id) == becomes
    assert ports.accounts.find_credential(was.email)[0] is None
    assert ports.accounts.find_credential(becomes.email)[0].user_id == was.id
    assert journal_of(ports, about_user(was.id))[0] == entry


def test_an_address_that_another_account_holds_is_not_taken_over(ports):
    was, other = an_account(ports), an_account(ports)
    with pytest.raises(AddressTaken):
        ports.accounts.rename(was, replace(was, email=other.email), an_entry(ports))
    assert ports.accounts.get(was.id) == was
    assert ports.accounts.find_credential(was.email)[0].user_id == was.id
    unheld = replace(was, email=other.email, holds_address=False)
    ports.accounts.rename(was, unheld, an_entry(ports))
    assert ports.accounts.get(was.id) == unheld
    assert ports.accounts.find_credential(other.email)[0].user_id == other.id


def test_an_account_that_was_changed_meanwhile_is_not_renamed(ports):
    was = an_account(ports)
    ports.accounts.rename(was, replace(was, name="Another"), an_entry(ports))
    with pytest.raises(StaleWrite):
        ports.accounts.rename(was, replace(was, name="A third"), an_entry(ports))


def test_what_was_seen_on_plex_is_noted_with_the_account(ports, now):
    plex_id = an_account(ports).plex_id or 0
    assert ports.accounts.observed(plex_id) is None
    seen = Observed(plex_id, has_access=True, email="x@example.org", at=now)
    ports.accounts.note_observed(seen)
    assert ports.accounts.observed(plex_id) == seen
    later = Observed(plex_id, has_access=False, email=None, at=now + HOUR)
    ports.accounts.note_observed(later)
    assert ports.accounts.observed(plex_id) == later


def test_nothing_is_noted_where_there_is_no_account(ports, now):
    plex_id = a_user(ports).plex_id or 0
    ports.accounts.note_observed(Observed(plex_id, has_access=True, email=None, at=now))
    assert ports.accounts.observed(plex_id) is None
