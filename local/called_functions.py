"""Lambda's call without waiting, for the functions that others call: one thread and one sandbox each."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue

from local.pollers import log
from local.sandbox import InvocationFailedError, Sandbox

_INVOCATION = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")


class Caller(threading.Thread):
    """Invokes one function, once for each call, one after the other."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.sandbox = sandbox
        self.calls: SimpleQueue[bool] = SimpleQueue()

    def run(self) -> None:
        while self.calls.get():
            try:
                self.sandbox.invoke({})
            except InvocationFailedError as error:
                log.warning("%s failed: %s", self.name, error)
        self.sandbox.close()

    def end(self) -> None:
        self.calls.put(False)
        self.sandbox.kill()


@contextmanager
def calling(callers: Mapping[str, Caller]) -> Iterator[str]:
    """Serve the calls of these functions, by their names in Lambda; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = _INVOCATION.fullmatch(self.path.partition("?")[0])
            caller = callers.get(found[1]) if found else None
            if caller:
                caller.calls.put(True)
            self.send_response(HTTPStatus.ACCEPTED if caller else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is said of each call."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    for caller in callers.values():
        caller.start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        for caller in callers.values():
            caller.end()
