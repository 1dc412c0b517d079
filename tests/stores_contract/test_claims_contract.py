"""The transactions by which a person is let in, let go and linked: of the fake and of the real store."""

from datetime import timedelta

import pytest

from chalicelib.access.entitlement import Rule
from chalicelib.access.model import Hold, Occasion, begin_access
from chalicelib.access.progress import State
from chalicelib.access.reasons import REFUSED_BY_PLEX
from chalicelib.accounts.model import AccountState, Kind, Tombstone, Why
from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    AlreadyHasAccess,
    InviteNotActive,
    RedemptionNotFound,
    UserNameTaken,
    UserNotFound,
)
from chalicelib.invites.model import MAY_INVITE, Status
from chalicelib.redemptions.model import Renewal
from chalicelib.redemptions.ports import Claim, Claims
from tests.stores_contract.builders import a_closed_account, an_account, an_entry
from tests.stores_contract.redeeming import (
    LEASE,
    a_claim,
    a_local_claim,
    a_plex_id,
    a_renewal,
    add_invite,
    add_sign_in,
    closed,
    edit_invite,
    given_up,
    going_over,
    hold,
    joined,
    session_token,
    settle,
    take,
)


@pytest.fixture
def now(ports):
    """A year ahead: nothing that is left behind is due for the stack's own sweep."""
    return ports.clock() + timedelta(days=365)


@pytest.fixture
def claims(ports) -> Claims:
    return ports.claims


def invite_now(ports, claim: Claim):
    return ports.invites.get_even_deleted(claim.invite.code)


def must_have_written_nothing(ports, claim: Claim, *, uses: int = 0) -> None:
    assert invite_now(ports, claim).uses == uses
    with pytest.raises(UserNotFound):
        ports.accounts.get(claim.user.id)
    with pytest.raises(RedemptionNotFound):
        ports.redemptions.get(claim.redemption.id)
    assert ports.accesses.get(claim.user.id) is None
    assert ports.tokens.latest(claim.redemption.id, now=claim.redemption.created_at) is None


def assert_same(stored, access) -> None:
    """What was decided and done, whatever the store counts."""
    assert (stored.decided, stored.done) == (access.decided, access.done)


def close_account(ports, claim: Claim) -> None:
    user = ports.accounts.get(claim.user.id)
    ports.accounts.change(user, replace(user, state=AccountState.CLOSED), an_entry(ports))


def test_a_claim_writes_all_that_a_redemption_begins_with(ports, claims, now):
    invite = add_invite(ports, now)
    sign_in = add_sign_in(ports, invite.code, now)
    claim = a_claim(ports, invite, now, sign_in=sign_in)
    claims.claim(claim)
    assert ports.accounts.get(claim.user.id) == claim.user
    assert ports.accounts.id_of_plex_account(claim.user.plex_id) == claim.user.id
    assert ports.redemptions.get(claim.redemption.id) == claim.redemption
    assert_same(ports.accesses.get(claim.user.id), claim.access)
    assert ports.tokens.latest(claim.redemption.id, now=now) == claim.plex_token
    session, user = ports.sessions.find(session_token(claim), now=now)
    assert (session.redemption_id, user) == (claim.redemption.id, claim.user)
    used = invite_now(ports, claim)
    assert (used.uses, used.status(now)) == (1, Status.REDEEMED)
    assert [redeemer.person for redeemer in used.redeemers] == [claim.user.person]
    settled, _, _ = claims.get_sign_in(sign_in.id, invite.code)
    assert settled
    assert (settled.redemption_id, settled.user_id) == (claim.redemption.id, claim.user.id)


def test_a_local_claim_keeps_the_password_with_the_address(ports, claims, now):
    claim = a_local_claim(ports, add_invite(ports, now), now)
    claims.claim(claim)
    credential, _ = ports.accounts.find_credential(claim.user.email)
    assert (credential.user_id, credential.password_hash) == (claim.user.id, "hash")
    assert ports.tokens.latest(claim.redemption.id, now=now) is None


def test_two_claims_do_not_share_the_last_use(ports, claims, now):
    invite = add_invite(ports, now)
    first, second = a_claim(ports, invite, now), a_claim(ports, invite, now)
    claims.claim(first)
    with pytest.raises(StaleWrite):
        claims.claim(second)
    must_have_written_nothing(ports, second, uses=1)


def test_claims_drawn_up_from_the_same_reading_share_what_is_certainly_left(ports, claims, now):
    invite = add_invite(ports, now, usage_limit=3)
    claims.claim(a_claim(ports, invite, now))
    claims.claim(a_claim(ports, invite, now))
    last = a_claim(ports, invite, now)
    with pytest.raises(StaleWrite):
        claims.claim(last)
    claims.claim(a_claim(ports, invite_now(ports, last), now))
    assert invite_now(ports, last).uses == 3


def test_an_unlimited_invite_is_claimed_again_and_again(ports, claims, now):
    invite = add_invite(ports, now, usage_limit=None)
    for _ in range(7):
        claims.claim(a_claim(ports, invite, now))
    assert ports.invites.get_even_deleted(invite.code).uses == 7


def test_an_invite_names_those_who_redeemed_it_first_the_latest_of_them_on_top(ports, claims, now):
    invite, people = add_invite(ports, now, usage_limit=None), []
    for minute in range(6):
        invite = ports.invites.get_even_deleted(invite.code)
        claim = a_claim(ports, invite, now + timedelta(minutes=minute))
        claims.claim(claim)
        people.append(claim.user.person)
    redeemers = ports.invites.get_even_deleted(invite.code).redeemers
    assert [redeemer.person for redeemer in redeemers] == people[4::-1]


@pytest.mark.parametrize(
    "changes", [{"note": "another"}, {"enabled": False}, {"usage_limit": 5}], ids=["edited", "switched off", "limit"]
)
def test_a_claim_of_an_invite_that_was_edited_meanwhile_is_stale(ports, claims, now, changes):
    claim = a_claim(ports, add_invite(ports, now), now)
    edit_invite(ports, claim.invite, **changes)
    with pytest.raises(StaleWrite):
        claims.claim(claim)
    must_have_written_nothing(ports, claim)


def test_a_claim_of_an_invite_that_was_deleted_meanwhile_is_stale(ports, claims, now):
    claim = a_claim(ports, add_invite(ports, now), now)
    edit_invite(ports, claim.invite, deleted_at=now)
    with pytest.raises(StaleWrite):
        claims.claim(claim)


def test_an_invite_cannot_be_claimed_from_the_moment_of_its_expiry_on(ports, claims, now):
    expires_at = now + timedelta(minutes=1)
    invite = add_invite(ports, now, usage_limit=2, expires_at=expires_at)
    with pytest.raises(StaleWrite):
        claims.claim(a_claim(ports, invite, expires_at))
    claims.claim(a_claim(ports, invite, expires_at - timedelta(seconds=1)))


def test_an_inactive_invite_cannot_be_claimed(ports, claims, now):
    with pytest.raises(StaleWrite):
        claims.claim(a_claim(ports, add_invite(ports, now, enabled=False), now))


def test_a_second_claim_of_the_same_plex_account_is_refused(ports, claims, now):
    invite, plex_id = add_invite(ports, now, usage_limit=None), a_plex_id()
    claims.claim(a_claim(ports, invite, now, plex_id=plex_id))
    second = a_claim(ports, invite, now, plex_id=plex_id)
    with pytest.raises(AlreadyHasAccess):
        claims.claim(second)
    must_have_written_nothing(ports, second, uses=1)


def test_a_second_claim_of_the_same_address_is_refused(ports, claims, now):
    invite = add_invite(ports, now, usage_limit=None)
    first = a_claim(ports, invite, now)
    claims.claim(first)
    with pytest.raises(AlreadyHasAccess):
        claims.claim(a_local_claim(ports, invite, now, email=first.user.email))


def test_two_local_accounts_do_not_share_a_name(ports, claims, now):
    invite = add_invite(ports, now, usage_limit=None)
    first = a_local_claim(ports, invite, now)
    claims.claim(first)
    with pytest.raises(UserNameTaken) as refused:
        claims.claim(a_local_claim(ports, invite, now, name=first.user.name.upper()))
    assert refused.value.field == "username"
    with pytest.raises(AlreadyHasAccess):
        claims.claim(a_local_claim(ports, invite, now, name=first.user.name, email=first.user.email))


def test_people_with_plex_may_share_a_name(ports, claims, now):
    invite = add_invite(ports, now, usage_limit=None)
    for _ in range(2):
        claims.claim(a_claim(ports, invite, now, name="Maya"))


def test_a_claim_that_is_stale_as_well_is_stale_rather_than_refused(ports, claims, now):
    invite, plex_id = add_invite(ports, now), a_plex_id()
    claims.claim(a_claim(ports, invite, now, plex_id=plex_id))
    with pytest.raises(StaleWrite):
        claims.claim(a_claim(ports, invite, now, plex_id=plex_id))


def test_a_sign_in_leads_to_one_redemption(ports, claims, now):
    invite = add_invite(ports, now, usage_limit=None)
    sign_in = add_sign_in(ports, invite.code, now)
    claims.claim(a_claim(ports, invite, now, sign_in=sign_in))
    second = a_claim(ports, invite, now, sign_in=sign_in)
    with pytest.raises(StaleWrite):
        claims.claim(second)
    must_have_written_nothing(ports, second, uses=1)


def test_a_sign_in_comes_with_its_invite_and_the_settings(ports, claims, now):
    invite = add_invite(ports, now)
    sign_in = add_sign_in(ports, invite.code, now)
    assert claims.get_sign_in(sign_in.id, invite.code) == (sign_in, invite, ports.settings.get())
    assert claims.get_sign_in("unknown", "unknown")[:2] == (None, None)


def test_a_deleted_invite_does_not_come_with_a_sign_in(ports, claims, now):
    invite = add_invite(ports, now)
    edit_invite(ports, invite, deleted_at=now)
    assert claims.get_sign_in("unknown", invite.code)[1] is None


def test_a_redemption_is_found_by_plex_account_and_by_address(ports, claims, now):
    claim = a_claim(ports, add_invite(ports, now), now)
    assert claims.of_plex_account(claim.user.plex_id or 0) is None
    claims.claim(claim)
    assert claims.of_plex_account(claim.user.plex_id or 0) == (claim.user, claim.redemption)
    assert claims.of_email(claim.user.email or "") == (claim.user, claim.redemption)
    assert claims.of_email("unknown@example.org") is None


def give_back(ports, claim: Claim, now):
    """The joining has failed, and is undone."""
    return settle(ports, given_up(ports, claim, now), now)


def test_a_claim_that_is_given_back_leaves_the_invite_as_it_was(ports, claims, now):
    claim = a_claim(ports, add_invite(ports, now), now)
    claims.claim(claim)
    give_back(ports, claim, now)
    free = invite_now(ports, claim)
    assert (free.uses, free.redeemers, free.status(now)) == (0, (), Status.ACTIVE)
    assert ports.accounts.get(claim.user.id).state is AccountState.CLOSED
    assert ports.accounts.id_of_plex_account(claim.user.plex_id) is None
    failed = ports.redemptions.get(claim.redemption.id)
    assert (failed.state, failed.reason) == (State.FAILED, REFUSED_BY_PLEX)
    again = a_claim(ports, free, now, plex_id=claim.user.plex_id, email=claim.user.email)
    with pytest.raises(AlreadyHasAccess):
        claims.claim(again)
    former = claims.former_account(claim.user.plex_id)
    assert (former.user.id, former.tombstone.why) == (claim.user.id, Why.FAILED)
    assert former.tombstone.ended_at
    claims.claim(going_over(again, former.tombstone))
    assert claims.former_account(claim.user.plex_id) is None
    assert ports.accounts.id_of_plex_account(claim.user.plex_id) == again.user.id


def reopening(ports, now, user, tombstone):
    """What the person of a closed account claims."""
    claim = a_claim(ports, add_invite(ports, now), now, plex_id=user.plex_id)
    reopened = replace(claim.user, id=user.id)
    redemption = replace(claim.redemption, user=reopened.person)
    access = begin_access(user.id, claim.access.decided, now=now, over=ports.accesses.get(user.id))
    return going_over(replace(claim, user=reopened, redemption=redemption, access=access), tombstone)


@pytest.fixture
def ending(ports, claimed, now):
    """The claim of an account that was closed, what is remembered of it, and the access, which is not ended yet."""
    user, tombstone = closed(ports, claimed, now)
    return claimed, tombstone, hold(ports, take(ports, user.id, now), Hold.CLOSED)


def test_a_closed_account_is_opened_again_once_its_end_is_over(ports, claims, now, ending):
    was, tombstone, access = ending
    with pytest.raises(StaleWrite):
        claims.claim(reopening(ports, now, was.user, tombstone))
    settle(ports, access, now)
    with pytest.raises(AlreadyHasAccess):
        claims.claim(reopening(ports, now, was.user, tombstone))
    ended = ports.accounts.tombstone_of(was.user.plex_id)
    assert ended == replace(tombstone, ended_at=ended.ended_at)
    assert ended.ended_at
    claim = reopening(ports, now, was.user, ended)
    claims.claim(claim)
    assert ports.accounts.get(was.user.id) == claim.user
    assert ports.accounts.id_of_plex_account(was.user.plex_id) == was.user.id
    assert ports.accesses.get(was.user.id).decided.hold is None
    assert claims.of_plex_account(was.user.plex_id) == (claim.user, ports.redemptions.get(claim.redemption.id))


def test_a_claim_that_reopened_an_account_is_given_back_to_what_was_remembered(ports, claims, now, ending):
    was, tombstone, access = ending
    settle(ports, access, now)
    claim = reopening(ports, now, was.user, ports.accounts.tombstone_of(was.user.plex_id))
    claims.claim(claim)
    give_back(ports, claim, now)
    remembered = ports.accounts.tombstone_of(was.user.plex_id)
    assert (remembered.why, remembered.closed_at) == (tombstone.why, tombstone.closed_at)
    assert remembered.ended_at
    assert not ports.accounts.get(was.user.id).is_open


def test_an_account_that_is_open_is_not_opened_again(ports, claims, now):
    user = an_account(ports)
    tombstone = Tombstone(user_id=user.id, why=Why.LEFT, closed_at=now)
    with pytest.raises((StaleWrite, AlreadyHasAccess)):
        claims.claim(reopening(ports, now, user, tombstone))
    assert ports.accounts.get(user.id) == user


@pytest.mark.parametrize(
    "change",
    [
        {"state": AccountState.CLOSED},
        {"permissions": frozenset({Permission.STREAMARR})},
        {"permissions": frozenset({Permission.VIEW_INVITES, Permission.ADVANCED_INVITES})},
    ],
)
def test_an_invite_is_worth_nothing_once_its_creator_may_not_invite(ports, claims, now, change):
    ruth = an_account(ports, Permission.CREATE_INVITES)
    claim = a_claim(ports, add_invite(ports, now, created_by=ruth.person), now)
    ports.accounts.change(ruth, replace(ruth, **change), an_entry(ports))
    with pytest.raises(InviteNotActive):
        claims.claim(claim)
    assert invite_now(ports, claim).uses == 0


@pytest.mark.parametrize("permission", MAY_INVITE)
def test_who_may_invite_has_invites_that_can_be_redeemed(ports, claims, now, permission):
    ruth = an_account(ports, permission)
    claims.claim(a_claim(ports, add_invite(ports, now, created_by=ruth.person), now))


def test_a_claim_rests_on_the_settings_that_it_was_made_from(ports, claims, settings_before, now):
    claim = a_claim(ports, add_invite(ports, now), now)
    changed = replace(settings_before, signup_enabled=False, version=settings_before.version + 1)
    ports.settings.save(changed, an_entry(ports), over=settings_before)
    with pytest.raises(StaleWrite):
        claims.claim(claim)
    assert invite_now(ports, claim).uses == 0


def test_a_link_goes_over_what_is_remembered_and_over_nothing_else(ports, claims, now):
    user, tombstone = a_closed_account(ports, now)
    local = an_account(ports, kind=Kind.LOCAL)
    for wrong in (None, replace(tombstone, why=Why.LEFT)):
        with pytest.raises(AlreadyHasAccess):
            claims.link(local, user.plex_id, None, entry=an_entry(ports), over=wrong)
    claims.link(local, user.plex_id, None, entry=an_entry(ports), over=tombstone)
    assert ports.accounts.id_of_plex_account(user.plex_id) == local.id


def test_a_local_claim_that_is_given_back_releases_name_address_and_password(ports, claims, now):
    invite = add_invite(ports, now, usage_limit=3)
    claim = a_local_claim(ports, invite, now)
    claims.claim(claim)
    give_back(ports, claim, now)
    assert ports.accounts.find_credential(claim.user.email)[0] is None
    claims.claim(a_local_claim(ports, invite, now, name=claim.user.name, email=claim.user.email))


def test_a_claim_is_given_back_to_a_deleted_invite(ports, claims, now):
    claim = a_claim(ports, add_invite(ports, now), now)
    claims.claim(claim)
    edit_invite(ports, claim.invite, deleted_at=now)
    give_back(ports, claim, now)
    assert invite_now(ports, claim).uses == 0
    assert ports.redemptions.get(claim.redemption.id).state is State.FAILED


def test_a_claim_is_given_back_while_others_have_the_rest_of_the_invite(ports, claims, now):
    invite = add_invite(ports, now, usage_limit=2)
    claim = a_claim(ports, invite, now)
    claims.claim(claim)
    claims.claim(a_claim(ports, invite_now(ports, claim), now))
    give_back(ports, claim, now)
    left = invite_now(ports, claim)
    assert (left.uses, len(left.redeemers), left.status(now)) == (1, 1, Status.ACTIVE)


def test_a_claim_is_given_back_once(ports, claims, now):
    claim = a_claim(ports, add_invite(ports, now), now)
    claims.claim(claim)
    access = given_up(ports, claim, now)
    settle(ports, access, now)
    with pytest.raises(StaleWrite):
        settle(ports, access, now)
    assert invite_now(ports, claim).uses == 0


def test_a_claim_is_not_given_back_for_an_account_that_was_closed_already(ports, claims, now):
    claim = a_claim(ports, add_invite(ports, now), now)
    claims.claim(claim)
    access = given_up(ports, claim, now)
    close_account(ports, claim)
    with pytest.raises(StaleWrite):
        settle(ports, access, now)
    assert invite_now(ports, claim).uses == 1
    assert ports.redemptions.get(claim.redemption.id).in_progress


@pytest.mark.parametrize("changes", [{"email": "new"}, {"holds_address": False}], ids=["moved", "let go"])
def test_a_claim_is_not_given_back_under_an_address_that_is_the_account_s_no_more(ports, claims, now, changes):
    claim = a_claim(ports, add_invite(ports, now), now)
    claims.claim(claim)
    access, was = given_up(ports, claim, now), ports.accounts.get(claim.user.id)
    moved = {name: value and f"{value}.{was.email}" for name, value in changes.items()}
    ports.accounts.rename(was, replace(was, **moved), an_entry(ports))
    with pytest.raises(StaleWrite):
        ports.accesses.settle(access.renewed(now).settled(now), was, lease=LEASE)
    assert (invite_now(ports, claim).uses, ports.accounts.get(was.id).is_open) == (1, True)
    settle(ports, access, now)
    assert invite_now(ports, claim).uses == 0
    for address in (was.email, moved.get("email", was.email)):
        assert ports.accounts.find_credential(address)[0] is None


def a_local_account(ports, claims, now) -> Claim:
    claim = a_local_claim(ports, add_invite(ports, now), now)
    claims.claim(claim)
    return claim


def link(ports, claim: Claim, plex_id: int, access=None):
    ports.claims.link(claim.user, plex_id, access, entry=an_entry(ports))


def linked(ports, claim: Claim, plex_id: int):
    """The access of a local account, with the Plex id that it is given."""
    access = ports.accesses.get(claim.user.id)
    identity = replace(access.decided.identity, plex_id=plex_id)
    return access.deciding(replace(access.decided, identity=identity, occasion=Occasion.LINKED))


def test_a_link_gives_the_account_its_plex_id_and_ends_password_and_sessions(ports, claims, now):
    claim, plex_id = a_local_account(ports, claims, now), a_plex_id()
    link(ports, claim, plex_id, linked(ports, claim, plex_id))
    user = ports.accounts.get(claim.user.id)
    assert (user.plex_id, user.kind) == (plex_id, claim.user.kind)
    assert ports.accounts.id_of_plex_account(plex_id) == user.id
    assert ports.accounts.find_credential(user.email)[0].password_hash is None
    assert ports.sessions.find(session_token(claim), now=now)[1] is None
    access = ports.accesses.get(claim.user.id)
    assert (access.plex_id, access.decided.edition) == (plex_id, 2)


def test_a_link_ends_sessions_that_are_begun_meanwhile_and_leaves_later_ones_alone(ports, claims, now):
    claim = a_local_account(ports, claims, now)
    link(ports, claim, a_plex_id())
    meanwhile, session = new_session(claim.user.id, new_id=ports.new_id, now=now, epoch=claim.user.epoch)
    ports.sessions.add(session, an_entry(ports))
    assert ports.sessions.find(meanwhile, now=now)[1] is None
    user = ports.accounts.get(claim.user.id)
    later, session = new_session(user.id, new_id=ports.new_id, now=now, epoch=user.epoch)
    ports.sessions.add(session, an_entry(ports))
    assert ports.sessions.find(later, now=now)[1] == user
    assert_same(ports.accesses.get(claim.user.id), claim.access)


def test_a_link_fails_where_the_account_is_at_another_epoch(ports, claims, now):
    claim = a_local_account(ports, claims, now)
    ports.sessions.end_all(claim.user.id)
    with pytest.raises(StaleWrite):
        link(ports, claim, a_plex_id())
    assert ports.accounts.find_credential(claim.user.email)[0].password_hash == "hash"


def test_a_plex_account_is_linked_to_one_account(ports, claims, now):
    plex_id = a_plex_id()
    first, second = a_local_account(ports, claims, now), a_local_account(ports, claims, now)
    link(ports, first, plex_id)
    with pytest.raises(AlreadyHasAccess):
        link(ports, second, plex_id)
    assert ports.accounts.get(second.user.id).plex_id is None
    assert ports.accounts.find_credential(second.user.email)[0].password_hash == "hash"


def test_an_account_is_linked_once(ports, claims, now):
    claim = a_local_account(ports, claims, now)
    link(ports, claim, a_plex_id())
    with pytest.raises(StaleWrite):
        link(ports, claim, a_plex_id())


def test_a_closed_account_is_not_linked(ports, claims, now):
    claim = a_local_account(ports, claims, now)
    close_account(ports, claim)
    with pytest.raises(StaleWrite):
        link(ports, claim, a_plex_id())


def test_an_account_is_not_linked_over_an_access_that_was_changed_meanwhile(ports, claims, now):
    claim, plex_id = a_local_account(ports, claims, now), a_plex_id()
    wanted = linked(ports, claim, plex_id)
    ports.accesses.save(ports.accesses.get(claim.user.id).nudged(now))
    with pytest.raises(StaleWrite):
        link(ports, claim, plex_id, wanted)
    assert ports.accounts.get(claim.user.id).plex_id is None


def test_an_account_is_not_linked_while_a_worker_has_its_access(ports, claims, now):
    claim, plex_id = a_local_account(ports, claims, now), a_plex_id()
    take(ports, claim.user.id, now)
    with pytest.raises(StaleWrite):
        link(ports, claim, plex_id, linked(ports, claim, plex_id))
    assert ports.accounts.get(claim.user.id).plex_id is None


@pytest.fixture
def claimed(ports, claims, now):
    """An account that joined."""
    claim = a_claim(ports, add_invite(ports, now), now)
    claims.claim(claim)
    joined(ports, claim, now)
    return claim


def test_a_renewal_gives_an_open_account_another_redemption(ports, claims, now, claimed):
    renewal = a_renewal(ports, claimed, now)
    claims.claim(renewal)
    assert claims.of_plex_account(claimed.user.plex_id) == (renewal.user, renewal.redemption)
    assert ports.redemptions.get(claimed.redemption.id).state is State.DONE
    assert ports.accesses.get(claimed.user.id).decided.joining == renewal.redemption.id
    assert invite_now(ports, renewal).uses == 1


def test_a_renewal_may_move_the_account_to_another_plex_account(ports, claims, now, claimed):
    renewal = a_renewal(ports, claimed, now, plex_id=a_plex_id())
    claims.claim(renewal)
    assert claims.of_plex_account(renewal.user.plex_id) == (renewal.user, renewal.redemption)
    assert claims.of_plex_account(claimed.user.plex_id) is None


def test_a_renewal_to_a_plex_account_that_has_an_account_here_is_refused(ports, claims, now, claimed):
    other = an_account(ports)
    renewal = a_renewal(ports, claimed, now, plex_id=other.plex_id)
    with pytest.raises(AlreadyHasAccess):
        claims.claim(renewal)
    assert ports.accounts.get(claimed.user.id) == claimed.user
    assert invite_now(ports, renewal).uses == 0


@pytest.mark.parametrize("change", ["closed", "renewed", "being worked on", "signed out"])
def test_an_account_that_was_changed_meanwhile_is_not_renewed(ports, claims, now, claimed, change):
    renewal = a_renewal(ports, claimed, now)
    if change == "closed":
        close_account(ports, claimed)
    elif change == "renewed":
        claims.claim(a_renewal(ports, claimed, now))
    elif change == "being worked on":
        take(ports, claimed.user.id, now)
    else:
        ports.sessions.end_all(claimed.user.id)
    with pytest.raises(StaleWrite):
        claims.claim(renewal)
    assert invite_now(ports, renewal).uses == 0


def test_an_account_is_not_renewed_while_a_worker_has_its_access(ports, claims, now, claimed):
    take(ports, claimed.user.id, now)
    renewal = a_renewal(ports, claimed, now)
    with pytest.raises(StaleWrite):
        claims.claim(renewal)
    assert invite_now(ports, renewal).uses == 0


def grant_everything(ports, claim: Claim):
    """Another decision than any invite's here, which no worker had yet."""
    access = ports.accesses.get(claim.user.id)
    grant = replace(access.decided.grant, rule=Rule.ALL)
    return ports.accesses.decide(access.deciding(replace(access.decided, grant=grant, occasion=Occasion.EDITED)))


def test_a_renewal_goes_over_a_decision_that_waits(ports, claims, now, claimed):
    waiting = grant_everything(ports, claimed)
    renewal = a_renewal(ports, claimed, now)
    claims.claim(renewal)
    access = ports.accesses.get(claimed.user.id)
    assert access.decided.edition == waiting.decided.edition + 1
    assert (access.decided.grant.rule, access.decided.before.grant.rule) == (Rule.SPECIFIC, Rule.ALL)


def test_a_renewal_that_failed_leaves_the_account_what_it_had(ports, claims, now, claimed):
    grant_everything(ports, claimed)
    before = settle(ports, take(ports, claimed.user.id, now), now)
    renewal = a_renewal(ports, claimed, now)
    claims.claim(renewal)
    give_back(ports, renewal, now)
    assert ports.accounts.get(claimed.user.id) == claimed.user
    assert claims.of_plex_account(claimed.user.plex_id)[1].id == claimed.redemption.id
    assert ports.redemptions.get(renewal.redemption.id).state is State.FAILED
    assert invite_now(ports, renewal).uses == 0
    after = ports.accesses.get(claimed.user.id)
    assert after.decided.as_before == before.decided.as_before
    assert after.is_settled


def test_a_renewal_of_an_account_without_a_redemption_leaves_it_without(ports, claims, now):
    user = an_account(ports)
    renewal = a_claim(ports, add_invite(ports, now), now, plex_id=user.plex_id)
    redemption = replace(renewal.redemption, user=user.person, renewal=Renewal(None))
    becomes = replace(user, redemption_id=redemption.id)
    access = begin_access(user.id, renewal.access.decided, now=now)
    renewal = replace(renewal, user=becomes, redemption=redemption, access=access, renews=user)
    claims.claim(renewal)
    give_back(ports, renewal, now)
    assert ports.accounts.get(user.id) == user
    assert claims.of_plex_account(user.plex_id) == (user, None)


def test_a_renewal_whose_account_was_closed_meanwhile_is_not_given_back(ports, claims, now, claimed):
    renewal = a_renewal(ports, claimed, now)
    claims.claim(renewal)
    access = given_up(ports, renewal, now)
    close_account(ports, renewal)
    with pytest.raises(StaleWrite):
        settle(ports, access, now)
    assert invite_now(ports, renewal).uses == 1
