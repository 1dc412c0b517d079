"""What a member is entitled to on Plex, what is wanted there because of it, and what plex.tv said is there."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from chalicelib.common.records import dataclass, replace
from chalicelib.plex.filters import Filters, in_one_form
from chalicelib.plex.model import Features, Grant, Library, Place, Share


class Rule(StrEnum):
    """Which libraries an entitlement means."""

    SPECIFIC = "specific"
    DEFAULT = "default"
    ALL = "all"
    EVERYTHING = "everything"
    """plex.tv's own "all libraries", by adopting or accepting only: it is never asked of Plex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What a member may have, for as long as nothing stands against it. It survives a suspension.

    ``libraries`` is what ``rule`` came to when it was granted.
    """

    rule: Rule
    libraries: tuple[Library, ...]
    features: Features
    filters: Filters = ()

    @property
    def section_ids(self) -> frozenset[str]:
        return frozenset(library.id for library in self.libraries)

    def resolved(self, libraries: tuple[Library, ...]) -> "Entitlement":
        return replace(self, libraries=libraries)

    def without_downloads(self) -> "Entitlement":
        return replace(self, features=replace(self.features, downloads=False))


@dataclass(frozen=True, slots=True)
class Target:
    """The server that is shared."""

    machine_id: str
    owner_id: int

    def grant(self, entitlement: Entitlement) -> Grant:
        """The entitlement as plex.tv is asked for it."""
        return Grant(self.machine_id, self.owner_id, entitlement.libraries, entitlement.features, entitlement.filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who it is on Plex. Names and addresses identify nobody.

    ``plex_id`` is None where there is no Plex account. ``managed``: it is to be a managed user of the owner's Home,
    under ``name`` or what is free of it. ``invited_as``: the name by which the Home invites.
    """

    name: str
    plex_id: int | None = None
    managed: bool = False
    invited_as: str | None = None


@dataclass(frozen=True, slots=True)
class SeenShare:
    """What plex.tv said of a person's share at a moment; ``share`` None: there was none."""

    share: Share | None
    at: datetime


@dataclass(frozen=True, slots=True)
class SeenPlace:
    """What plex.tv said of a person's place in the Home at a moment."""

    place: Place
    at: datetime


@dataclass(frozen=True, slots=True)
class Observed:
    """Each part as it was last read; None where it never was."""

    share: SeenShare | None = None
    home: SeenPlace | None = None

    def contradicts(self, later: "Observed") -> bool:
        """Whether something that was read is otherwise later."""
        was = self.share.share if self.share else None
        now = later.share.share if later.share else None
        moved = self.home is not None and later.home is not None and self.home.place != later.home.place
        return moved or _said_of(was) != _said_of(now)

    def or_else(self, earlier: "Observed") -> "Observed":
        """With what was read earlier of the parts that plex.tv did not tell this time."""
        return Observed(self.share or earlier.share, self.home or earlier.home)

    @property
    def is_at_home(self) -> bool:
        """Whether they were in the Home, or invited into it."""
        return self.home is not None and self.home.place is not Place.OUT

    @property
    def digest(self) -> str:
        """Short, and another one for anything else that plex.tv said, whenever it did."""
        share, place = self.share and self.share.share, self.home and self.home.place
        said = _said_of(share) if share else ("" if self.share is None else "none",)
        return sha256("|".join([place.value if place else "", *said]).encode()).hexdigest()[:16]


def _said_of(share: Share | None) -> tuple[str, ...]:
    """The same however plex.tv writes it."""
    if share is None:
        return ()
    flags = (share.accepted, share.everything, share.downloads, share.live_tv)
    hidden = None if share.filters is None else in_one_form(share.filters)
    return (share.id, *map(str, flags), *sorted(share.library_ids), str(hidden))
