"""What can be made to go wrong: which calls are hit, and how often.

How each kind spoils an answer stands in `local.plex.spoiling`.
"""

import re
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count


class Kind(StrEnum):
    STATUS = "status"
    """Any status, in the form that the path would use for it."""
    TIMEOUT = "timeout"
    """Hold the answer for `seconds`, then close the connection."""
    SLOW = "slow"
    """Answer properly, `seconds` late."""
    DROP = "drop"
    """Close the connection without an answer."""
    TRUNCATE = "truncate"
    """Announce more bytes than are sent, then close."""
    GARBAGE = "garbage"
    """200 and bytes that are neither XML nor JSON."""
    EMPTY = "empty"
    """200 and nothing."""
    HTML = "html"
    """200 and a well-formed HTML page."""
    WRONG_SHAPE = "wrong_shape"
    """200 and well-formed XML or JSON about something else."""
    SHRINK = "shrink"
    """200 and the first half of the list alone, as if that was all."""
    ODD_ROW = "odd_row"
    """200 and the list with one more row, in which nothing can be read."""


class When(StrEnum):
    BEFORE = "before"
    """Nothing happens in the world."""
    AFTER = "after"
    """What was asked for happens, and then the answer is spoiled."""


@dataclass
class Fault:
    """One thing that goes wrong for calls of that method (None: any) with a path that matches the whole pattern."""

    id: int
    kind: Kind
    path: re.Pattern[str]
    method: str | None = None
    when: When = When.BEFORE
    times: int | None = 1
    """How many calls it hits; None: every one."""
    skip: int = 0
    """How many matching calls it lets pass first."""
    status: int = 500
    retry_after: str | None = None
    message: str | None = None
    seconds: float = 30
    seen: int = 0
    fired: int = 0
    lifted: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set when the calls that this fault holds shall be let go."""

    def hits(self, method: str, path: str) -> bool:
        """Count a matching call, and tell whether this is one to spoil."""
        if self.method not in (None, method) or not self.path.fullmatch(path):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = count(1)
        self._faults: list[Fault] = []

    def next_id(self) -> int:
        return next(self._ids)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def listed(self) -> list[Fault]:
        return list(self._faults)

    def clear(self) -> None:
        """Take all of them back, and let go of every call that one of them holds."""
        with self._lock:
            lifted, self._faults = self._faults, []
        for fault in lifted:
            fault.lifted.set()

    def hitting(self, method: str, path: str) -> Fault | None:
        """Return the first fault that wants this call."""
        with self._lock:
            return next((fault for fault in self._faults if fault.hits(method, path)), None)
