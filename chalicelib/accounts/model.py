"""Accounts."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.common.emails import normal_email
from chalicelib.common.people import Actor, Permission, Person
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
    """An account. ``redemption_id`` names what brought a person here by invite; ``quota`` overrides the default."""

    email: str | None
    kind: Kind = Kind.PLEX
    plex_id: int | None = None
    state: AccountState = AccountState.ACTIVE
    created_at: datetime
    trial_ends_at: datetime | None = None
    invited_by: Person | None = None
    redemption_id: str | None = None
    quota: Quota | None = None

    @property
    def is_open(self) -> bool:
        return self.state is AccountState.ACTIVE

    def is_on_trial(self, now: datetime) -> bool:
        """Those who manage users or invites are exempt."""
        is_over = self.trial_ends_at is None or self.trial_ends_at <= now
        return not is_over and not self.may(Permission.MANAGE_USERS, Permission.MANAGE_INVITES)


@dataclass(frozen=True, slots=True)
class Credential:
    """The account that an e-mail address belongs to; ``password_hash`` None: it has no password, but signs in with
    Plex.
    """

    user_id: str
    password_hash: str | None


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
    permissions: frozenset[Permission],
    now: datetime,
    plex_id: int | None = None,
) -> User:
    """A new open account: with a Plex account, or a local one where ``plex_id`` is None."""
    return User(
        id=id_,
        name=name,
        email=normal_email(email) if email else None,
        kind=Kind.LOCAL if plex_id is None else Kind.PLEX,
        plex_id=plex_id,
        permissions=permissions,
        created_at=now,
    )


def is_user_id(text: str) -> bool:
    """Whether ``text`` could be an account's id at all."""
    return _ID.fullmatch(text) is not None
