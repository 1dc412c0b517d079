"""Who may change which account, and how: docs/product.md, "Permissions"."""

from chalicelib.accounts.model import AccountState, User
from chalicelib.common.people import Permission
from chalicelib.common.refusals import AccountClosed, NotAllowed, OwnerProtected


def must_be_allowed(was: User, changed: User, *, by: User, owner_plex_id: int | None) -> None:
    """Raise NotAllowed, OwnerProtected or AccountClosed unless ``by``, who manages users, may make this change.

    No one grants what they do not hold, and an admin's account is for admins to change: so managing users is no
    way to become an admin, nor to get rid of one.
    """
    if was.state is AccountState.CLOSED and changed != was:
        raise AccountClosed
    if Permission.ADMIN in was.permissions:
        _must_be_an_admin(by)
    _must_hold_what_is_granted(was, changed, by)
    _must_not_favour_oneself(was, changed, by)
    is_owner = owner_plex_id is not None and was.plex_id == owner_plex_id
    if is_owner and (changed.state is AccountState.CLOSED or loses_admin(was, changed)):
        raise OwnerProtected


def loses_admin(was: User, changed: User) -> bool:
    """Whether this change leaves one admin fewer."""
    stays = changed.is_open and Permission.ADMIN in changed.permissions
    return Permission.ADMIN in was.permissions and not stays


def _must_be_an_admin(by: User) -> None:
    if not by.may(Permission.ADMIN):
        raise NotAllowed("admins_account")


def _must_hold_what_is_granted(was: User, changed: User, by: User) -> None:
    for permission in sorted(changed.permissions - was.permissions):
        if not by.may(Permission(permission)):
            raise NotAllowed("grant_not_held", field="permissions", permission=permission)


def _must_not_favour_oneself(was: User, changed: User, by: User) -> None:
    """Those who manage users are exempt from quota and trial, but may lose that permission again."""
    if was.id != by.id or by.may(Permission.ADMIN):
        return
    if was.quota != changed.quota:
        raise NotAllowed("own_quota", field="quota")
    if was.trial_ends_at != changed.trial_ends_at:
        raise NotAllowed("own_trial", field="trial")
