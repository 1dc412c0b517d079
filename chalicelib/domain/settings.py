"""What the owner decided about the whole house, and what is known of their Plex server."""

from dataclasses import dataclass, field
from typing import Literal

from chalicelib.domain.users import Permission

LibraryIds = tuple[str, ...]
"""plex.tv's global section ids, as text."""


@dataclass(frozen=True, slots=True)
class Library:
    """A Plex library. ``id`` is plex.tv's global section id; ``key`` is the media server's own, useless for sharing."""

    id: str
    key: str
    title: str
    type: str


@dataclass(frozen=True, slots=True)
class Server:
    """The owner's Plex server: its machine identifier, its name, and the owner's plex.tv account id."""

    machine_id: str
    name: str
    owner_id: int


@dataclass(frozen=True, slots=True)
class Features:
    downloads: bool = False
    live_tv: bool = False
    plex_home: bool = False


@dataclass(frozen=True, slots=True)
class Quota:
    """``limit`` invites per rolling ``days``; either unset means unlimited, a limit of 0 means none."""

    limit: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    enabled: bool = False
    days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Sign-up is off until someone turns it on; ``version`` counts the edits made by people."""

    signup_enabled: bool = False
    application_url: str = ""
    application_title: str = "Streamarr"
    dashboard_url: str | None = None
    local_signin_enabled: bool = False
    new_plex_signin_enabled: bool = False
    default_permissions: frozenset[Permission] = frozenset({Permission.STREAMARR})
    default_quota: Quota = field(default_factory=Quota)
    default_features: Features = field(default_factory=Features)
    enabled_libraries: LibraryIds | Literal["all"] = "all"
    default_libraries: LibraryIds | Literal["all"] = "all"
    trial: Trial = field(default_factory=Trial)
    server: Server | None = None
    libraries: tuple[Library, ...] = ()
    version: int = 0

    def enabled(self) -> tuple[Library, ...]:
        """The libraries that invites may give."""
        return _among(self.libraries, self.enabled_libraries)

    def shared_by_default(self) -> tuple[Library, ...]:
        return _among(self.enabled(), self.default_libraries)


def _among(libraries: tuple[Library, ...], chosen: LibraryIds | Literal["all"]) -> tuple[Library, ...]:
    if chosen == "all":
        return libraries
    return tuple(library for library in libraries if library.id in chosen)
