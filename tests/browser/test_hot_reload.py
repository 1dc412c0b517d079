"""`make dev`: a change to a component is seen at once, and what was typed is still there."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from local.aws import free_port
from tests.browser.soundness import ROOT

SITE = ROOT / "frontend"
TEXTS = ROOT / "chalicelib" / "texts"
PARTS = ("src", "public", "index.html", "package.json", "tsconfig.json", "vite.config.ts")
READY_WITHIN = 60


@pytest.fixture
def workbench(tmp_path) -> Path:
    """A copy of the site's sources, to be changed at will, beside the texts that it shares with the API."""
    site = tmp_path / "frontend"
    shutil.copytree(TEXTS, tmp_path / TEXTS.relative_to(ROOT))
    (site / "node_modules").mkdir(parents=True)  # one of its own, for Vite keeps a cache in it
    for part in PARTS:
        copy = shutil.copytree if (SITE / part).is_dir() else shutil.copyfile
        copy(SITE / part, site / part)
    for package in (SITE / "node_modules").iterdir():
        if package.name != ".vite":
            (site / "node_modules" / package.name).symlink_to(package)
    return site


@pytest.fixture
def dev_server(stack, workbench) -> Iterator[str]:
    address, log = f"http://127.0.0.1:{(port := free_port())}", workbench / "vite.log"
    command = ["node_modules/.bin/vite", "--host", "127.0.0.1", "--port", str(port), "--strictPort"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=workbench, env={**os.environ, "API": stack.origin}, stdout=output, stderr=output
        )
    try:
        _wait_for(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(address):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).is_success
    except httpx.TransportError:
        return False


def test_a_changed_component_shows_without_a_reload(stack, screens, workbench, dev_server):
    kept = [{"name": "streamarr.session", "value": stack.running.admin_token}]
    state = {"cookies": [], "origins": [{"origin": dev_server, "localStorage": kept}]}
    screen = screens("desktop", origin=dev_server, storage_state=state).opens("/people")
    screen.is_headed("People")
    field = screen.page.get_by_label("Name or e-mail")
    field.fill("olivia")
    screen.page.evaluate("window.loadedOnce = true")
    source = workbench / "src" / "screens" / "people.tsx"
    source.write_text(source.read_text().replace("<Title>{t.people.title}</Title>", "<Title>Everybody</Title>"))
    screen.is_headed("Everybody")
    expect(field).to_have_value("olivia")
    assert screen.page.evaluate("window.loadedOnce")
