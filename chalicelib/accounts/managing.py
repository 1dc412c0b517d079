"""Accounts as those who manage users see and change them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib.accounts.model import AccountState, Tombstone, User, Why
from chalicelib.accounts.permissions import loses_admin, must_be_allowed
from chalicelib.accounts.ports import AccountStore, SessionStore
from chalicelib.accounts.quotas import QuotaUse, quota_in_force, read_quota_use
from chalicelib.common.names import folded
from chalicelib.common.pages import Page
from chalicelib.common.people import Permission, edited_permissions, known_permissions
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, field, replace
from chalicelib.common.refusals import BadInput, LastAdmin, NotSignedIn, TryAgain, UserNotFound
from chalicelib.common.retrying import MOST_TRIES
from chalicelib.common.times import iso
from chalicelib.events.model import Entry, Facts, about_user, change_entry
from chalicelib.plex.ports import WorkQueue
from chalicelib.settings.model import Quota, Settings

LONGEST_SEARCH = 100
_CLOSED, _LEFT = Why.CLOSED.value, Why.LEFT.value
_CERTAINLY_OVER = 60
"""Seconds after which a request is over, however it went: Lambda has ended it by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEdit:
    """What of an account should be different: the fields in ``named``, and no others."""

    permissions: frozenset[Permission] = frozenset()
    quota: Quota | None = None
    trial_ends_at: datetime | None = None
    named: frozenset[str] = field(default_factory=frozenset)

    def apply(self, user: User) -> User:
        changes: dict[str, Any] = {name: getattr(self, name) for name in self.named}
        if "permissions" in changes:
            changes["permissions"] = edited_permissions(user.permissions, self.permissions)
        return replace(user, **changes)


@dataclass(frozen=True, slots=True)
class ManagingUsers:
    accounts: AccountStore
    sessions: SessionStore
    queue: WorkQueue
    new_id: NewId

    def list(self, *, by: User, state: AccountState, text: str, after: str | None, limit: int) -> Page[User]:
        """Accounts, the newest first; ``text`` is looked for in names and e-mail addresses."""
        by.must(Permission.MANAGE_USERS)
        return self.accounts.page(state, text=folded_search(text), after=after, limit=limit)

    def show(self, user_id: str, *, by: User, now: datetime) -> tuple[User, QuotaUse]:
        """The account and how much of its quota is used. Raises UserNotFound."""
        by.must(Permission.MANAGE_USERS)
        user, quota_use, _ = self._with_quota_use(user_id, now)
        return user, quota_use

    def show_own(self, *, by: User, now: datetime) -> tuple[QuotaUse, Settings]:
        """The caller's own quota, and the settings, which take no permission."""
        _, quota_use, settings = self._with_quota_use(by.id, now)
        return quota_use, settings

    def _with_quota_use(self, user_id: str, now: datetime) -> tuple[User, QuotaUse, Settings]:
        basis = self.accounts.quota_basis(user_id)
        if basis.user is None:
            raise UserNotFound
        quota = quota_in_force(basis.user, basis.settings)
        return basis.user, read_quota_use(self.accounts, user_id, quota, now=now), basis.settings

    def change(self, user_id: str, edit: AccountEdit, *, by: User, now: datetime) -> User:
        """Raises UserNotFound, LastAdmin, TryAgain and what ``must_be_allowed`` raises."""
        by.must(Permission.MANAGE_USERS)
        return self._write("changed", user_id, edit.apply, by, now)

    def close(self, user_id: str, *, by: User, now: datetime) -> None:
        """Close an account for good: its sessions end at once, and what it was given on Plex is taken away.

        Repeatable. The name stays for the history; the e-mail address is free again. Its Plex account comes back by an
        invite made later. Raises as ``change`` does.
        """
        by.must(Permission.MANAGE_USERS)
        self._close(_CLOSED, user_id, by, now)

    def leave(self, *, by: User, now: datetime) -> None:
        """Close one's own account, which takes no permission. Raises OwnerProtected, LastAdmin, TryAgain."""
        self._close(_LEFT, by.id, by, now)

    def _close(self, action: str, user_id: str, by: User, now: datetime) -> None:
        user, settings = self.accounts.get_with_settings(user_id)
        if user.is_open:
            self._remaining_admin(user, _closed(user), by, settings)
            self.queue.align(user_id, delay=_CERTAINLY_OVER)  # should this worker die after the next line
            self._write(action, user_id, _closed, by, now)
        self.sessions.end_all(user_id)
        self.queue.align(user_id)

    def _write(self, action: str, user_id: str, wanted: Callable[[User], User], by: User, now: datetime) -> User:
        """What counts is what both accounts are when this is written: after a conflict both are read again."""
        for _ in range(MOST_TRIES):
            try:
                return self._try_to_write(action, user_id, wanted, by, now)
            except StaleWrite:
                by = self._read_again(by, action)
        raise TryAgain

    def _try_to_write(self, action: str, user_id: str, wanted: Callable[[User], User], by: User, now: datetime) -> User:
        user, settings = self.accounts.get_with_settings(user_id)
        changed = wanted(user)
        remaining_admin = self._remaining_admin(user, changed, by, settings)
        if changed != user:
            entry = self._entry(action, user, changed, by, now)
            tombstone = None if changed.is_open or not user.plex_id else _tombstone(user, action, now)
            self.accounts.change(user, changed, entry, remaining_admin=remaining_admin, tombstone=tombstone)
        return changed

    def _remaining_admin(self, user: User, changed: User, by: User, settings: Settings) -> str | None:
        """Who must be an admin still, so that this change does not take the last one.

        It is the one who asks; and the owner, who always is one, where an admin steps down.
        """
        owner_plex_id = settings.server.owner_id if settings.server else None
        must_be_allowed(user, changed, by=by, owner_plex_id=owner_plex_id)
        if not loses_admin(user, changed):
            return None
        if by.id != user.id:
            return by.id
        owner_id = self.accounts.id_of_plex_account(owner_plex_id) if owner_plex_id else None
        if owner_id is None or not self.accounts.get(owner_id).may(Permission.ADMIN):
            raise LastAdmin
        return owner_id

    def _read_again(self, by: User, action: str) -> User:
        by = self.accounts.get(by.id)
        if not by.is_open:
            raise NotSignedIn
        if action != _LEFT:
            by.must(Permission.MANAGE_USERS)
        return by

    def _entry(self, action: str, user: User, changed: User, by: User, now: datetime) -> Entry:
        before, after = _facts(user), _facts(changed)
        return change_entry(
            self.new_id(), about_user(user.id), action, by=by.person, now=now, before=before, after=after
        )


def folded_search(text: str) -> str:
    """What is looked for, as ``User.has_text`` takes it. Raises BadInput."""
    if len(text) > LONGEST_SEARCH:
        raise BadInput("search", field="q", longest=LONGEST_SEARCH)
    return folded(text)


def _closed(user: User) -> User:
    return replace(user, state=AccountState.CLOSED)


def _tombstone(user: User, action: str, now: datetime) -> Tombstone:
    return Tombstone(user_id=user.id, why=Why(action), closed_at=now)


def _facts(user: User) -> Facts:
    quota = user.quota
    return {
        "permissions": known_permissions(user.permissions),
        "quota": quota and {"limit": quota.limit, "days": quota.days},
        "trial_ends_at": user.trial_ends_at and iso(user.trial_ends_at),
        "state": user.state.value,
    }
