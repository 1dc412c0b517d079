"""What contracts are shown with: all of it under fresh ids."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from chalicelib.accounts.model import AccountState, Kind, Tombstone, User, Why
from chalicelib.accounts.sessions import Purpose, SignIn, new_session
from chalicelib.common.people import Permission, Person
from chalicelib.common.records import replace
from chalicelib.events.model import Entry
from chalicelib.invites.model import Invite

JO = Person("jo", "Jo")


def a_user(ports, *permissions: Permission, **facts: Any) -> User:
    id_ = ports.new_id()
    defaults: dict[str, Any] = {
        "name": f"Person {id_}",
        "email": f"{id_}@example.org",
        "plex_id": None if facts.get("kind") is Kind.LOCAL else secrets.randbelow(10**12),
        "created_at": ports.clock(),
    }
    return User(id=id_, permissions=frozenset(permissions), **defaults | facts)


def an_account(ports, *permissions: Permission, **facts: Any) -> User:
    """One that was opened."""
    user = a_user(ports, *permissions, **facts)
    ports.accounts.open(user, a_session(ports, user))
    return user


def a_closed_account(ports, now: datetime, *, why: Why = Why.CLOSED) -> tuple[User, Tombstone]:
    """One with a Plex account, and what is remembered of it."""
    user = an_account(ports)
    tombstone = Tombstone(user_id=user.id, why=why, closed_at=now)
    closed = replace(user, state=AccountState.CLOSED)
    ports.accounts.change(user, closed, an_entry(ports), tombstone=tombstone)
    return closed, tombstone


def a_session(ports, user: User):
    _, session = new_session(user.id, new_id=ports.new_id, now=ports.clock())
    return session


def a_sign_in(ports) -> SignIn:
    """One that waits, stored."""
    now = ports.clock()
    sign_in = SignIn(
        id=ports.new_id(),
        purpose=Purpose.SET_UP,
        pin_id="1",
        browser_hash="hash",
        created_at=now,
        expires_at=now + timedelta(minutes=30),
    )
    ports.sessions.add_sign_in(sign_in)
    return sign_in


def an_entry(ports, subject: str = "", **facts: Any) -> Entry:
    id_ = ports.new_id()
    defaults: dict[str, Any] = {"action": "changed", "by": JO, "at": ports.clock(), "before": {}, "after": {"a": [1]}}
    return Entry(id=id_, subject=subject or f"user#{id_}", **defaults | facts)


def an_invite(ports, **facts: Any) -> Invite:
    now = ports.clock()
    defaults: dict[str, Any] = {"code": ports.new_id()[:20], "created_by": JO, "created_at": now, "updated_at": now}
    return Invite(**defaults | facts)


def a_kept_invite(ports, **facts: Any) -> Invite:
    """One that was added."""
    invite = an_invite(ports, **facts)
    ports.invites.add(invite, an_entry(ports), None)
    return invite


def journal_of(ports, subject: str) -> list[Entry]:
    return list(ports.journal.page(subject, after=None, limit=100).items)


def walk(page_after, limit: int = 2) -> list[Any]:
    """All items of a list, a page at a time: ``page_after(after, limit)`` gives one."""
    items, after = [], None
    while True:
        page = page_after(after, limit)
        assert len(page.items) <= limit
        items += page.items
        after = page.next
        if after is None:
            return items
