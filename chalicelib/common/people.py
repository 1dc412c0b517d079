"""People as every concept sees them: who they are, and what they may do."""

import dataclasses
from enum import StrEnum

from chalicelib.common.records import dataclass
from chalicelib.common.refusals import NotAllowed


class Permission(StrEnum):
    ADMIN = "admin"
    MANAGE_USERS = "manage_users"
    MANAGE_INVITES = "manage_invites"
    VIEW_INVITES = "view_invites"
    CREATE_INVITES = "create_invites"
    ADVANCED_INVITES = "advanced_invites"
    STREAMARR = "streamarr"


def known_permissions(held: frozenset[str]) -> list[str]:
    """Those that this version of the program knows, in order."""
    return sorted(held & set(Permission))


def edited_permissions(was: frozenset[str], wanted: frozenset[str]) -> frozenset[str]:
    """What is wanted, beside those that only a newer version knows: nobody saw them, so nobody decided about them."""
    return wanted | (was - set(Permission))


@dataclass(frozen=True, slots=True)
class Person:
    """An account as others see it: its id and its name."""

    id: str
    name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An account that asks for something, with what it may do.

    ``permissions`` may hold some that only a newer version of the program knows: they are kept, and allow nothing.
    """

    id: str
    name: str
    permissions: frozenset[str] = frozenset()

    @property
    def person(self) -> Person:
        return Person(self.id, self.name)

    def may(self, *any_of: Permission) -> bool:
        """Whether one of these permissions is held; ``admin`` implies all."""
        return Permission.ADMIN in self.permissions or not self.permissions.isdisjoint(any_of)

    def must(self, *any_of: Permission, field: str | None = None) -> None:
        """Raise NotAllowed unless one of these permissions is held."""
        if not self.may(*any_of):
            raise NotAllowed(detail="permission", field=field, permission=" or ".join(any_of))
