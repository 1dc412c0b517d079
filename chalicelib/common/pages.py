"""Long lists, a part at a time."""

from typing import Generic, TypeVar

from chalicelib.common.records import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list, newest first. ``next`` is the order key (times.order_key) to go on after, None at the end.

    A page may hold fewer than were asked for, even none, and have a next one: searching stops after so many reads.
    """

    items: tuple[T, ...]
    next: str | None = None
