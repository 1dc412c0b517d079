"""Sending a webhook: one POST, no redirects, to public addresses only."""

import http.client
import ssl
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

from chalicelib.events.deliveries import LONGEST_ANSWER
from chalicelib.events.ports import Answer
from chalicelib.vendors.guard import guarded

LONGEST_SEND = 15.0
"""Seconds. What hangs for longer is left to itself."""

_PATIENCE = 4.0
"""Seconds to connect, and between two pieces of the answer."""

_AGENT = "Streamarr-Invites"


class WebhookSender:
    """``allowed``: ``host:port`` of addresses that are reached though they are private."""

    def __init__(self, allowed: tuple[str, ...] = (), *, longest: float = LONGEST_SEND) -> None:
        pairs = (each.rpartition(":") for each in allowed)
        self._allowed = frozenset((host, int(port)) for host, _, port in pairs)
        self._longest = longest

    def send(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        """events.ports.Send."""
        answers: SimpleQueue[Answer] = SimpleQueue()
        Thread(target=lambda: answers.put(self._post(url, body, headers)), daemon=True).start()
        try:
            return answers.get(timeout=self._longest)
        except Empty:
            return Answer(None, "no answer in time")

    def _post(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        try:
            with guarded(self._allowed), closing(_connection(url)) as connection:
                parts = urlsplit(url)
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                sent = {"Content-Type": "application/json", "User-Agent": _AGENT, **headers}
                connection.request("POST", path, body.encode(), sent)
                answer = connection.getresponse()
                said = answer.read(LONGEST_ANSWER).decode("utf-8", "replace")
                return Answer(answer.status, said, _retry_after(answer.headers.get("Retry-After")))
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(None, f"{type(error).__name__}: {error}")


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=_PATIENCE, context=_tls())
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _retry_after(text: str | None) -> timedelta | None:
    return timedelta(seconds=int(text)) if text and text.isascii() and text.isdigit() and len(text) < 7 else None  # noqa: PLR2004
