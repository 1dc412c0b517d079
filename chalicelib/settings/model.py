"""What admins decided, and what is known of the owner's Plex server."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from chalicelib.common.people import Permission
from chalicelib.common.records import dataclass, field
from chalicelib.plex.model import Features, Library, SectionIds, Server

REFRESHED_WITHIN = timedelta(minutes=10)
"""How long a reading of the libraries may take before it counts as failed."""


MOST_INVITES = 1000
"""The highest quota."""

LONGEST_WELCOME = 4000
"""Characters of Markdown."""

LONGEST_WELCOME_HTML = 20_000
"""What is made of it is read with every reading of the settings."""

HIGHEST_SEAT_LIMIT = 10_000
"""The highest limit of seats; Plex's own is 100."""


@dataclass(frozen=True, slots=True)
class Quota:
    """``limit`` invites per rolling ``days``; either unset means unlimited, a limit of 0 means none."""

    limit: int | None = None
    days: int | None = None

    @property
    def enforced_limit(self) -> int | None:
        """How many invites it allows, None for any number."""
        return None if self.days is None and self.limit else self.limit


class TrialOutcome(StrEnum):
    """What becomes of access when a trial is over."""

    KEEP = "keep"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class Trial:
    enabled: bool = False
    days: int = 30
    outcome: TrialOutcome = TrialOutcome.KEEP


class Policy(StrEnum):
    """What is done about a difference between what is wanted and what Plex has."""

    REPORT = "report"
    RESTORE = "restore"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class OnDifference:
    """For each kind of difference (chalicelib/access). Nothing is taken from anybody unless it says so."""

    missing: Policy = Policy.REPORT
    narrower: Policy = Policy.REPORT
    wider: Policy = Policy.REPORT
    everything: Policy = Policy.REPORT
    features: Policy = Policy.REPORT
    restrictions: Policy = Policy.REPORT
    unknown_person: Policy = Policy.REPORT
    """Accepting a person who has no account here is adopting them; nobody is ever removed because of it."""


class RefreshState(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    FAILED = "failed"


class RefreshFailure(StrEnum):
    """Why the libraries could not be read from Plex."""

    NO_SERVER = "NoServer"
    NOT_YOURS = "ServerNotYours"
    TOKEN_REFUSED = "OwnerTokenRefused"  # noqa: S105 - a code, not a token
    NO_ANSWER = "PlexUnavailable"
    NOT_ASKED = "NotAsked"


@dataclass(frozen=True, slots=True)
class Refresh:
    """How the reading of the libraries from Plex stands. ``asked_at`` is set while it runs; ``failure`` is a
    RefreshFailure. ``doubted``: a reading in which libraries were missing, which counts once a second one agrees.
    ``plex_pass``: whether the owner has it, and ``home_limit``: how many their Home takes, as Plex said with the
    libraries; None where it did not.
    """

    refreshed_at: datetime | None = None
    asked_at: datetime | None = None
    failure: str | None = None
    doubted: SectionIds | None = None
    plex_pass: bool | None = None
    home_limit: int | None = None

    def state(self, now: datetime) -> RefreshState:
        if self.asked_at and now - self.asked_at < REFRESHED_WITHIN:
            return RefreshState.RUNNING
        return RefreshState.FAILED if self.asked_at or self.failure else RefreshState.IDLE

    def failure_code(self, now: datetime) -> str | None:
        """What went wrong, a key of the catalogue's ``refresh_failures``; None unless it failed."""
        if self.state(now) is not RefreshState.FAILED:
            return None
        return self.failure or RefreshFailure.NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Sign-up is off until someone turns it on; ``version`` counts the edits made by people. ``reminders``: so many
    days before access ends; ``grace_days``: how long it goes on after its end; ``close_after_days``: how
    long the account of a person whose access has ended stays, None for ever. ``welcome_text``: what members read at
    home, in Markdown, and ``welcome_html``, what was made of it when it was saved.
    """

    signup_enabled: bool = False
    application_url: str = ""
    application_title: str = "Streamarr"
    dashboard_url: str | None = None
    time_zone: str = "UTC"
    local_signin_enabled: bool = False
    new_plex_signin_enabled: bool = True
    default_permissions: frozenset[str] = frozenset({Permission.STREAMARR})
    default_quota: Quota = field(default_factory=Quota)
    default_features: Features = field(default_factory=Features)
    enabled_libraries: SectionIds | Literal["all"] = "all"
    default_libraries: SectionIds | Literal["all"] = "all"
    trial: Trial = field(default_factory=Trial)
    on_difference: OnDifference = field(default_factory=OnDifference)
    seat_limit: int = 100
    reminders: tuple[int, ...] = (30, 7, 1)
    grace_days: int = 0
    close_after_days: int | None = None
    welcome_text: str = ""
    welcome_html: str = ""
    server: Server | None = None
    libraries: tuple[Library, ...] = ()
    libraries_refresh: Refresh = field(default_factory=Refresh)
    version: int = 0

    @property
    def zone(self) -> ZoneInfo:
        """The server's time zone: days and months are counted by its calendar and its clocks."""
        return ZoneInfo(self.time_zone)

    @property
    def lacks_plex_pass(self) -> bool:
        """Whether Plex said that the owner has none."""
        return self.libraries_refresh.plex_pass is False

    def enabled(self) -> tuple[Library, ...]:
        """The libraries that invites may give."""
        return _among(self.libraries, self.enabled_libraries)

    def shared_by_default(self) -> tuple[Library, ...]:
        return _among(self.enabled(), self.default_libraries)


def _among(libraries: tuple[Library, ...], chosen: SectionIds | Literal["all"]) -> tuple[Library, ...]:
    if chosen == "all":
        return libraries
    return tuple(library for library in libraries if library.id in chosen)
