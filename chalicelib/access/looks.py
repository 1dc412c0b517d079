"""One look at everybody on Plex: how it stands, and how the last one went."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

SHRUNKEN = 0.7
"""An answer with less than this part of the people of the last complete one may be wrong."""


class Outcome(StrEnum):
    """How a look went."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    """plex.tv did not say it all: no member was judged."""
    SUSPECT = "suspect"
    """Many people fewer than before: those who are missing were not judged."""
    PAUSED = "paused"
    """Plex does not take the owner's token."""
    NO_SERVER = "no_server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The latest one. ``lease_until``: while it runs. ``people``: with a share, in the last complete one;
    ``pending``: those who have not accepted it. ``changed``, ``confirmed``, ``restored``: accesses.
    ``shrunken_since``: since when many are missing. ``is_seated``: the seats of members who were there before seats
    were counted are counted, too. ``revision`` counts saves.
    """

    id: str
    asked_at: datetime
    lease_until: datetime | None = None
    began_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: Outcome | None = None
    people: int = 0
    pending: int = 0
    changed: int = 0
    confirmed: int = 0
    restored: int = 0
    shrunken_since: datetime | None = None
    is_seated: bool = False
    revision: int = 0

    def is_running(self, now: datetime) -> bool:
        """Asked for, or at work. A worker that never came back is not waited for."""
        until = self.lease_until or self.asked_at + timedelta(minutes=5)
        return self.finished_at is None and now < until

    def asked_again(self, id_: str, now: datetime) -> "Look":
        return replace(self, id=id_, asked_at=now, lease_until=None, began_at=None, finished_at=None, outcome=None)

    def begun(self, now: datetime, until: datetime) -> "Look":
        return replace(self, began_at=now, lease_until=until, changed=0, confirmed=0, restored=0)

    def finished(self, outcome: Outcome, now: datetime) -> "Look":
        return replace(self, outcome=outcome, finished_at=now, lease_until=None)

    def weighed(self, people: int, now: datetime, *, apart: timedelta) -> "Look":
        """After a reading of so many people: whether it may be believed about those who are missing."""
        if self.people == 0 or people >= self.people * SHRUNKEN:
            return replace(self, people=people, shrunken_since=None, outcome=Outcome.COMPLETE)
        since = self.shrunken_since or now
        if now - since >= apart:
            return replace(self, people=people, shrunken_since=None, outcome=Outcome.COMPLETE)
        return replace(self, shrunken_since=since, outcome=Outcome.SUSPECT)
