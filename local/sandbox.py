"""A warm Lambda sandbox: a child process that imports one handler as Lambda would, for many invocations.

Parent and child talk over a socket of their own, a JSON line each; stdout and stderr are the function's log.
"""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
INIT_SECONDS = 30.0


class InvocationFailedError(Exception):
    """The handler raised, ran out of time, or its sandbox died; the message says which."""


@dataclass(frozen=True)
class Function:
    """What Lambda knows of a function: `handler` is `module.name`, `timeout` in seconds, `memory` in MB."""

    name: str
    handler: str
    timeout: float
    memory: int
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Context:
    """What a handler gets beside its event, with the names that Lambda gives them."""

    aws_request_id: str
    function_name: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    log_stream_name: str
    deadline_ms: int
    function_version: str = "$LATEST"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the sandbox is killed; never negative."""
        return max(0, self.deadline_ms - int(time.time() * 1000))


class Sandbox:
    """One sandbox of a function; `pid_file` names the process that runs now, `log` gets what it prints.

    One thread invokes and closes; any thread may kill.
    """

    def __init__(self, function: Function, *, pid_file: Path, log: Path) -> None:
        self._function = function
        self._pid_file = pid_file
        self._log = log
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._killed = False

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """What the handler returns. Raises InvocationFailedError; a lost sandbox is replaced next time."""
        try:
            answer = self._run(event)
        except TimeoutError as error:
            self.close()
            raise InvocationFailedError(f"timed out after {self._function.timeout} s") from error
        except OSError as error:
            self.close()
            raise InvocationFailedError(f"its sandbox died; see {self._log.name}") from error
        if "error" in answer:
            raise InvocationFailedError(answer["error"])
        return answer["result"]

    def kill(self) -> None:
        """End the process with everything it started, and start no other."""
        with self._lock:
            self._killed = True
            self._kill_group()

    def close(self) -> None:
        """End the process and forget it; the next invocation starts another."""
        with self._lock:
            self._kill_group()
            if self._process:
                self._process.wait()
            self._pid_file.unlink(missing_ok=True)
            if self._line:
                self._line.close()
            self._process = self._line = None

    def _run(self, event: Mapping[str, Any]) -> dict[str, Any]:
        if self._process and self._process.poll() is not None:
            self.close()
        line = self._line or self._start()
        line.settimeout(self._function.timeout)
        _send(line, {"event": event, "context": asdict(self._context())})
        return _receive(line)

    def _kill_group(self) -> None:
        if self._process and self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _start(self) -> socket.socket:
        with self._lock, self._log.open("ab") as log:
            if self._killed:
                raise ConnectionAbortedError
            self._line, theirs = socket.socketpair()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.sandbox", self._function.handler, str(theirs.fileno())],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
            theirs.close()  # or a dead sandbox would not be heard
            self._pid_file.write_text(f"{self._process.pid}\n")
        self._line.settimeout(INIT_SECONDS)
        _receive(self._line)
        return self._line

    def _environment(self) -> dict[str, str]:
        passed_on = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "HOME") if name in os.environ}
        function = {
            "AWS_LAMBDA_FUNCTION_NAME": self._function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self._function.memory),
            "_HANDLER": self._function.handler,
            "PYTHONUNBUFFERED": "1",
            "TZ": "UTC",
        }
        return {**passed_on, **function, **self._function.environment}

    def _context(self) -> Context:
        region = self._function.environment.get("AWS_REGION", "us-east-1")
        return Context(
            aws_request_id=str(uuid4()),
            function_name=self._function.name,
            memory_limit_in_mb=self._function.memory,
            invoked_function_arn=f"arn:aws:lambda:{region}:000000000000:function:{self._function.name}",
            log_stream_name=self._pid_file.stem,
            deadline_ms=int((time.time() + self._function.timeout) * 1000),
        )


def main(handler: str, line: socket.socket) -> None:
    """Import the handler, say so, then serve one invocation after the other until the line is cut."""
    _in_background(_end_with, os.getppid())
    function = _imported(handler)
    _send(line, {"ready": True})
    with suppress(ConnectionError):
        while True:
            invocation = _receive(line)
            _send(line, _answer(function, invocation["event"], Context(**invocation["context"])))


def _imported(handler: str) -> Callable[[Any, Context], Any]:
    module, _, name = handler.rpartition(".")
    function: Callable[[Any, Context], Any] = getattr(importlib.import_module(module), name)
    return function


def _answer(function: Callable[[Any, Context], Any], event: Any, context: Context) -> dict[str, Any]:
    try:
        result = json.loads(json.dumps(function(event, context)))
    except Exception as error:  # noqa: BLE001 - all that a handler raises fails its invocation, as on Lambda
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}
    return {"result": result}


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.killpg(0, signal.SIGKILL)


def _in_background(work: Callable[[int], None], argument: int) -> None:
    threading.Thread(target=work, args=[argument], daemon=True).start()


def _send(line: socket.socket, message: Mapping[str, Any]) -> None:
    line.sendall(json.dumps(message).encode() + b"\n")


def _receive(line: socket.socket) -> dict[str, Any]:
    received = b""
    while not received.endswith(b"\n"):
        chunk = line.recv(65536)
        if not chunk:
            raise ConnectionResetError
        received += chunk
    message: dict[str, Any] = json.loads(received)
    return message


if __name__ == "__main__":
    main(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
