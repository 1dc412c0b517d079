"""What of a kind of library is hidden from a member: only these content ratings, only these labels.

plex.tv has it as text for each kind (``contentRating=G%2CPG|label=Kids``). What else it says there is kept as it is.
"""

from collections.abc import Mapping
from urllib.parse import quote

from chalicelib.common.records import dataclass
from chalicelib.common.refusals import NeedsPlexPass
from chalicelib.plex.filters import Filters, conditions, field_of, same_filters, values_of

NAMES = {"movies": "filterMovies", "shows": "filterTelevision", "music": "filterMusic"}
"""plex.tv's name of each kind."""

_FIELDS = {"content_ratings": "contentRating", "labels": "label"}


@dataclass(frozen=True, slots=True)
class Restriction:
    """Only what has one of these ratings, and one of these labels; none of either: whatever has any."""

    content_ratings: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def read_restrictions(filters: Filters) -> dict[str, Restriction]:
    """By kind (``movies``, ``shows``, ``music``): those that hide something."""
    texts = dict(filters)
    read = {kind: _read(texts.get(name, "")) for kind, name in NAMES.items()}
    return {kind: restriction for kind, restriction in read.items() if restriction != Restriction()}


def with_restrictions(filters: Filters, wanted: Mapping[str, Restriction]) -> Filters:
    """The filters with these in place of what they said about ratings and labels of any kind; as they are written
    where they hide the same.
    """
    texts = dict(filters)
    for kind, name in NAMES.items():
        parts = [part for part in conditions(texts.get(name, "")) if field_of(part) not in _FIELDS.values()]
        restriction = wanted.get(kind, Restriction())
        for attribute, field in _FIELDS.items():
            if values := getattr(restriction, attribute):
                parts.append(f"{field}={quote(','.join(dict.fromkeys(values)), safe='')}")
        texts[name] = "|".join(parts)
    becomes = tuple(sorted((name, text) for name, text in texts.items() if text))
    return filters if same_filters(filters, becomes) else becomes


def choose_restrictions(was: Filters, wanted: Mapping[str, Restriction], *, lacks_plex_pass: bool) -> Filters:
    """Raises NeedsPlexPass where something else is to be hidden from now on, and the owner has none."""
    filters = with_restrictions(was, wanted)
    if lacks_plex_pass and filters != was and read_restrictions(filters):
        raise NeedsPlexPass(field="restrictions")
    return filters


def hides_no_less(becomes: Filters, was: Filters) -> bool:
    """Whether nothing is certainly seen that was hidden."""
    now, before = read_restrictions(becomes), read_restrictions(was)
    return all(
        _is_part(getattr(now.get(kind, Restriction()), name), getattr(restriction, name))
        for kind, restriction in before.items()
        for name in _FIELDS
    )


def _is_part(values: tuple[str, ...], of: tuple[str, ...]) -> bool:
    return not of or (bool(values) and set(values) <= set(of))


def _read(text: str) -> Restriction:
    values = {field_of(part): values_of(part) for part in conditions(text)}
    return Restriction(**{attribute: values.get(field, ()) for attribute, field in _FIELDS.items()})
