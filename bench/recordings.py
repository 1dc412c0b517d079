"""What one piece of work costs: what it asks of AWS, how long AWS takes for it, and how long we do, told apart.

AWS's answers are written down, and the work is done again with these: what is left is our own.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, TypeVar
from unittest.mock import patch

from botocore.httpsession import URLLib3Session

from bench.tapes import Tape, replaying
from testing.metering.calls import counting
from testing.metering.meter import NONE, Units

Work = Callable[[], None]
Name = TypeVar("Name")


@dataclass
class Recording:
    """One piece of work and what AWS answered. ``waiting``: seconds for AWS, the median of some times."""

    work: Work
    tape: Tape
    units: Units
    waiting: float

    @property
    def calls(self) -> int:
        return len(self.tape.aws)

    def steps(self) -> int:
        """How often Python calls a function when the work is done with the answers written down."""
        with replaying(self.tape), _counting_steps() as steps:
            self.work()
        return steps[0]

    def seconds(self) -> float:
        """Of the processor, when the work is done with the answers written down."""
        with replaying(self.tape):
            began = time.process_time()
            self.work()
            return time.process_time() - began


def units_of(work: Work) -> Units:
    with counting(units=True) as calls:
        work()
    return sum((call.units for call in calls), NONE)


def recorded(work: Work, units: Units, *, times: int = 2) -> Recording:
    """``times``: how often it is done for real. It must ask the same things in the same order each time."""
    noted = [_noted(work) for _ in range(times)]
    tape = Tape({}, None, aws=noted[0].answers)
    return Recording(work, tape, units, median(each.seconds for each in noted))


def own_seconds(recordings: Mapping[Name, Recording], times: int) -> dict[Name, float]:
    """Of the processor, the least of so many times, all in turn: whatever disturbs only adds."""
    taken = [{name: recording.seconds() for name, recording in recordings.items()} for _ in range(times)]
    return {name: min(each[name] for each in taken) for name in recordings}


@dataclass
class _Noted:
    answers: list[Any] = field(default_factory=list)
    seconds: float = 0.0


def _noted(work: Work) -> _Noted:
    noted, send = _Noted(), URLLib3Session.send

    def note(session: URLLib3Session, request: Any) -> Any:
        began = time.perf_counter()
        answer = send(session, request)
        answer.content  # noqa: B018 - reads it, so that it can be had again
        noted.seconds += time.perf_counter() - began
        noted.answers.append(answer)
        return answer

    with patch.object(URLLib3Session, "send", note):
        work()
    return noted


@contextmanager
def _counting_steps() -> Iterator[list[int]]:
    steps = [0]

    def count(_frame: object, event: str, _argument: object) -> None:
        steps[0] += event == "call"

    threading.setprofile(count)
    sys.setprofile(count)
    try:
        yield steps
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
