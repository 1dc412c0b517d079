"""The journal: who changed what, and when."""

from datetime import datetime
from typing import Any

from chalicelib.common.people import Person
from chalicelib.common.records import dataclass

Facts = dict[str, Any]
"""Field names to JSON values, as the HTTP contract shows them; never a secret."""

SETTINGS = "settings"
"""The subject of entries about the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change. ``subject`` is ``invite#<code>``, ``user#<id>``, ``redemption#<id>``, ``endpoint#<id>`` or
    ``settings``; ``before`` and ``after`` hold
    only the fields that differ, and are empty for what was not there before or is not there after.
    """

    id: str
    subject: str
    action: str
    by: Person
    at: datetime
    before: Facts
    after: Facts


def change_entry(
    id_: str, subject: str, action: str, *, by: Person, now: datetime, before: Facts, after: Facts
) -> Entry:
    """The entry of a change from ``before`` to ``after``: of both, only what differs."""
    return Entry(
        id=id_,
        subject=subject,
        action=action,
        by=by,
        at=now,
        before=_without(before, after),
        after=_without(after, before),
    )


def about_invite(code: str) -> str:
    """The subject of entries about an invite."""
    return f"invite#{code}"


def about_user(user_id: str) -> str:
    """The subject of entries about an account."""
    return f"user#{user_id}"


def about_redemption(redemption_id: str) -> str:
    """The subject of entries about a redemption."""
    return f"redemption#{redemption_id}"


def _without(facts: Facts, other: Facts) -> Facts:
    return {name: value for name, value in facts.items() if name not in other or other[name] != value}
