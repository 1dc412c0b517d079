"""Invites: what they offer, and their status as the facts have it at the moment of asking."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Literal

from chalicelib.common.people import Actor, Permission, Person
from chalicelib.common.records import dataclass, field, replace
from chalicelib.common.refusals import (
    BadInput,
    GrantUnavailable,
    InviteExpired,
    InviteNotActive,
    LimitBelowUses,
    NotAllowed,
)
from chalicelib.common.terms import Term
from chalicelib.plex.filters import Filters
from chalicelib.plex.model import Features, Library, SectionIds
from chalicelib.settings.model import Settings

CODE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
GENERATED_CODE_LENGTH = 8
MAY_INVITE = (Permission.CREATE_INVITES, Permission.MANAGE_INVITES, Permission.ADMIN)
"""One of these makes an inviter, and lets invites be redeemed that were made by that account."""

_CODE = re.compile(r"[A-Za-z0-9]{8,20}")

_AROUND = re.compile(r"^[^A-Za-z0-9]+|[^A-Za-z0-9]+$")

LibraryChoice = SectionIds | Literal["default", "all"]


class Status(StrEnum):
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    INACTIVE = "inactive"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Redeemer:
    """A person who redeemed an invite. How it went is the redemption's to tell."""

    redemption_id: str
    person: Person
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A code and what it gives. ``usage_limit`` None is unlimited; ``expires_at`` None is never; ``access_for`` None is
    for ever.

    ``edition`` counts the edits: a redemption is claimed against the edition that it was shown. ``locked``: it was
    switched off by a person who manages invites. ``redeemers``: some of them, the latest first, for lists; the whole
    history is in the redemptions. A deleted invite exists for its history only, and its code is never given again.
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
    filters: Filters = ()
    access_for: Term | None = None
    note: str | None = None
    edition: int = 1
    locked: bool = False
    redeemers: tuple[Redeemer, ...] = ()
    deleted_at: datetime | None = None

    def status(self, now: datetime) -> Status:
        """Redeemed before expired before inactive before active: docs/product.md, "Status"."""
        if self.usage_limit is not None and self.uses >= self.usage_limit:
            return Status.REDEEMED
        if self.is_over(now):
            return Status.EXPIRED
        return Status.ACTIVE if self.enabled else Status.INACTIVE

    def is_over(self, now: datetime) -> bool:
        """Whether its date has passed, redeemed or not."""
        return self.expires_at is not None and self.expires_at <= now

    def must_be_redeemable(self, now: datetime) -> None:
        """Raise InviteExpired or InviteNotActive unless it can be redeemed now."""
        status = self.status(now)
        if status is Status.EXPIRED:
            raise InviteExpired
        if status is not Status.ACTIVE:
            raise InviteNotActive

    def with_limit(self, limit: int | None) -> "Invite":
        """Raises LimitBelowUses. A limit above the uses makes a redeemed invite redeemable again."""
        if limit is not None and limit < self.uses:
            raise LimitBelowUses(field="usage_limit", uses=self.uses)
        return replace(self, usage_limit=limit)

    def switched(self, *, on: bool, by: Actor) -> "Invite":
        """Raises NotAllowed: only a person who manages invites switches on what such a person switched off."""
        manages = by.may(Permission.MANAGE_INVITES)
        if on and self.locked and not manages:
            raise NotAllowed("locked", field="enabled")
        return replace(self, enabled=on, locked=not on and (self.locked or manages))

    def libraries_given(self, settings: Settings) -> tuple[Library, ...]:
        """The libraries that redeeming gives now; never none.

        Raises GrantUnavailable where that comes to nothing or names a library that is gone: to Plex an
        empty list means "everything" (docs/plex.md, trap 1), so this fails closed.
        """
        libraries = self._chosen(settings)
        if not libraries or (isinstance(self.libraries, tuple) and len(libraries) < len(self.libraries)):
            raise GrantUnavailable
        return libraries

    def can_give(self, settings: Settings) -> bool:
        """Whether ``libraries_given`` comes to what the invite names."""
        try:
            self.libraries_given(settings)
        except GrantUnavailable:
            return False
        return True

    def _chosen(self, settings: Settings) -> tuple[Library, ...]:
        if self.libraries == "default":
            return settings.shared_by_default()
        if self.libraries == "all":
            return settings.enabled()
        return tuple(library for library in settings.enabled() if library.id in self.libraries)


def is_code(text: str) -> bool:
    """Whether ``text`` could be an invite code at all: 8 to 20 letters and digits."""
    return _CODE.fullmatch(text) is not None


def typed_code(text: str) -> str:
    """The code in what a person pasted or typed: without blanks and zero-width characters, and without punctuation
    around it.
    """
    shown = "".join(each for each in text if not each.isspace() and unicodedata.category(each) not in ("Cc", "Cf"))
    return _AROUND.sub("", shown)


def generate_code(choose: Callable[[str], str]) -> str:
    """A new code; ``choose`` picks one of the characters it is given, from a cryptographic source."""
    return "".join(choose(CODE_ALPHABET) for _ in range(GENERATED_CODE_LENGTH))


def invite_link(settings: Settings, code: str) -> str:
    """Where the invite is redeemed: ``<application url>/signup?icode=<code>``."""
    return f"{settings.application_url.rstrip('/')}/signup?icode={code}"


def clean_note(text: str | None) -> str | None:
    """A note as it is stored: one line, in any language; None when there is nothing to read. Raises BadInput."""
    if text is not None and any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise BadInput("note", field="note")
    return text if text and not text.isspace() else None
