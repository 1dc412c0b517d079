"""Access on Plex: what was given to one account, and how it ends."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LOOK_AGAIN_AFTER = timedelta(minutes=5)
"""How long after its next step was expected the sweep takes work for lost and sends it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What may have been given on Plex, and to which account.

    ``home``: the account may be in the owner's Plex Home, as a managed user under ``home_title``, which tells
    who it is where ``plex_id`` does not.
    """

    machine_id: str | None
    plex_id: int | None
    home: bool = False
    home_title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An account is closed, and what it was given on Plex is being taken away.

    ``ended_at`` is set once a read confirmed that nothing is left.
    """

    user_id: str
    begun_at: datetime
    given: Given
    next_try_at: datetime | None = None
    tries: int = 0
    ended_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When the sweep should send it again, should nothing have happened by then; None once it ended."""
        if self.ended_at:
            return None
        return (self.next_try_at or self.begun_at) + LOOK_AGAIN_AFTER

    def tried(self, next_try_at: datetime) -> "Ending":
        return replace(self, tries=self.tries + 1, next_try_at=next_try_at)

    def ended(self, now: datetime) -> "Ending":
        return replace(self, ended_at=now, next_try_at=None)
