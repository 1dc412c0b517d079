"""Functions that crash: killed after the nth thing they did to the world outside."""

from collections.abc import Callable
from typing import Any

from chalicelib.wiring import Ports, UseCases


class Killed(BaseException):
    """The function is gone: no handler of an Exception sees it."""


class Countdown:
    def __init__(self, calls: int) -> None:
        self.left = calls

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


class CrashingPort:
    """A port whose calls all happen; after the last one of the countdown the function is gone."""

    def __init__(self, port: Any, countdown: Countdown) -> None:
        self._port, self._countdown = port, countdown

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        def called(*arguments: Any, **named: Any) -> Any:
            result = call(*arguments, **named)
            self._countdown.tick()
            return result

        return called


class CrashingPorts(UseCases):
    """The same ports for a function that crashes at a call of one of them.

    ``countdown`` is asked for each port's: one for all, or one for each. Ports that are a function, such as the clock,
    do nothing to the world, and never crash.
    """

    def __init__(self, ports: Ports, countdown: Callable[[], Countdown]) -> None:
        self._ports, self._countdown = ports, countdown

    def __getattr__(self, name: str) -> Any:
        port = getattr(self._ports, name)
        return port if callable(port) else CrashingPort(port, self._countdown())
