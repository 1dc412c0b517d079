"""A real browser in front of the running product; screenshots of each screen when SCREENSHOTS names a folder."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.http.conftest import local_account, new_house, settings  # noqa: F401 - fixtures

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SITE = ROOT / "frontend" / "dist" / "index.html"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
expect.set_options(timeout=10_000)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
IS_FOCUSED = """name => {
  const { labels, textContent } = document.activeElement;
  return (labels?.[0]?.textContent ?? textContent).includes(name);
}"""
IS_BEFORE = """name => {
  const { type, name: group } = document.activeElement;
  const others = type === 'radio' ? [...document.getElementsByName(group)] : [];
  const at = others.findIndex((other) => other.labels[0].textContent.includes(name));
  return at > others.indexOf(document.activeElement);
}"""
THEMES: dict[Literal["light", "dark"], dict[str, Any]] = {
    "light": {"runOnly": RULES},
    "dark": {"runOnly": ["color-contrast"]},  # the colours are all that differs
}
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


@dataclass
class Screen:
    """A browser window of its own, at phone or desktop size, which notes what goes wrong in it."""

    page: Page
    size: str
    origin: str
    complaints: list[str] = field(default_factory=list)

    def opens(self, address: str) -> "Screen":
        self.page.goto(address if "://" in address else self.origin + address)
        return self

    def click(self, name: str, role="button") -> None:
        self.page.get_by_role(role, name=name).click()

    def tabs_to(self, name: str) -> None:
        """With the Tab key alone; a group of radio buttons is one stop, and the arrows move within it."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(IS_FOCUSED, name):
                return
            while self.page.evaluate(IS_BEFORE, name):
                self.page.keyboard.press("ArrowDown")
                if self.page.evaluate(IS_FOCUSED, name):
                    return
        raise AssertionError(f"{name} cannot be reached by keyboard")

    def shows(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()

    def is_headed(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=words)).to_be_visible()

    def is_sound(self, name: str) -> None:
        """axe finds nothing on it in either theme; a picture of both is kept when one is wanted."""
        for theme, rules in THEMES.items():
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self._is_accessible(f"{name}, {theme}", rules)
            self._is_pictured(f"{name}-{self.size}-{theme}.png")
        overflow = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{name} is {overflow}px too wide"

    def _is_accessible(self, where: str, rules: dict[str, Any]) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("rules => axe.run(document, {...rules, resultTypes: ['violations']})", rules)
        told = [
            f"{each['id']}: {node['html']} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]
        assert not told, where + "\n" + "\n".join(told)

    def _is_pictured(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / name, full_page=True)


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
            **options,
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
def signed_in(screens, house):
    """Makes windows in which somebody, the admin if nobody is named, is signed in."""

    def open_one(size: str = "phone", token: str | None = None, **options) -> Screen:
        kept = [{"name": "streamarr.session", "value": token or house.running.admin_token}]
        state = {"cookies": [], "origins": [{"origin": house.origin, "localStorage": kept}]}
        return screens(
            size, origin=house.origin, storage_state=state, permissions=["clipboard-read", "clipboard-write"], **options
        )

    return open_one


@pytest.fixture
def phone(screens):
    return screens("phone")


@pytest.fixture
def desktop(screens):
    return screens("desktop")
