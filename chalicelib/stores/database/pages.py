"""Pages of an index, at a bounded cost."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from chalicelib.common.pages import Page

T = TypeVar("T")


def page_of(records: Iterable[Any], *, limit: int, most_read: int, read: Callable[[Any], T | None]) -> Page[T]:
    """The first ``limit`` of ``records`` that ``read`` does not turn into None, looking at ``most_read`` at most.

    Each record has its place in the list as ``order``. Records are fetched one by one as they are read.
    """
    found: list[T] = []
    last = None
    for number, record in enumerate(records):
        if len(found) == limit or number == most_read:
            return Page(tuple(found), last)
        last = record.order
        if (item := read(record)) is not None:
            found.append(item)
    return Page(tuple(found))
