"""What would have been sent into the world, to be looked at: `GET /messages`. `POST /webhook` receives signed webhooks
and says whether the signature is that of an endpoint of this installation.
"""

import base64
import hashlib
import hmac
import html
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MOST_KEPT = 500
NEWEST_FOR = 300
"""Seconds that a signature's time may be off, as Standard Webhooks has it."""

Json = dict[str, Any]
Secrets = Callable[[], Mapping[str, list[str]]]
"""The secrets that sign now, by their endpoints' ids."""


class Inbox:
    """The newest messages first."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self.messages: deque[Json] = deque(maxlen=MOST_KEPT)

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        kind = "webhook" if path == "/webhook" else "channel"
        text = body.decode("utf-8", "replace")
        message: Json = {
            "kind": kind,
            "at": datetime.now(UTC).isoformat(),
            "path": path,
            "headers": {name.lower(): value for name, value in headers.items()},
            "body": text,
        }
        if kind == "webhook":
            message["endpoint"] = self._signed_by(message["headers"], text)
            message["verified"] = message["endpoint"] is not None
        self.messages.appendleft(message)

    def _signed_by(self, headers: Mapping[str, str], body: str) -> str | None:
        try:
            age = abs(datetime.now(UTC).timestamp() - int(headers["webhook-timestamp"]))
            text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
            signatures = headers["webhook-signature"].split()
        except (KeyError, ValueError):
            return None
        for endpoint, secrets in self._secrets().items():
            if age <= NEWEST_FOR and any(_sign(text, each) in signatures for each in secrets):
                return endpoint
        return None


def _sign(text: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


@contextmanager
def serving(port: int, secrets: Secrets) -> Iterator[str]:
    """The inbox, while the block runs; gives its address."""
    inbox = Inbox(secrets)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/messages":
                self._answer(json.dumps({"messages": list(inbox.messages)}).encode(), "application/json")
            elif self.path == "/":
                self._answer(_page(inbox).encode(), "text/html; charset=utf-8")
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            inbox.receive(self.path, dict(self.headers.items()), body)
            self._answer(b"{}", "application/json")

        def _answer(self, content: bytes, kind: str) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing is said of each request."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _page(inbox: Inbox) -> str:
    entries = "".join(
        f"<article><h2>{html.escape(each['kind'])}, {html.escape(each['at'])}"
        f"{' (signed)' if each.get('verified') else ''}</h2><pre>{html.escape(each['body'])}</pre></article>"
        for each in list(inbox.messages)
    )
    return f'<!doctype html><html lang="en"><title>Inbox</title><h1>Inbox</h1>{entries or "<p>Nothing yet.</p>"}</html>'
