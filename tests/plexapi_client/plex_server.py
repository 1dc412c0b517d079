"""An HTTP server in place of plex.tv, which gives every request the answer that a test chose."""

import json
import time
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

XML, JSON, HTML = "application/xml; charset=utf-8", "application/json; charset=utf-8", "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    """Path and query, as they came."""
    headers: Message
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, strict_parsing=True))


@dataclass(frozen=True)
class Answer:
    """``missing``: how many of the announced bytes are never sent; ``after``: seconds until it comes."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    missing: int = 0
    after: float = 0


class PlexServer(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Answer | None = Answer()
        """None: the connection is closed without an answer."""
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answers(self, body: str | bytes = b"", content_type: str | None = XML, *, status: int = 200, **more: Any):
        headers = {"Content-Type": content_type} if content_type else {}
        data = body.encode() if isinstance(body, str) else body
        self.answer = Answer(data, status, headers, **more)

    def answers_json(self, value: Any, *, status: int = 200) -> None:
        self.answers(json.dumps(value), JSON, status=status)

    def fails(self, status: int, **headers: str) -> None:
        self.answer = Answer(status=status, headers={name.replace("_", "-"): said for name, said in headers.items()})

    def asked(self) -> Request:
        """The only request that there was."""
        (request,) = self.requests
        return request


class _Handler(BaseHTTPRequestHandler):
    server: PlexServer

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(Request(self.command, self.path, self.headers, body))
        if answer := self.server.answer:
            self._send(answer)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - names that http.server looks for

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.after)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) + answer.missing))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Nothing is written to the terminal."""
