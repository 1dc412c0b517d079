"""Cursors and limits of lists. A cursor is an order key, encoded: one that is made up merely starts elsewhere in a
list that the caller may read anyway, so it is checked and not signed.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeVar

from chalice.app import Request

from chalicelib.common.pages import Page
from chalicelib.common.refusals import BadInput
from chalicelib.web.http import query

DEFAULT_LIMIT, HIGHEST_LIMIT = 25, 100

_ORDER = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z#[A-Za-z0-9_-]{0,64}")

BY_ID = re.compile("[A-Za-z0-9_-]{1,64}")
"""A place in a list that is sorted by ids."""

_CHECKSUM_BYTES = 6

T = TypeVar("T")


def read_limit(request: Request) -> int:
    """How many the list should show. Raises BadInput."""
    text = query(request, "limit") or str(DEFAULT_LIMIT)
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= HIGHEST_LIMIT:
        raise BadInput("limit", field="limit", highest=HIGHEST_LIMIT)
    return int(text)


def read_cursor(request: Request, *, place: re.Pattern[str] = _ORDER) -> str | None:
    """The order key, or another place in the list, to go on after; None at the beginning. Raises BadInput."""
    text = query(request, "cursor")
    if not text:
        return None
    after = _decoded(text)
    if not place.fullmatch(after):
        raise BadInput("cursor", field="cursor")
    return after


def shape_page(name: str, page: Page[T], shape: Callable[[T], Any]) -> dict[str, Any]:
    """A page in JSON: ``{"<name>": […], "next": "<cursor>" | null}``."""
    return {name: [shape(item) for item in page.items], "next": _encoded(page.next) if page.next else None}


def _encoded(place: str) -> str:
    """With a checksum: one that was damaged on its way must not start just anywhere."""
    content = place.encode()
    return base64.urlsafe_b64encode(_checksum(content) + content).decode().rstrip("=")


def _decoded(text: str) -> str:
    """Empty when it is none of ours."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        place = content[_CHECKSUM_BYTES:].decode()
    except (binascii.Error, UnicodeError, ValueError):
        return ""
    return place if _encoded(place) == text else ""


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:_CHECKSUM_BYTES]
