"""A departure: an account is closed, and what it was given on Plex is being taken away."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.redemptions import LOOK_AGAIN_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """``home``: the account may be in the owner's Plex Home, as a managed user under ``home_title``, which tells
    who it is where ``plex_id`` does not. ``ended_at`` is set once a read confirmed that nothing is left.
    """

    user_id: str
    begun_at: datetime
    machine_id: str | None
    plex_id: int | None
    home: bool
    home_title: str | None = None
    next_try_at: datetime | None = None
    tries: int = 0
    ended_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        if self.ended_at:
            return None
        return (self.next_try_at or self.begun_at) + LOOK_AGAIN_AFTER

    def tried(self, next_try_at: datetime) -> "Departure":
        return replace(self, tries=self.tries + 1, next_try_at=next_try_at)

    def ended(self, now: datetime) -> "Departure":
        return replace(self, ended_at=now, next_try_at=None)
