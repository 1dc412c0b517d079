"""What of the libraries is hidden from a person, by plex.tv's names and in its words.

plex.tv may join conditions by ``|`` or by ``&``, in any order, with their values quoted or not (docs/plex.md, 5).
"""

import re
from urllib.parse import quote, unquote

Filters = tuple[tuple[str, str], ...]
"""Sorted by name: ``(("filterMovies", "contentRating=G%2CPG|label=Kids"),)``."""

_SIGNS = "|&"
_BETWEEN_CONDITIONS = re.compile(r"[|&](?=[^|&=]*=)")
"""A sign with no condition behind it belongs to a value that is not quoted."""


def same_filters(one: Filters, other: Filters) -> bool:
    """Whether they hide the same, however they are written."""
    return in_one_form(one) == in_one_form(other)


def in_one_form(filters: Filters) -> Filters:
    """The same for all filters that hide the same: in order, quoted, and without what hides nothing."""
    read = sorted((name, "|".join(sorted(_written(part) for part in conditions(text)))) for name, text in filters)
    return tuple((name, text.strip("|")) for name, text in read if text.strip("|"))


def conditions(text: str) -> tuple[str, ...]:
    """The parts of a filter, as they are written: ``contentRating=G%2CPG``, ``label=Kids``."""
    parts = (part.strip(_SIGNS) for part in _BETWEEN_CONDITIONS.split(text))
    return tuple(part for part in parts if part)


def field_of(condition: str) -> str:
    return unquote(condition.partition("=")[0])


def values_of(condition: str) -> tuple[str, ...]:
    """As they are, not quoted."""
    values = unquote(condition.partition("=")[2]).split(",")
    return tuple(value for value in values if value)


def _written(condition: str) -> str:
    """Empty for a condition without values."""
    values = sorted(set(values_of(condition)))
    return f"{field_of(condition)}={quote(','.join(values), safe='')}" if values else ""
