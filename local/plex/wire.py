"""HTTP/1.1 as plex.tv speaks it: connections stay open, and break where a fault wants it.

Werkzeug's own handler closes every connection after one answer, which hides what keep-alive does to clients.
"""

import io
import socket
from contextlib import suppress
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import get_input_stream


class KeepAliveHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Answer one request; a ConnectionError from the application closes the connection without a word."""
        environ = self.make_environ()
        # Read first: what a refused call leaves unread would be taken for the next request.
        environ["wsgi.input"] = io.BytesIO(get_input_stream(environ).read())
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        body = b"".join(chunks)
        number, _, reason = status.partition(" ")
        self.send_response(int(number), reason)
        for name, value in headers:
            self.send_header(name, value)
        self._say_whether_it_ends_here(headers.get("Content-Length"), body)
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    def _say_whether_it_ends_here(self, announced: str | None, body: bytes) -> None:
        if announced is None:
            self.send_header("Content-Length", str(len(body)))
        elif self.command != "HEAD" and int(announced) != len(body):
            self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Stay silent: `/_standin/calls` knows better."""


class StandInServer(ThreadedWSGIServer):
    request_queue_size = 512
    daemon_threads = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(*args, **kwargs)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close every connection: a stopped server must not go on answering those who kept theirs."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
