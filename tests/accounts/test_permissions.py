"""Who may change which account."""

from datetime import UTC, datetime

import pytest

from chalicelib.accounts.model import AccountState, User
from chalicelib.accounts.permissions import loses_admin, must_be_allowed
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import AccountClosed, NotAllowed, OwnerProtected
from chalicelib.settings.model import Quota

OWNER_ID = 41
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CLOSED = {"state": AccountState.CLOSED}


def a_user(*permissions, id_="carl", **facts):
    return User(id=id_, name=id_, email=None, permissions=frozenset(permissions), created_at=NOW, **facts)


ADMIN = a_user(Permission.ADMIN, id_="admin")
MANAGER = a_user(Permission.MANAGE_USERS, Permission.CREATE_INVITES, id_="manager")
OWNER = a_user(Permission.ADMIN, id_="owner", plex_id=OWNER_ID)


def change(user, by, **facts):
    must_be_allowed(user, replace(user, **facts), by=by, owner_plex_id=OWNER_ID)


def held(*permissions):
    return {"permissions": frozenset(permissions)}


@pytest.mark.parametrize("permission", sorted(Permission))
def test_an_admin_grants_and_takes_everything(permission):
    change(a_user(), ADMIN, **held(permission))
    change(a_user(permission), ADMIN, **held())


@pytest.mark.parametrize("permission", sorted(set(Permission) - MANAGER.permissions))
def test_a_manager_grants_only_what_they_hold(permission):
    with pytest.raises(NotAllowed) as refused:
        change(a_user(), MANAGER, **held(permission))
    assert refused.value.field == "permissions"
    change(a_user(), MANAGER, **held(*MANAGER.permissions))


def test_a_manager_may_take_what_they_do_not_hold_and_leave_what_is_there():
    change(a_user(Permission.VIEW_INVITES), MANAGER, **held())
    change(a_user(Permission.VIEW_INVITES), MANAGER, **held(Permission.VIEW_INVITES, Permission.CREATE_INVITES))


@pytest.mark.parametrize("facts", [held(), CLOSED, {"quota": Quota(0, 1)}, {"trial_ends_at": NOW}])
def test_a_manager_does_not_touch_an_admin(facts):
    with pytest.raises(NotAllowed):
        change(ADMIN, MANAGER, **facts)
    change(a_user(Permission.ADMIN), ADMIN, **facts)


@pytest.mark.parametrize("by", [ADMIN, OWNER])
@pytest.mark.parametrize("facts", [held(Permission.MANAGE_USERS), CLOSED])
def test_the_owner_stays_an_admin_for_all_who_ask(by, facts):
    with pytest.raises(OwnerProtected):
        change(OWNER, by, **facts)


def test_the_owner_may_be_changed_otherwise():
    change(OWNER, ADMIN, **held(Permission.ADMIN, Permission.STREAMARR))


@pytest.mark.parametrize(("facts", "field"), [({"quota": Quota()}, "quota"), ({"trial_ends_at": NOW}, "trial")])
def test_a_manager_gives_themselves_neither_quota_nor_trial(facts, field):
    with pytest.raises(NotAllowed) as refused:
        change(MANAGER, MANAGER, **facts)
    assert refused.value.field == field
    change(a_user(), MANAGER, **facts)


def test_a_closed_account_stays_as_it_is():
    with pytest.raises(AccountClosed):
        change(a_user(**CLOSED), ADMIN, **held(Permission.STREAMARR))


def test_an_admin_is_lost_by_losing_the_permission_or_the_account():
    assert loses_admin(ADMIN, replace(ADMIN, permissions=frozenset()))
    assert loses_admin(ADMIN, replace(ADMIN, state=AccountState.CLOSED))
    assert not loses_admin(ADMIN, replace(ADMIN, quota=Quota()))
    assert not loses_admin(MANAGER, replace(MANAGER, state=AccountState.CLOSED))


def test_a_closed_account_can_be_closed_again():
    change(a_user(**CLOSED), ADMIN, **CLOSED)


def test_an_admin_gives_themselves_quota_and_trial():
    change(ADMIN, ADMIN, quota=Quota(1, 1), trial_ends_at=NOW)


def test_a_manager_changes_what_else_is_their_own():
    change(MANAGER, MANAGER, **held(Permission.MANAGE_USERS))


def test_before_there_is_an_owner_no_account_without_a_plex_id_is_taken_for_theirs():
    must_be_allowed(ADMIN, replace(ADMIN, **CLOSED), by=ADMIN, owner_plex_id=None)
    must_be_allowed(ADMIN, replace(ADMIN, **CLOSED), by=ADMIN, owner_plex_id=OWNER_ID)


def test_a_refusal_says_which_permission_is_not_held():
    with pytest.raises(NotAllowed) as refused:
        change(a_user(), MANAGER, **held(Permission.STREAMARR, Permission.MANAGE_INVITES))
    assert refused.value.key == "NotAllowed.grant_not_held"
    assert refused.value.facts == {"permission": "manage_invites"}


@pytest.mark.parametrize(
    ("was", "facts", "key"),
    [
        (ADMIN, held(), "NotAllowed.admins_account"),
        (MANAGER, {"quota": Quota()}, "NotAllowed.own_quota"),
        (MANAGER, {"trial_ends_at": NOW}, "NotAllowed.own_trial"),
    ],
)
def test_a_refusal_says_why(was, facts, key):
    with pytest.raises(NotAllowed) as refused:
        change(was, MANAGER, **facts)
    assert refused.value.key == key
