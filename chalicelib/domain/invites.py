"""Invites: what they offer, and their status as the facts have it at the moment of asking."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from chalicelib.domain.refusals import GrantUnavailable, InviteExpired, InviteNotActive
from chalicelib.domain.settings import Features, Library, LibraryIds, Settings
from chalicelib.domain.users import Person

CODE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
GENERATED_CODE_LENGTH = 8
_CODE = re.compile(r"[A-Za-z0-9]{8,20}")

LibraryChoice = LibraryIds | Literal["default", "all"]


class Status(StrEnum):
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    INACTIVE = "inactive"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A code and what it gives. ``usage_limit`` None is unlimited; ``expires_at`` None is never.

    ``edition`` counts the edits: a redemption is claimed against the edition that it was shown.
    """

    code: str
    created_by: Person
    created_at: datetime
    updated_at: datetime
    enabled: bool = True
    uses: int = 0
    usage_limit: int | None = 1
    expires_at: datetime | None = None
    libraries: LibraryChoice = "default"
    features: Features = field(default_factory=Features)
    note: str | None = None
    edition: int = 1

    def status(self, now: datetime) -> Status:
        """Redeemed before expired before inactive before active: product.md, "Invites"."""
        if self.usage_limit is not None and self.uses >= self.usage_limit:
            return Status.REDEEMED
        if self.expires_at is not None and self.expires_at <= now:
            return Status.EXPIRED
        return Status.ACTIVE if self.enabled else Status.INACTIVE

    def must_be_redeemable(self, now: datetime) -> None:
        """Raise InviteExpired or InviteNotActive unless somebody may redeem this invite now."""
        status = self.status(now)
        if status is Status.EXPIRED:
            raise InviteExpired
        if status is not Status.ACTIVE:
            raise InviteNotActive

    def grants(self, settings: Settings) -> tuple[Library, ...]:
        """The libraries that redeeming gives now; never none.

        Raises GrantUnavailable where that comes to nothing or names a library that is gone: to Plex an
        empty list means "everything" (plex.md, trap 1), so this fails closed.
        """
        libraries = self._chosen(settings)
        if not libraries or (isinstance(self.libraries, tuple) and len(libraries) < len(self.libraries)):
            raise GrantUnavailable
        return libraries

    def _chosen(self, settings: Settings) -> tuple[Library, ...]:
        if self.libraries == "default":
            return settings.shared_by_default()
        if self.libraries == "all":
            return settings.enabled()
        return tuple(library for library in settings.enabled() if library.id in self.libraries)


def is_code(text: str) -> bool:
    """Whether ``text`` could be an invite code at all: 8 to 20 letters and digits."""
    return _CODE.fullmatch(text) is not None


def generated_code(choose: Callable[[str], str]) -> str:
    """A new code; ``choose`` picks one of the characters it is given, from a cryptographic source."""
    return "".join(choose(CODE_ALPHABET) for _ in range(GENERATED_CODE_LENGTH))


def link(settings: Settings, code: str) -> str:
    """Where the invite is redeemed: ``<application url>/signup?icode=<code>``."""
    return f"{settings.application_url.rstrip('/')}/signup?icode={code}"
