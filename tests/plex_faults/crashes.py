"""Functions that die: killed after the nth thing they did to the outside world."""

from typing import Any

from tests.plex_faults.doubles import Killed


class Countdown:
    def __init__(self, effects: int) -> None:
        self.left = effects

    def tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


class Dying:
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
