"""All sentences for people, by code, in each language: for the API, the signup page and the site.

One JSON file a language. A sentence may have places, ``{library}``, that facts fill.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from chalicelib.common.refusals import Refusal

DEFAULT = "en"
LANGUAGES = (DEFAULT, "de")
_FOLDER = Path(__file__).parent


def choose_language(accept_language: str) -> str:
    """The language of an Accept-Language header that there are texts for; English for all else, however odd."""
    asked = sorted(map(_weighed, accept_language[:200].split(",")), key=lambda language: -language[1])
    return next((language for language, weight in asked if language in LANGUAGES and weight > 0), DEFAULT)


def refusal_sentence(refusal: Refusal, language: str) -> str:
    """The sentence of its key; where a field alone says what is wrong, that field's own, unless it lacks facts."""
    sentences = _catalogue(language)["refusals"]
    text = sentences.get(refusal.key if refusal.detail else f"{refusal.code}.{refusal.field}")
    if text is None or not places_in(text) <= refusal.facts.keys():
        text = sentences[refusal.code]
    return _fill(text, refusal.facts, language)


def sentence(group: str, key: str, language: str, facts: Mapping[str, Any] | None = None) -> str:
    """The sentence of that key in ``reasons``, ``steps`` or another group. A key without one, which a newer version may
    have stored, has that of the group in ``unknown``.
    """
    texts = _catalogue(language)
    return _fill(texts[group].get(key) or texts["unknown"][group], facts or {}, language)


def date_text(moment: datetime, language: str) -> str:
    """``12 March 2026, 08:30 UTC``, as the language writes it."""
    words, at = _catalogue(language), moment.astimezone(UTC)
    month = words["months"][at.month - 1]
    text: str = words["date"].format(day=at.day, month=month, year=at.year, time=f"{at:%H:%M}")
    return text


def places_in(text: str) -> set[str]:
    """The names of the facts that a sentence has places for."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


class _Facts(dict[str, Any]):
    """A place without its fact is left open rather than failing: older records lack newer facts."""

    def __missing__(self, key: str) -> str:
        return "…"


def _fill(text: str, facts: Mapping[str, Any], language: str) -> str:
    shown = {name: date_text(fact, language) if isinstance(fact, datetime) else fact for name, fact in facts.items()}
    return text.format_map(_Facts(shown))


@cache
def _catalogue(language: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return content


def _weighed(part: str) -> tuple[str, float]:
    """``de-AT;q=0.8`` is German, weighed with 0.8."""
    tag, _, weight = part.strip().partition(";q=")
    try:
        return tag.split("-")[0].lower(), float(weight or 1)
    except ValueError:
        return tag.split("-")[0].lower(), 0
