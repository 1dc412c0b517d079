"""A real browser in front of the running product; screenshots of each screen when SCREENSHOTS names a folder."""

import shutil

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.screen import Screen
from tests.browser.soundness import AXE, ROOT
from tests.http.conftest import local_account, new_stack, settings  # noqa: F401 - fixtures

SITE = ROOT / "frontend" / "dist" / "index.html"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
expect.set_options(timeout=10_000)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium")
    assert chromium, "the browser tests need Debian's chromium: apt-get install chromium"
    assert AXE.is_file(), "the browser tests need the site: npm ci && npm run build in frontend/"
    assert SITE.is_file(), "the browser tests need the site: npm ci && npm run build in frontend/"
    return {**browser_type_launch_args, "executable_path": chromium, "args": list(QUIET)}


@pytest.fixture
def screens(browser):
    """Makes windows; at the end each must be free of script errors and of anything the CSP had to block."""
    contexts: list[BrowserContext] = []
    opened: list[Screen] = []

    def open_one(size: str = "phone", *, origin: str = "", language: str = "en-GB", **options) -> Screen:
        context = browser.new_context(
            viewport=PHONE if size == "phone" else DESKTOP,
            locale=language,
            is_mobile=size == "phone",
            has_touch=size == "phone",
            **{"service_workers": "block", **options},
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        screen = Screen(context.new_page(), size, origin)
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        screen.page.on("console", lambda said: _note(screen, said))
        opened.append(screen)
        return screen

    yield open_one
    for context in contexts:
        context.close()
    assert [screen.complaints for screen in opened if screen.complaints] == []


def _note(screen: Screen, said) -> None:
    if said.type == "error" and "Failed to load resource" not in said.text:
        screen.complaints.append(said.text)


@pytest.fixture
def signed_in(screens, stack):
    """Makes windows in which somebody, the admin if nobody is named, is signed in."""

    def open_one(size: str = "phone", token: str | None = None, **options) -> Screen:
        kept = [{"name": "streamarr.session", "value": token or stack.running.admin_token}]
        state = {"cookies": [], "origins": [{"origin": stack.origin, "localStorage": kept}]}
        return screens(
            size, origin=stack.origin, storage_state=state, permissions=["clipboard-read", "clipboard-write"], **options
        )

    return open_one


@pytest.fixture
def phone(screens):
    return screens("phone")


@pytest.fixture
def desktop(screens):
    return screens("desktop")
