"""Who owns this installation, and how far its set-up is."""

from enum import StrEnum

from chalicelib.accounts.model import User
from chalicelib.common.records import dataclass, replace
from chalicelib.plex.model import OwnedServer
from chalicelib.settings.model import Settings

FINISHED_AFTER = 5
"""Seconds between two looks of the queue function for a renewal: a browser that comes back from Plex is faster."""

FIRST_SCHEMA = 1
"""Of data that say nothing of their schema."""


@dataclass(frozen=True, slots=True)
class Progress:
    """All migrations up to the number ``schema`` have run. ``cursor``: where the next one goes on, empty at its
    beginning; None while it did not begin.
    """

    schema: int = FIRST_SCHEMA
    cursor: str | None = None

    @property
    def is_under_way(self) -> bool:
        return self.cursor is not None

    def moved(self, cursor: str | None) -> "Progress":
        """After a batch that gave this cursor: one without a cursor was the last."""
        return Progress(self.schema + 1) if cursor is None else replace(self, cursor=cursor)


class SetupState(StrEnum):
    NEEDED = "needed"
    FETCHING_LIBRARIES = "fetching_libraries"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """The owner's account, and the servers that their Plex account owned when they last signed in to set up.

    ``spent_token``: the hash of the set-up token that counted then, and never counts again.
    """

    owner_id: str
    plex_id: int
    servers: tuple[OwnedServer, ...]
    spent_token: str | None


@dataclass(frozen=True, slots=True)
class Handover:
    """Another Plex account takes over from ``over``. ``former``: the earlier owner's account, as it becomes; ``known``:
    the new one's, where there is one already.
    """

    over: Ownership
    former: User
    known: User | None


def setup_state(settings: Settings) -> SetupState:
    if settings.server is None:
        return SetupState.NEEDED
    if settings.libraries or settings.libraries_refresh.refreshed_at:
        return SetupState.DONE
    return SetupState.FETCHING_LIBRARIES
