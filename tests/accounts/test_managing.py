"""Listing, showing, changing and closing accounts, where the order of the steps and other people's writes matter."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.accounts.managing import AccountEdit, ManagingUsers
from chalicelib.accounts.model import AccountState, Tombstone, Why
from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    AccountClosed,
    BadInput,
    LastAdmin,
    NotAllowed,
    NotSignedIn,
    OwnerProtected,
    TryAgain,
    UserNotFound,
)
from chalicelib.plex.model import Server
from chalicelib.settings.model import Quota, Settings
from testing import invite_builders
from tests.fakes.accounts import put_account
from tests.fakes.ports import FakePorts
from tests.stores_contract.builders import an_entry

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OWNER_PLEX_ID = 41
NO_RIGHTS = AccountEdit(permissions=frozenset(), named=frozenset({"permissions"}))
NO_QUOTA = AccountEdit(quota=Quota(0, 7), named=frozenset({"quota"}))


class Crash(Exception):
    """The worker is gone."""


def a_user(id_, *permissions, **facts):
    return invite_builders.a_user(id_, *permissions, **{"created_at": NOW, **facts})


ANNA, BERT = a_user("anna", Permission.ADMIN), a_user("bert", Permission.ADMIN)
OWNER = a_user("owner", Permission.ADMIN, plex_id=OWNER_PLEX_ID)
MANAGER = a_user("manager", Permission.MANAGE_USERS, Permission.VIEW_INVITES)
CARL = a_user("carl", Permission.CREATE_INVITES, email="carl@example.org", plex_id=7)


class Office:
    """Those accounts, and what manages them."""

    def __init__(self, *users):
        self.ports = FakePorts()
        self.database = self.ports.database
        self.database.settings = Settings(server=Server("machine", "Home", OWNER_PLEX_ID))
        for user in users:
            put_account(self.database, user)
        self.managing = self.ports.use(ManagingUsers)

    def user(self, id_):
        return self.database.users[id_]

    def interrupted(self, *others):
        """With others who write first: each is an account as it is from then on."""
        writers = [lambda user=user: self.database.users.update({user.id: user}) for user in others]
        self.database.let_come_first(*writers)
        return self

    def change(self, id_, edit, by):
        return self.managing.change(id_, edit, by=by, now=NOW)

    @property
    def sent(self):
        return [(message.kind, message.id, message.delay) for message in self.ports.queue.messages]


def demoted(user):
    return replace(user, permissions=frozenset())


def closed(user):
    return replace(user, state=AccountState.CLOSED)


def edit(**changes):
    return AccountEdit(**changes, named=frozenset(changes))


def test_a_permission_of_a_newer_version_stays_when_the_others_are_changed():
    zoe = a_user("zoe", Permission.CREATE_INVITES)
    office = Office(ANNA, replace(zoe, permissions=zoe.permissions | {"rule_the_world"}))
    office.change("zoe", NO_RIGHTS, by=ANNA)
    assert office.user("zoe").permissions == {"rule_the_world"}


# Seeing


def test_accounts_are_listed_for_those_who_manage_users():
    office = Office(CARL, MANAGER)
    page = office.managing.list(by=MANAGER, state=AccountState.ACTIVE, text="", after=None, limit=1)
    assert (page.items, page.next is None) == ((MANAGER,), False)
    following = office.managing.list(by=MANAGER, state=AccountState.ACTIVE, text="", after=page.next, limit=1)
    assert following.items == (CARL,)
    assert office.managing.list(by=MANAGER, state=AccountState.CLOSED, text="", after=None, limit=9).items == ()
    with pytest.raises(NotAllowed):
        office.managing.list(by=CARL, state=AccountState.ACTIVE, text="", after=None, limit=9)


def test_a_search_takes_any_way_to_write_a_text():
    office = Office(a_user("u1", name="Jürgen Müller"), CARL)
    page = office.managing.list(by=ANNA, state=AccountState.ACTIVE, text=" MU\u0308LLER ", after=None, limit=9)
    assert [user.id for user in page.items] == ["u1"]


def test_a_search_has_100_characters_at_most():
    office = Office()
    assert not office.managing.list(by=ANNA, state=AccountState.ACTIVE, text="x" * 100, after=None, limit=9).items
    with pytest.raises(BadInput) as refused:
        office.managing.list(by=ANNA, state=AccountState.ACTIVE, text="x" * 101, after=None, limit=9)
    assert (refused.value.key, refused.value.field, refused.value.facts) == ("BadInput.search", "q", {"longest": 100})


def test_an_account_is_shown_with_how_much_of_its_quota_is_used():
    office = Office(replace(CARL, quota=Quota(3, 7)))
    office.database.created["carl"] = [NOW, NOW - timedelta(days=8)]
    user, use = office.managing.show("carl", by=MANAGER, now=NOW)
    assert user.id == "carl"
    assert (use.limit, use.days, use.used, use.remaining) == (3, 7, 1, 2)


def test_an_account_is_shown_to_those_who_manage_users_and_its_own_to_all():
    office = Office(CARL)
    with pytest.raises(NotAllowed):
        office.managing.show("carl", by=CARL, now=NOW)
    quota_use, settings = office.managing.show_own(by=CARL, now=NOW)
    assert (quota_use.used, settings) == (0, office.database.settings)


def test_an_account_that_is_not_there_is_not_shown():
    office = Office()
    with pytest.raises(UserNotFound):
        office.managing.show("carl", by=MANAGER, now=NOW)
    with pytest.raises(UserNotFound):
        office.managing.show_own(by=CARL, now=NOW)


# Changing


def test_a_change_is_of_what_it_names_and_is_told_of():
    office = Office(MANAGER, CARL)
    ends = NOW + timedelta(days=3)
    changed = office.change("carl", edit(quota=Quota(3, 7), trial_ends_at=ends), by=MANAGER)
    assert changed == office.user("carl") == replace(CARL, quota=Quota(3, 7), trial_ends_at=ends)
    (entry,) = office.database.journal
    assert (entry.subject, entry.action, entry.by, entry.at) == ("user#carl", "changed", MANAGER.person, NOW)
    assert entry.before == {"quota": None, "trial_ends_at": None}
    assert entry.after == {"quota": {"limit": 3, "days": 7}, "trial_ends_at": "2026-03-04T00:00:00.000000Z"}


def test_a_change_to_what_is_there_already_is_no_change():
    office = Office(MANAGER, CARL)
    assert office.change("carl", edit(permissions=CARL.permissions), by=MANAGER) == CARL
    assert office.database.journal == []


def test_changing_takes_the_permission_and_an_account():
    office = Office(MANAGER, CARL)
    with pytest.raises(NotAllowed):
        office.change("manager", NO_RIGHTS, by=CARL)
    with pytest.raises(UserNotFound):
        office.change("dora", NO_RIGHTS, by=MANAGER)


def test_the_person_who_takes_admin_must_be_one_still_when_it_is_written():
    office = Office(ANNA, BERT)
    office.change("bert", NO_RIGHTS, by=ANNA)
    assert not office.user("bert").may(Permission.ADMIN)
    assert [(entry.subject, entry.by, entry.before) for entry in office.database.journal] == [
        ("user#bert", ANNA.person, {"permissions": ["admin"]})
    ]


@pytest.mark.parametrize(("interruption", "refusal"), [(demoted, NotAllowed), (closed, NotSignedIn)])
def test_a_person_who_was_demoted_or_closed_meanwhile_changes_nothing(interruption, refusal):
    office = Office(ANNA, BERT).interrupted(interruption(ANNA))
    with pytest.raises(refusal):
        office.change("bert", NO_RIGHTS, by=ANNA)
    assert office.user("bert") == BERT


def test_a_person_who_is_no_admin_any_more_but_manages_users_does_not_take_the_last_admin():
    manages = replace(ANNA, permissions=frozenset({Permission.MANAGE_USERS}))
    office = Office(ANNA, BERT).interrupted(manages)
    with pytest.raises(NotAllowed) as refused:
        office.change("bert", NO_RIGHTS, by=ANNA)
    assert refused.value.key == "NotAllowed.admins_account"


def test_an_admin_who_steps_down_leaves_the_owner():
    office = Office(ANNA, OWNER)
    office.change("anna", NO_RIGHTS, by=ANNA)
    assert not office.user("anna").permissions


@pytest.mark.parametrize("others", [[], [BERT], [demoted(OWNER)]])
def test_an_admin_without_an_owner_behind_them_cannot_step_down(others):
    with pytest.raises(LastAdmin):
        Office(ANNA, *others).change("anna", NO_RIGHTS, by=ANNA)


def test_before_there_is_a_server_no_admin_steps_down():
    office = Office(ANNA, OWNER)
    office.database.settings = Settings()
    with pytest.raises(LastAdmin):
        office.change("anna", NO_RIGHTS, by=ANNA)


def test_the_owner_must_be_an_admin_still_when_an_admin_has_stepped_down():
    office = Office(ANNA, OWNER).interrupted(demoted(OWNER))
    with pytest.raises(LastAdmin):
        office.change("anna", NO_RIGHTS, by=ANNA)
    assert office.user("anna") == ANNA


def test_a_change_is_made_again_from_what_another_person_wrote_meanwhile():
    office = Office(MANAGER, a_user("carl")).interrupted(a_user("carl", Permission.ADMIN))
    with pytest.raises(NotAllowed):
        office.managing.close("carl", by=MANAGER, now=NOW)
    assert office.user("carl").may(Permission.ADMIN)


def test_too_much_going_on_is_told():
    quotas = [replace(CARL, quota=Quota(limit, 1)) for limit in range(5)]
    office = Office(MANAGER, CARL).interrupted(*quotas)
    with pytest.raises(TryAgain):
        office.change("carl", NO_RIGHTS, by=MANAGER)
    office = Office(MANAGER, CARL).interrupted(*quotas[:4])
    assert not office.change("carl", NO_RIGHTS, by=MANAGER).permissions


# Closing


def test_closing_ends_sessions_and_access_and_frees_what_was_unique():
    office = Office(ANNA, CARL)
    token, session = new_session("carl", new_id=office.ports.new_id, now=NOW)
    office.ports.sessions.add(session, an_entry(office.ports))
    office.managing.close("carl", by=ANNA, now=NOW)
    assert office.user("carl") == replace(closed(CARL), epoch=1)
    assert office.ports.sessions.find(token, now=NOW) == (session, None)
    assert office.ports.accounts.id_of_plex_account(7) is None
    assert office.ports.accounts.tombstone_of(7) == Tombstone(user_id="carl", why=Why.CLOSED, closed_at=NOW)
    assert office.sent == [("align", "carl", 60), ("align", "carl", 0)]
    entry = office.database.journal[-1]
    assert (entry.action, entry.before, entry.after) == ("closed", {"state": "active"}, {"state": "closed"})


def test_closing_again_ends_what_may_be_left_and_writes_nothing():
    office = Office(ANNA, closed(CARL))
    office.managing.close("carl", by=ANNA, now=NOW)
    assert office.sent == [("align", "carl", 0)]
    assert office.user("carl").epoch == 1
    assert office.database.journal == []


def test_a_crash_just_after_closing_still_ends_access():
    def crash():
        office.database.users["carl"] = closed(CARL)
        raise Crash

    office = Office(ANNA, CARL)
    office.database.let_come_first(crash)
    with pytest.raises(Crash):
        office.managing.close("carl", by=ANNA, now=NOW)
    assert office.sent == [("align", "carl", 60)]


@pytest.mark.parametrize("by", [MANAGER, CARL])
def test_a_closing_that_is_refused_sends_nothing(by):
    office = Office(BERT, MANAGER, CARL)
    with pytest.raises(NotAllowed):
        office.managing.close("bert", by=by, now=NOW)
    assert office.sent == []


def test_closing_takes_the_permission():
    with pytest.raises(NotAllowed):
        Office(CARL, a_user("dora")).managing.close("dora", by=CARL, now=NOW)


def test_one_s_own_account_is_left_without_any_permission():
    office = Office(CARL)
    office.managing.leave(by=CARL, now=NOW)
    assert not office.user("carl").is_open
    assert [entry.action for entry in office.database.journal] == ["left"]
    assert office.ports.accounts.tombstone_of(7) == Tombstone(user_id="carl", why=Why.LEFT, closed_at=NOW)


def test_leaving_takes_no_permission_even_after_another_write():
    office = Office(CARL).interrupted(demoted(CARL))
    office.managing.leave(by=CARL, now=NOW)
    assert office.user("carl") == replace(closed(demoted(CARL)), epoch=1)


def test_an_account_closed_by_another_person_meanwhile_cannot_leave_any_more():
    office = Office(CARL).interrupted(closed(CARL))
    with pytest.raises(NotSignedIn):
        office.managing.leave(by=CARL, now=NOW)


def test_the_owner_stays_and_so_does_the_last_admin():
    with pytest.raises(OwnerProtected):
        Office(OWNER, ANNA).managing.leave(by=OWNER, now=NOW)
    with pytest.raises(LastAdmin):
        Office(ANNA).managing.leave(by=ANNA, now=NOW)


def test_an_account_closed_while_it_was_being_changed_stays_as_it_is():
    office = Office(MANAGER, CARL).interrupted(closed(CARL))
    with pytest.raises(AccountClosed):
        office.change("carl", NO_QUOTA, by=MANAGER)
