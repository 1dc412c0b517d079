"""What every screen must be: free of whatever axe finds, and readable on a narrow window and with wide text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
NARROW: ViewportSize = {"width": 320, "height": 640}
"""CSS pixels: WCAG 1.4.10, which is a window of 1280 at 400 %."""

_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
                     p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
_CLIPPED = """() => [...document.querySelectorAll('body *')].filter((each) => {
  const { overflowX, overflowY, clipPath } = getComputedStyle(each);
  if (clipPath !== 'none' || each.closest('.unseen, svg, [hidden], input, select, datalist')) return false;
  const wide = overflowX === 'hidden' && each.scrollWidth > each.clientWidth + 1;
  return wide || (overflowY === 'hidden' && each.scrollHeight > each.clientHeight + 1);
}).map((each) => each.outerHTML.slice(0, 120))"""


def violations(page: Page) -> list[str]:
    """What axe finds by all its rules for WCAG 2.2 A and AA, in the theme that the page wears now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def misfits(page: Page) -> Iterator[str]:
    """What does not fit as it is, at 320 px, and there with the text spacing of WCAG 1.4.12. Leaves all as it was."""
    yield from _misfits(page, "at its own size")
    before = page.viewport_size
    page.set_viewport_size(NARROW)
    yield from _misfits(page, "at 320 px")
    page.evaluate(_SPACED)
    yield from _misfits(page, "at 320 px, with wide text")
    page.evaluate("document.adoptedStyleSheets = []")
    if before:
        page.set_viewport_size(before)


def _misfits(page: Page, how: str) -> Iterator[str]:
    over = page.evaluate(_TOO_WIDE)
    if over > 0:
        yield f"{how}: {over} px too wide"
    yield from (f"{how}: cut off: {each}" for each in page.evaluate(_CLIPPED))
