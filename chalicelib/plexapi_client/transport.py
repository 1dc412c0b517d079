"""How requests leave for plex.tv: with a stable identity, to a configurable host, every failure sorted.

plexapi maps statuses to exceptions without their headers, raises TypeError for statuses it never heard of, and lets
requests' own errors through (docs/plex.md, trap 3). So failures are sorted here, below plexapi, which passes them on.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from xml.etree.ElementTree import ParseError

import requests
from plexapi.exceptions import PlexApiException
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from chalicelib.plex.errors import PlexRefused, PlexTokenRefused, TemporaryPlexError

TIMEOUT = 5.0
"""Seconds, for connecting and for each read; a session keeps to its own, not to what plexapi asks for."""

_REASON = re.compile(r'"code"\s*:\s*(\d{4})|<error code="(\d{4})"')
_FIRST_SERVER_ERROR = 500
_STATUSES = {status.value for status in HTTPStatus}
"""What HTTP knows: anything else (498, 520) is a proxy's word on the way, not plex.tv's."""

UNREADABLE = (ParseError, AttributeError, IndexError, KeyError, TypeError, ValueError, PlexApiException)

_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class PlexSession(requests.Session):
    """A session for plexapi: ``client_id`` is sent in place of plexapi's own; redirects are never followed,
    for requests would carry X-Plex-Token to another host (docs/plex.md, trap 7).
    """

    def __init__(self, client_id: str, base_url: str | None, timeout: float = TIMEOUT) -> None:
        super().__init__()
        self.trust_env = False
        self._client_id, self._timeout = client_id, timeout
        transport = _Transport(base_url)
        self.mount("https://", transport)
        self.mount("http://", transport)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        request.headers["X-Plex-Client-Identifier"] = self._client_id
        options["allow_redirects"] = False
        options["timeout"] = self._timeout
        return super().send(request, **options)


class _Transport(HTTPAdapter):
    def __init__(self, base_url: str | None) -> None:
        super().__init__()
        self._base = urlsplit(base_url) if base_url else None

    def send(  # type: ignore[override]  # every option is passed on by its name
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        self._redirect_to_base(request)
        try:
            response = super().send(request, **options)
            response.content  # noqa: B018 - reads the body here, where its failures are sorted
        except (requests.RequestException, HTTPError) as error:
            raise TemporaryPlexError(f"plex.tv did not answer ({type(error).__name__})") from None
        _assume_utf8(response)
        _raise_for(response)
        return response

    def _redirect_to_base(self, request: requests.PreparedRequest) -> None:
        if self._base and request.url:
            parts = urlsplit(request.url)
            base = self._base.path.rstrip("/")
            request.url = urlunsplit(
                parts._replace(scheme=self._base.scheme, netloc=self._base.netloc, path=base + parts.path)
            )


def _assume_utf8(response: requests.Response) -> None:
    """XML and JSON are UTF-8 where the answer does not say otherwise; requests would take text for Latin-1."""
    if "charset" not in response.headers.get("Content-Type", "").lower():
        response.encoding = "utf-8"


def _raise_for(response: requests.Response) -> None:
    status, reason = response.status_code, _reason(response.text)
    what = f"{response.request.method} {urlsplit(response.request.url or '').path}: {status}"  # never the query
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status < HTTPStatus.BAD_REQUEST:
        raise TemporaryPlexError(what)  # a redirect, which is never followed
    if status == HTTPStatus.UNAUTHORIZED:
        raise PlexTokenRefused(what)
    if status in _PASSING or status >= _FIRST_SERVER_ERROR or status not in _STATUSES:
        raise TemporaryPlexError(what, retry_after=_retry_after(response.headers))
    raise PlexRefused(what, status=status, reason=reason)


def _reason(text: str) -> int | None:
    found = _REASON.search(text)
    return int(found[1] or found[2]) if found else None


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds, which the header gives as such or as a date; None where it gives nothing of the kind."""
    value = headers.get("Retry-After", "")
    if value.isascii() and value.isdigit() and len(value) < len("1000000000"):
        return int(value)
    try:
        left = parsedate_to_datetime(value) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None
    return max(0, ceil(left.total_seconds()))


@contextmanager
def readable() -> Iterator[None]:
    """Around the reading of an answer: one that cannot be read is a failure that may pass.

    Garbage, HTML with status 200, an empty body or another shape raise all of these (docs/plex.md, trap 3);
    plexapi has an error of its own for the rarer statuses of success.
    """
    try:
        yield
    except UNREADABLE as error:
        raise TemporaryPlexError(f"plex.tv's answer could not be read ({type(error).__name__})") from None
