"""`make run`: the whole product on this machine, until Ctrl-C.

PORT, KEEP=1, DEMO=0, LOOK_APART, PLEX_BASE_URL, SETUP_TOKEN, STATE_DIR, SWEEP_SECONDS and WEBHOOK_TARGETS are told in
README.md.
"""

import hashlib
import logging
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".local"


@dataclass(frozen=True)
class StackOptions:
    """How the stack should run, as the environment of `make run` says it."""

    port: int = 8000
    keep: bool = False
    demo: bool = True
    plex_base_url: str | None = None
    sweep_seconds: float | None = None
    look_apart: int | None = None
    look_every: int | None = None
    webhook_targets: tuple[str, ...] = ()
    setup_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    state: Path = STATE
    function_timeout: float | None = None
    """Seconds that overrule each function's own; tests shorten them with the queue's patience."""
    parameters: Mapping[str, str] | None = None
    """Further parameters of infra/template.yaml; tests shorten the queue's patience."""

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "StackOptions":
        return cls(
            port=int(variables.get("PORT") or 8000),
            keep=variables.get("KEEP") == "1",
            demo=variables.get("DEMO", "1") != "0",
            plex_base_url=(variables.get("PLEX_BASE_URL") or "").rstrip("/") or None,
            sweep_seconds=float(variables["SWEEP_SECONDS"]) if variables.get("SWEEP_SECONDS") else None,
            look_apart=int(variables["LOOK_APART"]) if variables.get("LOOK_APART") else None,
            webhook_targets=tuple(each for each in variables.get("WEBHOOK_TARGETS", "").split(",") if each),
            setup_token=variables.get("SETUP_TOKEN") or secrets.token_urlsafe(24),
            state=Path(variables["STATE_DIR"]) if variables.get("STATE_DIR") else STATE,
        )


@dataclass(frozen=True)
class Running:
    origin: str
    plex_url: str
    inbox_url: str
    environment: Mapping[str, str]
    code: str | None
    admin_token: str | None
    setup_token: str | None
    """Set while there is no owner yet."""
    run_dir: Path


@contextmanager
def run_stack(options: StackOptions) -> Iterator[Running]:
    """The whole local stack while the block runs; ends everything that it started."""
    from local.aws import free_port, ministack

    make_room(options)
    with ExitStack() as parts:
        _say("Starting the local AWS …")
        aws = parts.enter_context(
            ministack(
                port=free_port(),
                data_dir=options.state / "aws",
                log=options.state / "ministack.log",
                persist=options.keep,
                parameters=options.parameters,
            )
        )
        plex_url = options.plex_base_url or parts.enter_context(_plex_stand_in(options))
        inbox_url = parts.enter_context(_inbox(options))
        targets = ",".join([inbox_url.removeprefix("http://"), *options.webhook_targets])
        environment = {**aws.environment, "PLEX_BASE_URL": plex_url, "WEBHOOK_TARGETS": targets}
        for_the_api = {"SETUP_TOKEN_HASH": hashlib.sha256(options.setup_token.encode()).hexdigest()}
        os.environ.update({"POWERTOOLS_LOG_LEVEL": "WARNING"} | os.environ | environment | for_the_api)
        _say("Starting the functions …")
        yield from _serve(parts, options, environment, plex_url, inbox_url)


def make_room(options: StackOptions) -> None:
    """An empty state, or the one that was kept."""
    kept = options.state / "kept"
    if options.keep and not kept.exists():
        _say("Nothing was kept by an earlier run (KEEP=1 keeps it): this one starts empty, and is kept.")
    if not options.keep or not kept.exists():
        shutil.rmtree(options.state, ignore_errors=True)
    options.state.mkdir(parents=True, exist_ok=True)
    if options.keep:
        kept.touch()


def _serve(
    parts: ExitStack, options: StackOptions, environment: Mapping[str, str], plex_url: str, inbox_url: str
) -> Iterator[Running]:
    from chalice.config import Config

    from app import app  # only now: its decorators read where the stack's queue and stream are
    from local import event_sources, origin

    run_dir = options.state / "run"
    looks = {"LOOK_APART": options.look_apart, "LOOK_EVERY": options.look_every}
    told = {name: str(seconds) for name, seconds in looks.items() if seconds is not None}
    functions_environment = {**environment, **told, "PATH": os.environ.get("PATH", "")}
    parts.enter_context(
        event_sources.running(
            app,
            environment=functions_environment,
            run_dir=run_dir,
            sweep_seconds=options.sweep_seconds,
            timeout=options.function_timeout,
        )
    )
    config = Config.create(project_dir=str(ROOT), chalice_app=app, config_from_disk={})
    address = parts.enter_context(origin.serving(app, config, options.port))
    os.environ["APPLICATION_URL"] = address
    code = admin_token = None
    if options.demo:
        from local import demo

        furnished = demo.furnish_without_plex(address) if options.plex_base_url else demo.furnish(address)
        code, admin_token = furnished.code, furnished.admin_token
    setup_token = options.setup_token if _needs_setting_up() else None
    yield Running(address, plex_url, inbox_url, environment, code, admin_token, setup_token, run_dir)


def _needs_setting_up() -> bool:
    from chalicelib.setup.model import SetupState
    from chalicelib.setup.setting_up import SettingUp
    from chalicelib.wiring import use

    return use(SettingUp).state() is SetupState.NEEDED


@contextmanager
def _inbox(options: StackOptions) -> Iterator[str]:
    """Started before the functions, which are told where it is."""
    from local import inbox

    with inbox.serving(options.port + 2 if options.port else 0, _signing_secrets) as address:
        yield address


def _signing_secrets() -> dict[str, list[str]]:
    """As the function that sends reads them; of an endpoint that it could not send to, none."""
    from chalicelib.common.ports import DecryptionFailed
    from chalicelib.wiring import ports

    def decrypted(endpoint_id: str) -> list[str]:
        kept = ports.endpoints.secrets(endpoint_id)
        try:
            return [ports.decrypt_for_delivery(each, endpoint_id) for each in (kept.secret, kept.former) if each]
        except DecryptionFailed:
            return []

    return {turn.endpoint.id: decrypted(turn.endpoint.id) for turn in ports.endpoints.turns()}


@contextmanager
def _plex_stand_in(options: StackOptions) -> Iterator[str]:
    from local.aws import free_port

    port = options.port + 1 if options.port else free_port()
    _say("Starting the Plex stand-in …")
    with (options.state / "plex.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.plex", "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    with process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            if " on http" not in said:
                raise SystemExit(f"The Plex stand-in did not start; see {options.state / 'plex.log'}.")
            yield said.split(" on ")[-1].strip()
        finally:
            process.terminate()


def _say(text: str) -> None:
    print(text, flush=True)


def _announce(running: Running) -> None:
    lines = [
        "",
        f"Streamarr Invites runs on {running.origin}. Ctrl-C ends it.",
        f"  Admin site    {running.origin}/",
        f"  Plex          {running.plex_url}",
        f"  Inbox         {running.inbox_url}   (what is sent to endpoints: /webhook receives, /messages shows)",
    ]
    if running.admin_token:
        lines.append(f"  Admin token   {running.admin_token}   (Authorization: Bearer …)")
    if running.setup_token:
        lines.append(f"  Set-up token  {running.setup_token}   (the site asks for it, or takes it from this link:)")
        lines.append(f"                {running.origin}/set-up#token={running.setup_token}")
    if running.code:
        lines += ["", "Open this invitation:", f"  {running.origin}/signup?icode={running.code}"]
    _say("\n".join(lines))


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with run_stack(StackOptions.of(os.environ)) as running:
        _announce(running)
        stopped.wait()
        _say("\nEnding …")


if __name__ == "__main__":
    main()
