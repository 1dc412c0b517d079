"""Site, /signup and /api on one origin, as CloudFront has them, around Chalice's own dev server."""

import json
import mimetypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import (
    ChaliceRequestHandler,
    LocalDevServer,
    LocalGatewayException,
    ThreadedHTTPServer,
    create_local_server,
)

from chalicelib.texts.catalogue import DEFAULT, sentence
from chalicelib.web.http import SECURITY_HEADERS

SITE = Path(__file__).resolve().parent.parent / "frontend" / "dist"
STAGE = "/api"
FOREVER = "public, max-age=31536000, immutable"
_NOT_BUILT = (
    b"<!doctype html><title>Streamarr</title><p>The admin site is not built: npm ci && npm run build in frontend/."
)
_NOTHING_HERE = sentence("refusals", "NotFound", DEFAULT)
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def _site_headers(file: Path) -> dict[str, str]:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    told = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    cached = FOREVER if file.parent.name == "assets" else "no-cache"
    images = os.environ.get("AWS_ENDPOINT_URL", "")  # where presigned addresses of QR codes lead
    policy = SECURITY_HEADERS["Content-Security-Policy"].replace("img-src 'self'", f"img-src 'self' {images}")
    return {**SECURITY_HEADERS, "Content-Security-Policy": policy, "Content-Type": told, "Cache-Control": cached}


class _Server(ThreadedHTTPServer):
    request_queue_size = 512  # a hundred people at once must not meet a refused connection

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up, as it does when a person moves on, is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Origin(ChaliceRequestHandler):
    """What CloudFront routes: /api/* and /signup* to Chalice, all else to the site."""

    path: str

    def setup(self) -> None:
        super().setup()
        self.local_gateway.event_converter.LOCAL_SOURCE_IP = self.client_address[0]

    def _generic_handle(self) -> None:
        if self.path.startswith(f"{STAGE}/"):
            self.path = self.path.removeprefix(STAGE)
            super()._generic_handle()
        elif self.path.startswith("/signup"):
            super()._generic_handle()
        else:
            self._serve_the_site()

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815 - the names that http.server calls

    def _send_http_response_with_body(self, code: int, headers: Any, body: str | bytes) -> None:
        """An answer to HEAD has the headers alone."""
        if self.command != "HEAD":
            super()._send_http_response_with_body(code, headers, body)
            return
        length = len(body if isinstance(body, bytes) else body.encode())
        self.send_response(code)
        self._send_headers({"Content-Type": "application/json", **headers, "Content-Length": str(length)})

    def _send_error_response(self, error: LocalGatewayException) -> None:
        """An unknown route is API Gateway's 403 unless a gateway response makes it this 404 (docs/operations.md)."""
        if b"Missing Authentication Token" in (error.body or b"") or b"requires 'Credential'" in (error.body or b""):
            headers = {**SECURITY_HEADERS, "Content-Type": "application/json"}
            content = json.dumps({"Code": "NotFound", "Message": _NOTHING_HERE}).encode()
            self._send_http_response(HTTPStatus.NOT_FOUND, headers, content)
            return
        super()._send_error_response(error)

    def _serve_the_site(self) -> None:
        """As S3 behind CloudFront does: hashed files for ever, all else looked at anew each time."""
        self._parse_payload()
        name = self.path.split("?")[0].lstrip("/")
        file = (SITE / name).resolve()
        if not file.is_relative_to(SITE) or not file.is_file():
            if "." in name.rpartition("/")[2]:
                self._send_http_response(HTTPStatus.NOT_FOUND, {**SECURITY_HEADERS, **_TEXT}, _NOTHING_HERE.encode())
                return
            file = SITE / "index.html"  # the site finds its own way from any address
        content = file.read_bytes() if file.is_file() else _NOT_BUILT
        self._send_http_response(HTTPStatus.OK, _site_headers(file), content)

    def log_message(self, *_: Any) -> None:
        """Quiet: the app logs what matters."""


@contextmanager
def serving(app: Chalice, config: Config, port: int) -> Iterator[str]:
    """Serve on 127.0.0.1 and every other loopback address (the peer's is API Gateway's sourceIp); gives the origin."""
    create_local_server(app, config, "127.0.0.1", 0).server.server_close()  # makes current_request thread-local
    server = LocalDevServer(app, config, "127.0.0.1", port, handler_cls=_Origin, server_cls=_Server)
    thread = Thread(target=server.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server.server_address[1]}"
    finally:
        server.shutdown()
        server.server.server_close()
