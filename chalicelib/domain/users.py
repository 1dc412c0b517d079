"""Accounts and what they may do."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.refusals import NotAllowed


class Permission(StrEnum):
    ADMIN = "admin"
    MANAGE_USERS = "manage_users"
    MANAGE_INVITES = "manage_invites"
    VIEW_INVITES = "view_invites"
    CREATE_INVITES = "create_invites"
    ADVANCED_INVITES = "advanced_invites"
    STREAMARR = "streamarr"


class Kind(StrEnum):
    PLEX = "plex"
    LOCAL = "local"


class AccountState(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as others see them: an account's id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. ``redemption_id`` names what brought a person here by invite."""

    id: str
    name: str
    email: str | None
    kind: Kind = Kind.PLEX
    plex_id: int | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    state: AccountState = AccountState.ACTIVE
    created_at: datetime
    trial_ends_at: datetime | None = None
    invited_by: Person | None = None
    redemption_id: str | None = None

    @property
    def person(self) -> Person:
        return Person(self.id, self.name)

    def may(self, *any_of: Permission) -> bool:
        """Whether one of these permissions is held; ``admin`` implies all."""
        return Permission.ADMIN in self.permissions or not self.permissions.isdisjoint(any_of)

    def must(self, *any_of: Permission, field: str | None = None) -> None:
        """Raise NotAllowed unless one of these permissions is held."""
        if not self.may(*any_of):
            wanted = " or ".join(any_of)
            raise NotAllowed(f"This needs the permission {wanted}.", field=field)


def normal_email(address: str) -> str:
    """The form under which an address is unique: NFKC, no outer blanks, case folded."""
    return unicodedata.normalize("NFKC", address).strip().casefold()
