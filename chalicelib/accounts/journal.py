"""What the journal tells of accounts: who came in and how, and what they sign in with."""

from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.common.people import Person
from chalicelib.common.ports import NewId
from chalicelib.events.model import Entry, Facts, about_user

PLEX, PASSWORD = "Plex", "password"
"""How a person signed in."""


def signed_in_entry(user: User, how: str, *, new_id: NewId, now: datetime) -> Entry:
    return account_entry(user, "signed in", by=user.person, new_id=new_id, now=now, after={"how": how})


def account_entry(
    user: User, action: str, *, by: Person, new_id: NewId, now: datetime, after: Facts | None = None
) -> Entry:
    """An entry about an account, for what has no value before it."""
    return Entry(id=new_id(), subject=about_user(user.id), action=action, by=by, at=now, before={}, after=after or {})
