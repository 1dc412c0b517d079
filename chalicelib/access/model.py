"""Access on Plex: what was given to one account, and how it ends."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.plex.model import Share

LOOK_AGAIN_AFTER = timedelta(minutes=5)
"""How long after its next step was expected the sweep takes work for lost and sends it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What may have been given on Plex, and to which account.

    ``share``: something may be shared with the account; ``found``: what another hand had shared with it before, which
    is put back and not removed. ``home``: we may have brought it into the owner's Plex Home,
    as a managed user under ``home_title``, which tells who it is where ``plex_id`` does not. What the account had
    without us is none of it.
    """

    machine_id: str
    plex_id: int | None
    share: bool = False
    share_id: str | None = None
    found: Share | None = None
    home: bool = False
    home_title: str | None = None

    def with_earlier(self, earlier: "Given") -> "Given":
        """This, with what the same account was given before: what that made is no other hand's."""
        found = earlier.found if self.found is None or self.found.id == earlier.share_id else self.found
        return replace(
            self,
            share=self.share or earlier.share,
            found=found,
            home=self.home or earlier.home,
            home_title=self.home_title or earlier.home_title,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An account is closed, and what it was given on Plex is being taken away. ``given`` None: nothing ever was.

    ``ended_at`` is set once a read confirmed that nothing is left. ``working_until``: when the worker that has it now
    is certainly gone. ``version`` counts the saves.
    """

    user_id: str
    begun_at: datetime
    given: Given | None
    working_until: datetime | None = None
    version: int = 0
    next_try_at: datetime | None = None
    tries: int = 0
    ended_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When the sweep should send it again, should nothing have happened by then; None once it ended."""
        if self.ended_at:
            return None
        return (self.working_until or self.next_try_at or self.begun_at) + LOOK_AGAIN_AFTER

    def is_taken(self, now: datetime) -> bool:
        """Whether a worker has it."""
        return self.working_until is not None and self.working_until > now

    def taken(self, until: datetime) -> "Ending":
        """A worker has it. ``until``: when the worker is certainly gone."""
        return replace(self, working_until=until, next_try_at=None)

    def tried(self, next_try_at: datetime) -> "Ending":
        return replace(self, tries=self.tries + 1, next_try_at=next_try_at, working_until=None)

    def ended(self, now: datetime) -> "Ending":
        return replace(self, ended_at=now, next_try_at=None, working_until=None)
