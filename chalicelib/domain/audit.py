"""Who changed what, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.users import Person

Facts = dict[str, Any]
"""Field names to JSON values, as the HTTP contract shows them; never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change. ``subject`` is ``invite#<code>``, ``user#<id>`` or ``settings``; ``before`` and ``after`` hold
    only the fields that differ, and are empty for what was not there before or is not there after.
    """

    id: str
    subject: str
    action: str
    by: Person
    at: datetime
    before: Facts
    after: Facts


def difference(before: Facts, after: Facts) -> tuple[Facts, Facts]:
    """What of ``before`` is no more, and what of ``after`` is new."""
    return _without(before, after), _without(after, before)


def _without(facts: Facts, other: Facts) -> Facts:
    return {name: value for name, value in facts.items() if name not in other or other[name] != value}
