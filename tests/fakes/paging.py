"""Lists in memory, a part at a time."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from chalicelib.common.pages import Page

T = TypeVar("T")


def page_of(items: Iterable[T], *, order: Callable[[T], str], after: str | None, limit: int) -> Page[T]:
    """The first ``limit`` of them below ``after``, the highest ``order`` first."""
    below = [item for item in sorted(items, key=order, reverse=True) if after is None or order(item) < after]
    shown = tuple(below[:limit])
    return Page(shown, order(shown[-1]) if len(below) > limit else None)
