"""Each function writes a log line about its work."""

import time
from collections.abc import Callable

from testing.deployed_stage import DeployedStage, ok

SOON = 3.0
"""Seconds for a line to appear. Later it never does: the emulator gives a function's last lines 50 ms to arrive and
keeps the rest for its next invocation, so on a busy machine one has to do it again."""


def the_api_logs(stage: DeployedStage) -> None:
    _logs(stage, "", lambda: ok(stage.stack.admin.get("/auth/me")))


def the_queue_function_logs(stage: DeployedStage) -> None:
    _logs(stage, "-provision", lambda: ok(stage.stack.admin.post("/libraries/refresh")))


def the_sweep_logs(stage: DeployedStage) -> None:
    _logs(stage, "-sweep", lambda: stage.invoke("sweep"))


def the_stream_function_logs(stage: DeployedStage) -> None:
    code = stage.stack.invite()

    def an_image_goes() -> None:
        ok(stage.stack.admin.get(f"/invites/{code}/qr"))
        ok(stage.stack.admin.delete(f"/invites/{code}/qr"))

    _logs(stage, "-tidy_qr", an_image_goes)


def the_announcing_function_logs(stage: DeployedStage) -> None:
    _logs(stage, "-announce", stage.stack.invite)


def the_sending_function_logs(stage: DeployedStage) -> None:
    _logs(stage, "-deliver", lambda: stage.invoke("deliver"))


def _logs(stage: DeployedStage, suffix: str, do: Callable[[], object]) -> None:
    logs, group, since = stage.rehearsal.client("logs"), f"/aws/lambda/streamarr-{stage.name}{suffix}", time.time()

    def said() -> bool:
        events = logs.filter_log_events(logGroupName=group, startTime=int(since * 1000))["events"]
        return any('"service":"streamarr-invites"' in event["message"] for event in events)

    def said_of_it() -> bool:
        do()
        soon = time.monotonic() + SOON
        while not (found := said()) and time.monotonic() < soon:
            time.sleep(0.1)
        return found

    stage.eventually(said_of_it)
