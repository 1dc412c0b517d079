"""Accounts as those who manage users see and change them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.audit import Entry, Facts, difference
from chalicelib.domain.oversight import loses_admin, must_be_allowed
from chalicelib.domain.paging import Page
from chalicelib.domain.quotas import Quota
from chalicelib.domain.refusals import BadInput, LastAdmin, NotSignedIn, TryAgain, UserNotFound
from chalicelib.domain.settings import Settings
from chalicelib.domain.times import iso
from chalicelib.domain.users import AccountState, Permission, User, normal_email
from chalicelib.ports import Contention, Groundwork, Invites, NewId, OutOfDate, ProvisionQueue, Sessions, Users

LONGEST_SEARCH = 100
_TRIES_AGAINST_EDITS = 5
_CLOSED, _LEFT = "closed", "left"
_CERTAINLY_OVER = 60
"""Seconds after which a request is over, whatever became of it: Lambda has ended it by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What of an account should be different: the fields in ``named``, and no others."""

    permissions: frozenset[Permission] = frozenset()
    quota: Quota | None = None
    trial_ends_at: datetime | None = None
    named: frozenset[str] = field(default_factory=frozenset)

    def of(self, user: User) -> User:
        return replace(user, **{name: getattr(self, name) for name in self.named})


@dataclass(frozen=True, slots=True)
class ManagingUsers:
    users: Users
    sessions: Sessions
    queue: ProvisionQueue
    new_id: NewId

    def listed(self, *, by: User, state: AccountState, text: str, after: str | None, limit: int) -> Page[User]:
        """Accounts, the newest first; ``text`` is looked for in names and e-mail addresses."""
        by.must(Permission.MANAGE_USERS)
        if len(text) > LONGEST_SEARCH:
            raise BadInput(f"Search for {LONGEST_SEARCH} characters at most.", field="q")
        return self.users.page(state, text=normal_email(text), after=after, limit=limit)

    def change(self, user_id: str, change: Change, *, by: User, now: datetime) -> User:
        """Raises UserNotFound, LastAdmin, TryAgain and what ``must_be_allowed`` raises."""
        return self._written("changed", user_id, change.of, by, now)

    def close(self, user_id: str, *, by: User, now: datetime) -> None:
        """Close an account for good: its sessions end at once, and what it was given on Plex is taken away.

        Repeatable. The name stays for the history; Plex id and e-mail are free again. Raises as ``change`` does.
        """
        by.must(Permission.MANAGE_USERS)
        self._close(_CLOSED, user_id, by, now)

    def leave(self, *, by: User, now: datetime) -> None:
        """Close one's own account, which takes no permission. Raises OwnerProtected, LastAdmin, TryAgain."""
        self._close(_LEFT, by.id, by, now)

    def _close(self, action: str, user_id: str, by: User, now: datetime) -> None:
        user, house = self.users.get_with_settings(user_id)
        if user.state is AccountState.ACTIVE:
            self._remaining_admin(user, _closed(user), by, house)
            self.queue.end_access(user_id, delay=_CERTAINLY_OVER)  # should this worker die after the next line
            self._written(action, user_id, _closed, by, now)
        self.sessions.end_all(user_id, now)
        self.queue.end_access(user_id)

    def _written(self, action: str, user_id: str, wanted: Callable[[User], User], by: User, now: datetime) -> User:
        """What counts is what everybody is when this is written: whoever lost a race is asked again."""
        for _ in range(_TRIES_AGAINST_EDITS):
            if action != _LEFT:
                by.must(Permission.MANAGE_USERS)
            user, house = self.users.get_with_settings(user_id)
            changed = wanted(user)
            remaining_admin = self._remaining_admin(user, changed, by, house)
            if changed == user:
                return user
            try:
                entry = self._entry(action, user, changed, by, now)
                self.users.change(user, changed, entry, remaining_admin=remaining_admin)
            except OutOfDate:
                by = self._again(by)
            except Contention as error:
                raise TryAgain from error
            else:
                return changed
        raise TryAgain

    def _remaining_admin(self, user: User, changed: User, by: User, house: Settings) -> str | None:
        """Who must be an admin still, so that this change does not take the last one.

        It is whoever asks; and the owner, who always is one, where an admin steps down.
        """
        owner_plex_id = house.server.owner_id if house.server else None
        must_be_allowed(user, changed, by=by, owner_plex_id=owner_plex_id)
        if not loses_admin(user, changed):
            return None
        if by.id != user.id:
            return by.id
        owner_id = self.users.id_of_plex_account(owner_plex_id) if owner_plex_id else None
        if owner_id is None or not self.users.get(owner_id).may(Permission.ADMIN):
            raise LastAdmin
        return owner_id

    def _again(self, by: User) -> User:
        by = self.users.get(by.id)
        if by.state is not AccountState.ACTIVE:
            raise NotSignedIn
        return by

    def _entry(self, action: str, user: User, changed: User, by: User, now: datetime) -> Entry:
        before, after = difference(_facts(user), _facts(changed))
        return Entry(
            id=self.new_id(),
            subject=f"user#{user.id}",
            action=action,
            by=by.person,
            at=now,
            before=before,
            after=after,
        )


def shown(user_id: str, *, by: User, invites: Invites) -> tuple[User, Groundwork]:
    """The account, and what its quota is reckoned from, in one round trip. Raises UserNotFound."""
    by.must(Permission.MANAGE_USERS)
    ground = invites.groundwork(user_id)
    if ground.inviter is None:
        raise UserNotFound
    return ground.inviter, ground


def _closed(user: User) -> User:
    return replace(user, state=AccountState.CLOSED)


def _facts(user: User) -> Facts:
    quota = user.quota
    return {
        "permissions": sorted(user.permissions),
        "quota": quota and {"limit": quota.limit, "days": quota.days},
        "trial_ends_at": user.trial_ends_at and iso(user.trial_ends_at),
        "state": user.state.value,
    }
