"""A stack that is not set up yet: all of it in a process of its own, for there is one app a process."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from local.aws import ROOT
from testing.people import Stack

SETUP_TOKEN = "a-set-up-token-for-tests-only"
READY_WITHIN = 60
READY = "  Plex  "
"""Begins the last line that is always said."""
_SAID = {
    "origin": re.compile(r"runs on (http://\S+?)\. "),
    "plex_url": re.compile(r"Plex +(http://\S+)"),
    "setup_token": re.compile(r"Set-up token +(\S+)"),
}


@contextmanager
def empty_stack(state: Path, *, setup_token: str = SETUP_TOKEN, keep: bool = False) -> Iterator[Stack]:
    """`make run` with DEMO=0, known to be ready by what it prints; its log is `<state>.out`. ``keep``: with KEEP=1."""
    variables = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ")},
        "PORT": "0",
        "DEMO": "0",
        "SETUP_TOKEN": setup_token,
        "KEEP": "1" if keep else "0",
        "STATE_DIR": str(state),
        "SWEEP_SECONDS": "2",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
    }
    log = state.with_suffix(".out")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.run"], cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        said = _wait_until_it_is_ready(process, log)
        running = SimpleNamespace(**said, admin_token=None, code=None, run_dir=state / "run", log=log)
        with Stack(running) as stack:
            yield stack
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_is_ready(process: "subprocess.Popen[bytes]", log: Path) -> dict[str, str | None]:
    """What it says; the set-up token is None where there is an owner."""
    waiting = threading.Event()
    for _ in range(READY_WITHIN * 10):
        text = log.read_text()
        if READY in text:
            return {name: match[1] if (match := each.search(text)) else None for name, each in _SAID.items()}
        assert process.poll() is None, text
        waiting.wait(0.1)
    raise AssertionError(text)
