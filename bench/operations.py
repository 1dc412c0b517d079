"""What each route and each function takes, measured on the local stack: calls, units, time of the processor."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import thread_time
from typing import Any
from unittest.mock import patch

from bench.stacks import stack_here
from chalicelib.web.http import Site
from testing import each_function, each_route
from testing.metering.calls import Call
from testing.metering.meter import NONE, Units
from testing.people import Stack


@dataclass(frozen=True, slots=True)
class Operation:
    """One request or invocation, warm. ``seconds``: of the processor."""

    calls: Sequence[Call]
    seconds: float

    @property
    def units(self) -> Units:
        return sum((call.units for call in self.calls), NONE)

    def count(self, service: str, *named: str) -> int:
        """The calls to a service, or those that are named."""
        return sum(call.service == service and (not named or call.operation in named) for call in self.calls)


def measure_operations() -> dict[str, Operation]:
    """Every request of every route, every invocation of every function, by name."""
    scenarios = ((each_route.SCENARIOS, each_route.walk), (each_function.SCENARIOS, each_function.walk))
    with stack_here() as stack:
        return {name: _measure(stack, name, walk) for names, walk in scenarios for name in names}


def _measure(stack: Stack, name: str, walk: Callable[..., list[Call]]) -> Operation:
    """Once with units, for which more is read; once more as it is, for the clock."""
    calls, seconds = walk(stack, name, units=True), list[float]()
    walk(stack, name, meanwhile=_timing(seconds))
    return Operation(calls, sum(seconds))


@contextmanager
def _timing(seconds: list[float]) -> Iterator[None]:
    """What the API takes for requests; where there are none, what this thread takes."""

    def timed(*given: Any) -> Any:
        before = thread_time()
        answer = original(*given)
        seconds.append(thread_time() - before)
        return answer

    original, began = Site.__call__, thread_time()
    with patch.object(Site, "__call__", timed):
        yield
    if not seconds:
        seconds.append(thread_time() - began)
