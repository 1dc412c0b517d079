"""Accounts and what they may do."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.quotas import Quota
from chalicelib.domain.refusals import NotAllowed

LONGEST_EMAIL, LONGEST_NAME = 254, 100
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


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
    """An account. ``redemption_id`` names what brought a person here by invite; ``quota`` overrides the default."""

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
    quota: Quota | None = None

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

    def is_on_trial(self, now: datetime) -> bool:
        """Those who manage users or invites are exempt."""
        is_over = self.trial_ends_at is None or self.trial_ends_at <= now
        return not is_over and not self.may(Permission.MANAGE_USERS, Permission.MANAGE_INVITES)


def is_user_id(text: str) -> bool:
    """Whether ``text`` could be an account's id at all."""
    return _ID.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Whether ``text``, in its normal form, could be an e-mail address: one @, a dot behind it, 254 characters."""
    address = normal_email(text)
    return len(address) <= LONGEST_EMAIL and address.isprintable() and _EMAIL.fullmatch(address) is not None


def normal_name(name: str) -> str:
    """The form under which a local account's user name is unique: as for e-mail, and blanks do not count twice."""
    return " ".join(normal_email(name).split())


def normal_email(address: str) -> str:
    """The form under which an address is unique: NFKC, no outer blanks, case folded."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


def shown_name(text: str) -> str:
    """A name as it is shown: NFC, nothing unprintable, blanks as single spaces, 100 characters at most."""
    printable = "".join(each if each.isprintable() else " " for each in unicodedata.normalize("NFC", text))
    return " ".join(printable.split())[:LONGEST_NAME]
