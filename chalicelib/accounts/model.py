"""Accounts."""

import re
from datetime import datetime
from enum import StrEnum

from chalicelib.common.emails import parse_email
from chalicelib.common.people import Actor, Permission, Person
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import AccessEnding, NotForYou
from chalicelib.settings.model import Quota

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Kind(StrEnum):
    PLEX = "plex"
    LOCAL = "local"


class AccountState(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Actor):
    """An account. ``redemption_id`` names what brought a person here by invite, and ``came_by`` that invite's code;
    ``quota`` overrides the default.

    ``epoch`` rises whenever what the person signs in with changes, or they sign out everywhere: sessions that were made
    under an earlier one are void. ``holds_address``: no other account has its e-mail address; one that plex.tv did not
    verify keeps it from no one.
    """

    email: str | None
    kind: Kind = Kind.PLEX
    plex_id: int | None = None
    state: AccountState = AccountState.ACTIVE
    created_at: datetime
    trial_ends_at: datetime | None = None
    invited_by: Person | None = None
    redemption_id: str | None = None
    came_by: str | None = None
    quota: Quota | None = None
    epoch: int = 0
    holds_address: bool = True

    @property
    def is_open(self) -> bool:
        return self.state is AccountState.ACTIVE

    def has_text(self, text: str) -> bool:
        """Whether ``text``, as names.folded gives it, is in the name or the e-mail address."""
        return text in self.name.casefold() or text in (self.email or "")

    def is_on_trial(self, now: datetime) -> bool:
        """Those who manage users or invites are exempt."""
        is_over = self.trial_ends_at is None or self.trial_ends_at <= now
        return not is_over and not self.may(Permission.MANAGE_USERS, Permission.MANAGE_INVITES)


class Why(StrEnum):
    """Why an account was closed."""

    FAILED = "failed"
    """Its redemption failed, and nothing was given."""
    LEFT = "left"
    """Its person left."""
    CLOSED = "closed"
    """It was closed by a person who manages users."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is remembered of a Plex account after the account that it had here, ``user_id``, was closed.

    ``ended_at``: when a read showed that nothing is left on Plex; None while that is still to be taken away, and until
    then what plex.tv says of the person proves nothing. docs/decisions/0030-tombstones.md has the reasons.
    """

    user_id: str
    why: Why
    closed_at: datetime
    ended_at: datetime | None = None

    @property
    def reopens(self) -> bool:
        """Whether the same account is opened again, with its trial and its quota: unless there never was access."""
        return self.why is not Why.FAILED

    def ended(self, now: datetime) -> "Tombstone":
        return replace(self, ended_at=now)

    def must_admit_by_invite(self, invite_made_at: datetime) -> None:
        """Raise AccessEnding, or NotForYou where an admin closed the account after the invite was made."""
        if self.ended_at is None:
            raise AccessEnding
        if self.why is Why.CLOSED and invite_made_at <= self.closed_at:
            raise NotForYou

    def must_admit_by_access(self, *, asked_at: datetime) -> None:
        """The same for a person who shows access on Plex instead of an invite; ``asked_at``: when Plex was asked."""
        if self.ended_at is None or asked_at <= self.ended_at:
            raise AccessEnding
        if self.why is Why.CLOSED:
            raise NotForYou


@dataclass(frozen=True, slots=True)
class Observed:
    """What Plex had of an account at a moment: a share or a place in the Home, and its e-mail address, None where it
    was not said.
    """

    plex_id: int
    has_access: bool
    email: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Former:
    """A closed account, and what is remembered of its Plex account."""

    user: User
    tombstone: Tombstone

    def reopened(self, anew: User) -> User:
        """The former account, open again, as a newcomer in all but its id, its trial and its quota."""
        user = self.user
        return replace(
            anew,
            id=user.id,
            created_at=user.created_at,
            trial_ends_at=user.trial_ends_at,
            quota=user.quota,
            epoch=user.epoch + 1,
        )


@dataclass(frozen=True, slots=True)
class Credential:
    """The account that an e-mail address belongs to; ``password_hash`` None: it has no password, but signs in with
    Plex. ``reset``: the link by which a new password may be set.
    """

    user_id: str
    password_hash: str | None
    reset: "PasswordReset | None" = None


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """A link that sets a new password once, kept under the hash of its token."""

    token_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account with the token of its new session."""

    token: str
    user: User


def new_user(
    id_: str,
    name: str,
    email: str | None,
    *,
    permissions: frozenset[str],
    now: datetime,
    plex_id: int | None = None,
    holds_address: bool = True,
) -> User:
    """A new open account: with a Plex account, or a local one where ``plex_id`` is None."""
    return User(
        id=id_,
        name=name,
        email=parse_email(email) if email else None,
        holds_address=holds_address,
        kind=Kind.LOCAL if plex_id is None else Kind.PLEX,
        plex_id=plex_id,
        permissions=permissions,
        created_at=now,
    )


def is_user_id(text: str) -> bool:
    """Whether ``text`` could be an account's id at all."""
    return _ID.fullmatch(text) is not None
