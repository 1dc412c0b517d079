"""What was asked of plex.tv, in order of arrival, without the secrets."""

import hashlib
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug import Request


@dataclass
class Call:
    method: str
    path: str
    query: str
    client_identifier: str | None
    token_sha256: str | None
    """The first twelve hexadecimal digits, enough to tell tokens apart."""
    status: int | None = None
    """None while no answer is sent, and for good where none ever is."""
    fault: str | None = None
    began: float = 0.0
    """Seconds since 1970."""
    ended: float | None = None
    """When the answer was ready to be sent."""


class CallLog:
    def __init__(self) -> None:
        self._calls: list[Call] = []

    def record(self, request: Request) -> Call:
        call = Call(
            method=request.method,
            path=request.path,
            query=_without_token(request),
            client_identifier=plex_value(request, "X-Plex-Client-Identifier"),
            token_sha256=fingerprint(plex_value(request, "X-Plex-Token")),
            began=time.time(),
        )
        self._calls.append(call)
        return call

    def as_rows(self) -> list[dict[str, Any]]:
        return [asdict(call) for call in list(self._calls)]

    def clear(self) -> None:
        self._calls = []


def plex_value(request: Request, name: str) -> str | None:
    """Return what a call says about itself in a header or, as plex.tv also takes it, in the query."""
    return request.headers.get(name) or request.args.get(name) or None


def fingerprint(token: str | None) -> str | None:
    return hashlib.sha256(token.encode()).hexdigest()[:12] if token else None


def _without_token(request: Request) -> str:
    pairs = [pair for pair in request.args.items(multi=True) if pair[0].lower() != "x-plex-token"]
    return urlencode(pairs)
