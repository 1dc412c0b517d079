"""What the owner decided about the whole house, and what is known of their Plex server."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from chalicelib.domain.quotas import Quota
from chalicelib.domain.users import Permission

LibraryIds = tuple[str, ...]
"""plex.tv's global section ids, as text."""

REFRESHED_WITHIN = timedelta(minutes=10)
"""How long a reading of the libraries may take before it counts as failed."""


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
class Trial:
    enabled: bool = False
    days: int = 30


class RefreshState(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refresh:
    """How the reading of the libraries from Plex stands. ``asked_at`` is set while it runs."""

    refreshed_at: datetime | None = None
    asked_at: datetime | None = None
    failure: str | None = None

    def state(self, now: datetime) -> RefreshState:
        if self.asked_at and now - self.asked_at < REFRESHED_WITHIN:
            return RefreshState.RUNNING
        return RefreshState.FAILED if self.asked_at or self.failure else RefreshState.IDLE

    def message(self, now: datetime) -> str | None:
        """What went wrong, for an admin; None unless it failed."""
        if self.state(now) is not RefreshState.FAILED:
            return None
        return self.failure or "Plex was not asked within ten minutes. Please try again."


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
    libraries_refresh: Refresh = field(default_factory=Refresh)
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
