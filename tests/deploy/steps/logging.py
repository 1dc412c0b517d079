"""Each function says something of what it does, with the trace that this belongs to."""

import time
from collections.abc import Callable

from testing.stay import Stay, ok

SOON = 3.0
"""Seconds for a line to appear. Later it never does: the emulator gives a function's last lines 50 ms to arrive and
keeps the rest for its next invocation, so on a busy machine one has to do it again."""


def the_api_logs(stay: Stay) -> None:
    _logs(stay, "", lambda: ok(stay.stack.admin.get("/auth/me")))


def the_queue_function_logs(stay: Stay) -> None:
    _logs(stay, "-provision", lambda: ok(stay.stack.admin.post("/libraries/refresh")))


def the_sweep_logs(stay: Stay) -> None:
    _logs(stay, "-sweep", lambda: stay.invoke("sweep"))


def the_stream_function_logs(stay: Stay) -> None:
    code = stay.stack.invite()

    def an_image_goes() -> None:
        ok(stay.stack.admin.get(f"/invites/{code}/qr"))
        ok(stay.stack.admin.delete(f"/invites/{code}/qr"))

    _logs(stay, "-tidy_qr", an_image_goes)


def _logs(stay: Stay, suffix: str, do: Callable[[], object]) -> None:
    logs, group, since = stay.rehearsal.client("logs"), f"/aws/lambda/streamarr-{stay.stage}{suffix}", time.time()

    def said() -> bool:
        events = logs.filter_log_events(logGroupName=group, startTime=int(since * 1000))["events"]
        return any('"xray_trace_id"' in event["message"] for event in events)

    def said_of_it() -> bool:
        do()
        soon = time.monotonic() + SOON
        while not (found := said()) and time.monotonic() < soon:
            time.sleep(0.1)
        return found

    stay.eventually(said_of_it)
