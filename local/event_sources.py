"""The functions of a Chalice app, called by the queues, schedules and streams that the app declares."""

import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import boto3
from botocore.config import Config
from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig, SQSEventConfig
from chalice.config import Config as ChaliceConfig
from chalice.constants import DEFAULT_LAMBDA_MEMORY_SIZE, DEFAULT_LAMBDA_TIMEOUT

from local.called_functions import Caller, calling
from local.pollers import Clock, Poller, QueuePoller, StreamPoller
from local.sandbox import Function, Sandbox

log = logging.getLogger(__name__)

LISTENING_WITHIN = 10.0
CALLS = "AWS_ENDPOINT_URL_LAMBDA"
"""Where boto3 sends calls of functions; everything else goes to the emulator."""
CALLS_AT_ONCE = 4
GRACE_SECONDS = 1.0
# A poller that gives up soon tries again itself, and hears soon that it is to stop.
READ_SECONDS = 10
IMPATIENT = Config(connect_timeout=2, read_timeout=READ_SECONDS, retries={"max_attempts": 0})


@contextmanager
def running(
    app: Chalice,
    *,
    environment: Mapping[str, str],
    run_dir: Path,
    sweep_seconds: float | None = None,
    config_path: Path | str = ".chalice/config.template.json",
    stage: str = "dev",
    queue_pollers: int = 2,
    timeout: float | None = None,
) -> Iterator[None]:
    """Run every event source of the app while the block runs.

    `environment` is all that the functions see, but for what .chalice/config.template.json gives them; it must say
    where AWS is (local.aws.environment). Each sandbox's pid is in `<run_dir>/<function>-<number>.pid`, what
    the function prints in `<run_dir>/<function>.log`. Schedules fire every `sweep_seconds`, if given.
    `timeout`, in seconds, overrules the functions' own, but for those that others call. At the end, a running
    invocation has a second left.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    config = _json(Path(config_path))
    functions = _Functions(app.app_name, stage, config, environment, run_dir, timeout)
    called = {
        f"{app.app_name}-{stage}-{source.name}": _caller(source, replace(functions, timeout=None))
        for source in app.pure_lambda_functions
    }
    with calling(called) as address:
        functions = replace(functions, environment={**environment, CALLS: address})
        pollers = [
            poller
            for source in app.event_sources
            for poller in _pollers(source, functions, sweep_seconds, queue_pollers)
        ]
        try:
            for poller in pollers:
                poller.start()
            for poller in pollers:
                poller.listening.wait(LISTENING_WITHIN)
            yield
        finally:
            functions.stop.set()
            _end(pollers)


@dataclass(frozen=True)
class _Functions:
    app: str
    stage: str
    chalice_config: dict[str, Any]
    environment: Mapping[str, str]
    run_dir: Path
    timeout: float | None
    stop: threading.Event = field(default_factory=threading.Event)

    def sandbox(self, source: Any, number: int = 1) -> Sandbox:
        config = ChaliceConfig(self.stage, source.name, config_from_disk=self.chalice_config)
        function = Function(
            name=f"{self.app}-{self.stage}-{source.name}",
            handler=source.handler_string,
            timeout=self.timeout or config.lambda_timeout or DEFAULT_LAMBDA_TIMEOUT,
            memory=config.lambda_memory_size or DEFAULT_LAMBDA_MEMORY_SIZE,
            environment={**config.environment_variables, **self.environment},
        )
        pid_file = self.run_dir / f"{source.name}-{number}.pid"
        return Sandbox(function, pid_file=pid_file, log=self.run_dir / f"{source.name}.log")

    def client(self, service: Literal["sqs", "dynamodbstreams"]) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=self.environment["AWS_REGION"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            config=IMPATIENT,
        )


def _caller(source: Any, functions: _Functions) -> Caller:
    return Caller(source.name, [functions.sandbox(source, number) for number in range(1, CALLS_AT_ONCE + 1)])


def _pollers(source: Any, functions: _Functions, sweep_seconds: float | None, queue_pollers: int) -> list[Poller]:
    match source:
        case SQSEventConfig():
            count = min(queue_pollers, source.maximum_concurrency or queue_pollers)
            sqs = functions.client("sqs")
            sandboxes = [functions.sandbox(source, number) for number in range(1, count + 1)]
            return [QueuePoller(source, sandbox, functions.stop, sqs) for sandbox in sandboxes]
        case ScheduledEventConfig():
            region = functions.environment["AWS_REGION"]
            sandbox = functions.sandbox(source)
            return [Clock(source, sandbox, functions.stop, region=region, seconds=sweep_seconds)]
        case DynamoDBEventConfig():
            streams = functions.client("dynamodbstreams")
            return [StreamPoller(source, functions.sandbox(source), functions.stop, streams)]
        case _:
            log.warning("Nothing here calls %s, a %s", source.name, type(source).__name__)
            return []


def _end(pollers: list[Poller]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    for poller in pollers:
        if poller.ident:
            poller.join(max(0.0, deadline - time.monotonic()))
    for poller in pollers:
        poller.sandbox.kill()
    for poller in pollers:
        if poller.ident:
            poller.join(READ_SECONDS)


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content
