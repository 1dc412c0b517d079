"""How often and how soon something is tried again: once for everything."""

from collections.abc import Callable
from typing import TypeVar

from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import TryAgain

T = TypeVar("T")

MOST_TRIES = 5
_MOST_DOUBLINGS = 30


def until_written(attempt: Callable[[], T]) -> T:
    """What ``attempt`` gives once its write meets no other. Raises TryAgain after so many tries.

    ``attempt`` reads, decides and writes: each try sees what the other writer left.
    """
    for _ in range(MOST_TRIES):
        try:
            return attempt()
        except StaleWrite:
            continue
    raise TryAgain


def doubled(first: float, times: int, *, longest: float) -> float:
    """``first`` seconds, doubled so many times, at most ``longest``."""
    return min(first * 2.0 ** min(times, _MOST_DOUBLINGS), longest)


def spread(seconds: float, chance: float) -> int:
    """Whole seconds, at least one, give or take a quarter; ``chance`` is from 0 to 1."""
    return max(1, round(seconds * (0.75 + chance / 2)))
