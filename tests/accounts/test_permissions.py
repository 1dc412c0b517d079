"""Who may change whose account."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.accounts.model import AccountState, User
from chalicelib.accounts.permissions import loses_admin, must_be_allowed
from chalicelib.common.people import Permission
from chalicelib.common.refusals import AccountClosed, NotAllowed, OwnerProtected
from chalicelib.settings.model import Quota

OWNER_ID = 41
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CLOSED = {"state": AccountState.CLOSED}


def a_user(*permissions, id_="somebody", **facts):
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
def test_the_owner_stays_an_admin_whoever_asks(by, facts):
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
