"""What of the libraries is hidden from a person, by plex.tv's names and in its words."""

from urllib.parse import unquote

Filters = tuple[tuple[str, str], ...]
"""Sorted by name: ``(("filterMovies", "contentRating=G%2CPG|label=Kids"),)``."""


def same_filters(one: Filters, other: Filters) -> bool:
    """Whether they hide the same, in whichever order and quoting they are written."""
    return _read(one) == _read(other)


def _read(filters: Filters) -> dict[str, dict[str, frozenset[str]]]:
    """By name and field."""
    return {
        name: {
            field: frozenset(unquote(values).split(","))
            for field, _, values in (part.partition("=") for part in text.split("|") if part)
        }
        for name, text in filters
        if text
    }
