"""What each route and each function asks for, measured on the local stack: calls, units, time of the processor."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import thread_time
from typing import Any, Self
from unittest.mock import patch

from bench.houses import stack
from testing import each_function, each_route
from testing.metering.calls import Call, depth, of_aws
from testing.metering.meter import NONE, Units
from testing.people import Stack

Walk = Callable[..., list[Call]]


@dataclass(frozen=True, slots=True)
class Metered:
    """One request or invocation. ``seconds``: of the processor; ``reported``: the emulator's figure for all units."""

    name: str
    calls: Sequence[Call]
    again: Sequence[Call]
    """When the same was asked for the second time, by then in a warm process."""
    seconds: float

    @property
    def operations(self) -> list[str]:
        return [call.operation for call in of_aws(self.calls)]

    @property
    def services(self) -> Counter[str]:
        return Counter(call.service for call in self.calls)

    @property
    def depth(self) -> int:
        return depth(of_aws(self.calls))

    @property
    def units(self) -> Units:
        return sum((call.units for call in self.calls), NONE)

    @property
    def reported(self) -> float:
        return sum(call.reported for call in self.calls)

    @property
    def is_warm_from_the_start(self) -> bool:
        return [call.operation for call in self.calls] == [call.operation for call in self.again]


def everything() -> tuple[list[Metered], list[Metered]]:
    """Every route's requests, every function's invocations."""
    with stack() as here:
        routes = [_metered(here, name, each_route.walk) for name in each_route.SCENES]
        functions = [_metered(here, name, each_function.walk) for name in each_function.SCENES]
    return routes, functions


def _metered(here: Stack, name: str, walk: Walk) -> Metered:
    """Once with units, which adds reads; once more as it is, for the clock."""
    calls = walk(here, name, units=True)
    timer = _Timer()
    again = walk(here, name, meanwhile=timer)
    return Metered(name, calls, again, timer.seconds)


class _Timer(AbstractContextManager["_Timer"]):
    """The processor's ``seconds`` that the API takes for requests; without any, those of this thread."""

    def __enter__(self) -> Self:
        from chalicelib.web.http import Site

        self._requests: list[float] = []
        self._patched = patch.object(Site, "__call__", self._timed(Site.__call__))
        self._patched.start()
        self._began = thread_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = sum(self._requests) or thread_time() - self._began
        self._patched.stop()

    def _timed(self, answer: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any) -> Any:
            began = thread_time()
            try:
                return answer(*given)
            finally:
                self._requests.append(thread_time() - began)

        return timed
