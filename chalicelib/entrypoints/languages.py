"""The signup page's languages: one file of texts each, in chalicelib/pages/."""

import json
from functools import cache
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parent.parent / "pages"
DEFAULT = "en"
LANGUAGES = (DEFAULT, "de")


def preferred(accept_language: str) -> str:
    """The language of an Accept-Language header that there are texts for; English for all else, however odd."""
    wishes = sorted(map(_wish, accept_language[:200].split(",")), key=lambda wish: -wish[1])
    return next((language for language, weight in wishes if language in LANGUAGES and weight > 0), DEFAULT)


@cache
def texts(language: str) -> dict[str, Any]:
    """All texts of a language, by name; some are groups of texts."""
    content: dict[str, Any] = json.loads((PAGES / f"{language}.json").read_text(encoding="utf-8"))
    return content


def _wish(part: str) -> tuple[str, float]:
    """``de-AT;q=0.8`` is German, wished for with 0.8."""
    tag, _, weight = part.strip().partition(";q=")
    try:
        return tag.split("-")[0].lower(), float(weight or 1)
    except ValueError:
        return tag.split("-")[0].lower(), 0
