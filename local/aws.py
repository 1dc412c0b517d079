"""AWS on this machine: the emulator as a child process, with infra/template.yaml deployed in it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.error import URLError
from urllib.request import urlopen

import boto3

from infra.deploy import secret_parameters
from infra.deploy.stack import deploy

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-ministack" / "bin" / "python"
REGION = "us-east-1"
READY_WITHIN = 30.0
SAVED_WITHIN = 10.0
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}
PASSED_ON = (
    *("PATH", "LANG", "LC_ALL", "TZ", "AUTH", "LOG_LEVEL"),
    *("MINISTACK_TTL_SECONDS", "MINISTACK_USES", "MINISTACK_UNVERIFIED", "MINISTACK_DNS"),
)


class EmulatorFailedError(Exception):
    """The emulator did not start; the message ends with what it logged."""


@dataclass(frozen=True)
class LocalAws:
    """A running emulator: where it answers, the stack's outputs, and what the app's environment needs."""

    endpoint: str
    pid: int
    outputs: Mapping[str, str]
    environment: Mapping[str, str]


@contextmanager
def ministack(
    *,
    port: int = 4566,
    data_dir: Path | None = None,
    log: Path | None = None,
    persist: bool = False,
    app: str = "streamarr",
    stage: str = "dev",
    parameters: Mapping[str, str] | None = None,
) -> Iterator[LocalAws]:
    """Run the emulator on 127.0.0.1 with the stack `<app>-<stage>` deployed, and end it with the block.

    `persist` keeps its state in `data_dir`: saved when the emulator ends, found again at the next start.
    Without it, `data_dir` is not touched and nothing is left. SIGTERM ends the block as Ctrl-C does.
    `parameters` are further parameters of the template. Raises EmulatorFailedError and StackFailedError.
    """
    if persist and not data_dir:
        raise ValueError("To persist, the emulator needs a data_dir.")
    endpoint = f"http://127.0.0.1:{port}"
    _refuse_a_taken_port(port)
    with _ending_on_sigterm(), _folder(data_dir if persist else None) as state:
        log = log or state / "ministack.log"
        process = _start(port, state, log, persist)
        try:
            _wait_until_ready(process, endpoint, log)
            values = {"App": app, "Stage": stage, "Front": "off", **(parameters or {})}
            outputs = deploy(_session(), f"{app}-{stage}", values, endpoint=endpoint, delay=1)
            ssm = _session().client("ssm", endpoint_url=endpoint)
            keys = secret_parameters.ensure(ssm, app=app, stage=stage)
            settings = {**_environment(outputs, endpoint), "APP_NAME": app, "STAGE": stage, **keys}
            yield LocalAws(endpoint, process.pid, outputs, settings)
        finally:
            _end(process, saving=persist)


def _environment(outputs: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """What the app's processes find in their environment of AWS and of the stack."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        **CREDENTIALS,
        "PROVISION_QUEUE_NAME": outputs["ProvisionQueueName"],
        "PROVISION_QUEUE_URL": outputs["ProvisionQueueUrl"],
        "QR_BUCKET": outputs["QrBucketName"],
        "QR_STREAM_ARN": outputs["QrStreamArn"],
        "JOURNAL_STREAM_ARN": outputs["JournalStreamArn"],
    }


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EmulatorFailedError(f"Port {port} is taken; is another local stack running?") from error


def _start(port: int, state: Path, log: Path, persist: bool) -> subprocess.Popen[bytes]:
    scratch = state / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    settings = {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **CREDENTIALS,
        "MINISTACK_PARENT_PID": str(os.getpid()),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",  # stands in queue URLs
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PERSIST_STATE": str(int(persist)),
        "STATE_DIR": str(state / "services"),
        "S3_PERSIST": str(int(persist)),
        "S3_DATA_DIR": str(state / "s3"),
    }
    with log.open("ab") as output:
        return subprocess.Popen(
            [PYTHON, "-m", "local.ministack_extended"],
            cwd=ROOT,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(f"{endpoint}/_ministack/health"):
        if process.poll() is not None:
            raise EmulatorFailedError(f"ministack ended with {process.returncode}:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise EmulatorFailedError(f"ministack is not ready after {READY_WITHIN:.0f} s:\n{_tail(log)}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own http://127.0.0.1
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except (URLError, OSError):
        return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])


def _end(process: subprocess.Popen[bytes], *, saving: bool) -> None:
    with suppress(subprocess.TimeoutExpired):
        if saving:
            process.terminate()
            process.wait(SAVED_WITHIN)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """The folder to keep, or one that is gone afterwards."""
    if kept:
        yield kept.absolute()
        return
    # The emulator may still be dropping files there while it dies.
    with tempfile.TemporaryDirectory(prefix="ministack-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Make SIGTERM unwind the stack like Ctrl-C, unless a handler is set already."""
    untouched = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not untouched or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _exit(number: int, _frame: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not cut the ending short
    raise SystemExit(128 + number)
