"""plex.tv's lists, read whole. How it cuts them is not published: each plausible form is read (docs/plex.md, 3).

What is not whole is no answer, for it would say of a person that they are not there.
"""

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from chalicelib.common.records import dataclass
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plexapi_client.calls import PlexCalls

PAGE = 500
"""Rows asked for at once: more than an owner may share with."""

_TRIES = 2
"""A list that changed while its pages were read is read once more."""

_ROOTS = ("MediaContainer", "home")


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows by the account that each is about. ``is_whole``: that could be read of all of them."""

    rows: Mapping[int, Element]
    is_whole: bool

    def find(self, account_id: int) -> Element | None:
        """Raises TemporaryPlexError where it may be among what could not be read."""
        row = self.rows.get(account_id)
        if row is None and not self.is_whole:
            raise TemporaryPlexError("a row of plex.tv's list could not be read")
        return row


@dataclass(frozen=True, slots=True)
class _Page:
    """``total``: how many rows there are in all; None where that is not told."""

    rows: list[Element]
    total: int | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """``is_proven``: nothing can have changed meanwhile without being noticed."""

    rows: list[Element]
    is_proven: bool


def read_listed(calls: PlexCalls, url: str, tag: str) -> Listed:
    """A list of which each row has the id of an account. Raises as ``read_rows`` does."""
    rows = read_rows(calls, url, tag)
    known = {int(row.attrib["id"]): row for row in rows if row.attrib.get("id", "").isdecimal()}
    return Listed(known, is_whole=len(known) == len(rows))


def read_rows(calls: PlexCalls, url: str, tag: str, *, key: tuple[str, ...] = ("id",)) -> list[Element]:
    """All rows of a list of v1, which are told apart by the attributes in ``key``.

    Raises TemporaryPlexError where they are not whole: another root, totals that do not fit, a row twice.
    """
    before: _Reading | None = None
    for _ in range(_TRIES):
        reading = _read_pages(calls, url, tag, key)
        if reading and (reading.is_proven or (before and _keys(before.rows, key) == _keys(reading.rows, key))):
            return reading.rows
        before = reading
    raise TemporaryPlexError("plex.tv's list is not whole, or changed each time while it was read")


def _read_pages(calls: PlexCalls, url: str, tag: str, key: tuple[str, ...]) -> _Reading | None:
    """None where the pages do not fit together."""
    pages = [_read_page(calls, url, tag, start=0)]
    while not _ends_with(pages):
        page = _read_page(calls, url, tag, start=sum(len(each.rows) for each in pages))
        if page.total is None and _keys(page.rows, key) == _keys(pages[0].rows, key):
            break  # the same again: plex.tv does not cut it
        pages.append(page)
    return _put_together(pages, key)


def _read_page(calls: PlexCalls, url: str, tag: str, *, start: int) -> _Page:
    answer = calls.xml("GET", url, params={"X-Plex-Container-Start": start, "X-Plex-Container-Size": PAGE})
    if answer.tag not in _ROOTS:
        raise TemporaryPlexError("plex.tv's answer was about something else")
    rows = list(answer.iter(tag))
    if _number(answer, "size") not in (None, len(rows)):
        raise TemporaryPlexError("plex.tv's list has not as many rows as it says")
    return _Page(rows, _number(answer, "totalSize"))


def _ends_with(pages: list[_Page]) -> bool:
    """Without totals a page that is not full is the last; one with more rows than were asked for is not cut at all."""
    last = pages[-1]
    if last.total is None:
        return len(last.rows) != PAGE
    return not last.rows or sum(len(each.rows) for each in pages) >= last.total


def _put_together(pages: list[_Page], key: tuple[str, ...]) -> _Reading | None:
    """Without totals several pages prove nothing: a row that goes meanwhile has the next page begin too late."""
    rows, total = [row for page in pages for row in page.rows], pages[0].total
    keys = _keys(rows, key)
    if len({*keys}) < len(keys) or any(page.total != total for page in pages):
        return None
    if total is None:
        return _Reading(rows, is_proven=len(pages) == 1)
    return _Reading(rows, is_proven=True) if len(rows) == total else None


def _number(page: Element, name: str) -> int | None:
    text = page.attrib.get(name)
    return None if text is None else int(text)


def _keys(rows: Iterable[Element], key: tuple[str, ...]) -> list[tuple[str | None, ...]]:
    """Of the rows that have one."""
    return [tuple(map(row.attrib.get, key)) for row in rows if row.attrib.get(key[0])]
