"""Lambda's call without waiting, for the functions that others call: as there, each call runs beside the others."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import LifoQueue

from local.pollers import log
from local.sandbox import InvocationFailedError, Sandbox

_INVOCATION = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")


class Caller:
    """Invokes one function, once for each call, in the warmest sandbox that is free; more calls wait for one."""

    def __init__(self, name: str, sandboxes: Sequence[Sandbox]) -> None:
        self.name = name
        self._sandboxes = sandboxes
        self._free: LifoQueue[Sandbox] = LifoQueue()
        for sandbox in reversed(sandboxes):
            self._free.put(sandbox)
        self._hands = ThreadPoolExecutor(len(sandboxes), thread_name_prefix=name)

    def call(self) -> None:
        """Soon, and without telling how it went."""
        self._hands.submit(self._invoke)

    def end(self) -> None:
        """What runs is killed, what waits is forgotten."""
        for sandbox in self._sandboxes:
            sandbox.kill()
        self._hands.shutdown(cancel_futures=True)
        for sandbox in self._sandboxes:
            sandbox.close()

    def _invoke(self) -> None:
        sandbox = self._free.get()
        try:
            sandbox.invoke({})
        except InvocationFailedError as error:
            log.warning("%s failed: %s", self.name, error)
        finally:
            self._free.put(sandbox)


@contextmanager
def calling(callers: Mapping[str, Caller]) -> Iterator[str]:
    """Serve the calls of these functions, by their names in Lambda; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = _INVOCATION.fullmatch(self.path.partition("?")[0])
            caller = callers.get(found[1]) if found else None
            if caller:
                caller.call()
            self.send_response(HTTPStatus.ACCEPTED if caller else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is said of each call."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        for caller in callers.values():
            caller.end()
