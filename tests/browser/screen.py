"""A browser window, as the tests speak of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser.soundness import THEMES, misfits, violations

IS_FOCUSED = """name => {
  const { labels, textContent, ariaLabel } = document.activeElement;
  const told = ariaLabel ?? labels?.[0]?.textContent ?? textContent;
  return document.activeElement.matches('a, button, input, select, summary') && told.includes(name);
}"""
IS_BEFORE = """name => {
  const { type, name: group } = document.activeElement;
  const others = type === 'radio' ? [...document.getElementsByName(group)] : [];
  const at = others.findIndex((other) => other.labels[0].textContent.includes(name));
  return at > others.indexOf(document.activeElement);
}"""
STOP = """() => {
  const stop = document.activeElement;
  if (stop === document.body) return [];
  const { outlineStyle, outlineWidth, display } = getComputedStyle(stop);
  const { left, right, top, bottom, width, height } = stop.getBoundingClientRect();
  const at = document.elementFromPoint((Math.max(left, 0) + Math.min(right, innerWidth)) / 2,
                                       (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
  const told = [];
  if (outlineStyle === 'none' || !parseFloat(outlineWidth)) told.push('the focus cannot be seen');
  if (!at || !(stop.contains(at) || at.contains(stop))) told.push(`covered by ${at?.outerHTML.slice(0, 80)}`);
  if (display !== 'inline' && Math.min(width, height) < 24) told.push(`a target of ${width} by ${height}`);
  return told.map((each) => `${stop.outerHTML.slice(0, 120)}: ${each}`);
}"""
STOPS = 500
"""More than any screen of the tests has."""


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

    @contextmanager
    def unanswered(self, address: str) -> Iterator[None]:
        """Requests to that address have no answer until the block is over."""
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        self.page.route(address, hold)
        yield
        for route in held:
            route.continue_()
        self.page.unroute(address, hold)

    def shows(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()

    def is_headed(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=words)).to_be_visible()

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tabs_to(self, name: str) -> None:
        """With the Tab key alone; a group of radio buttons is one stop, and the arrows move within it.

        Every stop on the way must show that it has the focus, be in sight, and be large enough (WCAG 2.4.7, 2.4.11
        and 2.5.8).
        """
        for _ in range(STOPS):
            self.presses("Tab")
            self._stops_well()
            if self.page.evaluate(IS_FOCUSED, name):
                return
            while self.page.evaluate(IS_BEFORE, name):
                self.presses("ArrowDown")
                if self.page.evaluate(IS_FOCUSED, name):
                    return
        raise AssertionError(f"{name} cannot be reached by keyboard")

    def tabs_to_and(self, key: str, name: str) -> None:
        self.tabs_to(name)
        self.presses(key)

    def types_into(self, name: str, text: str) -> None:
        """In place of whatever is there."""
        self.tabs_to(name)
        self.presses("Control+A")
        self.page.keyboard.type(text)

    def has_the_focus_in(self, selector: str) -> bool:
        return self.page.evaluate(
            "selector => document.querySelector(selector).contains(document.activeElement)", selector
        )

    def focus_is_on(self, name: str) -> None:
        expect(self.page.locator(":focus")).to_contain_text(name)

    def is_sound(self, name: str) -> None:
        """axe finds nothing on it in either theme, all fits; a picture of both themes is kept when one is wanted."""
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found = violations(self.page)
            assert not found, f"{name}, {theme}\n" + "\n".join(found)
            self.pictured(f"{name}-{self.size}-{theme}")
        unfit = list(misfits(self.page))
        assert not unfit, f"{name}\n" + "\n".join(unfit)

    def _stops_well(self) -> None:
        told = self.page.evaluate(STOP)
        assert not told, "\n".join(told)

    def pictured(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
