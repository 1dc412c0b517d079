"""API keys: an account's word for a program. A key is in force within its scopes, and within what its account may at
that moment; nothing that concerns keys, sessions, passwords, settings or permissions is open to one.

``sai_<account id>.<43 characters><6 characters>``: the beginning is known to scanners for leaked secrets, the middle is
256 random bits, and the end a checksum, so that a mistyped key is refused before anything is read.
"""

import base64
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from chalicelib.accounts.model import User
from chalicelib.accounts.ports import Counters, SessionStore
from chalicelib.accounts.rate_limiting import count_request
from chalicelib.accounts.rate_limits import Route
from chalicelib.accounts.sessions import KEY_PREFIX, Key, Scope, Session, checksum, hash_secret
from chalicelib.common.names import is_plain_name
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import NewId, RandomBytes, StaleWrite
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import BadInput, KeyNotAllowed, KeyNotFound, TooManyKeys
from chalicelib.events.model import Entry, Facts, change_entry

MOST_KEYS = 20
"""Of one account. They are counted in an index, which may be a moment behind."""

MAY_HAVE_KEYS = (
    Permission.CREATE_INVITES,
    Permission.VIEW_INVITES,
    Permission.MANAGE_INVITES,
    Permission.MANAGE_USERS,
)

_RANDOM_BYTES = 32
_USE_IS_NOTED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRequest:
    """``expires_at``: None for one that lasts until it is deleted."""

    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ManagingKeys:
    sessions: SessionStore
    new_id: NewId
    random_bytes: RandomBytes

    def list(self, *, by: User, now: datetime) -> Sequence[Session]:
        """One's own that are in force, the newest first. Raises NotAllowed."""
        by.must(*MAY_HAVE_KEYS)
        return [each for each in self.sessions.of_user(by.id) if each.key and not each.is_over(now)]

    def make(self, request: KeyRequest, *, by: User, now: datetime) -> tuple[str, Session]:
        """The key itself, shown this once, and what is kept of it. Raises NotAllowed, BadInput and TooManyKeys."""
        by.must(*MAY_HAVE_KEYS)
        name = request.name.strip()
        if not name or not is_plain_name(name):
            raise BadInput("plain_name", field="name")
        if request.expires_at and request.expires_at <= now:
            raise BadInput("past", field="expires_at")
        if len(self.list(by=by, now=now)) >= MOST_KEYS:
            raise TooManyKeys(most=MOST_KEYS)
        text = _new_key(by.id, self.random_bytes(_RANDOM_BYTES))
        made = Session(
            token_hash=hash_secret(text),
            user_id=by.id,
            created_at=now,
            expires_at=request.expires_at,
            epoch=by.epoch,
            key=Key(name, request.scopes),
        )
        self.sessions.add(made, self._entry("created", made, by.person, now))
        return text, made

    def delete(self, key_id: str, *, by: User, now: datetime) -> None:
        """One's own: from now on it opens nothing. Raises NotAllowed and KeyNotFound."""
        for each in self.list(by=by, now=now):
            if each.id == key_id:
                try:
                    return self.sessions.delete_key(each, self._entry("deleted", each, by.person, now))
                except StaleWrite as error:
                    raise KeyNotFound from error
        raise KeyNotFound

    def _entry(self, action: str, key: Session, by: Person, now: datetime) -> Entry:
        is_new = action == "created"
        before, after = ({}, _facts(key)) if is_new else (_facts(key), {})
        return change_entry(self.new_id(), f"key#{key.id}", action, by=by, now=now, before=before, after=after)


@dataclass(frozen=True, slots=True)
class UsingKeys:
    sessions: SessionStore
    counters: Counters

    def admit(self, session: Session, scopes: Collection[Scope], *, now: datetime) -> None:
        """Let a key ask where one of ``scopes`` is needed; what is no key is let through. Its last use is noted once a
        day. Raises TooManyRequests and KeyNotAllowed.
        """
        if session.key is None:
            return
        count_request(Route.KEY, session.id, counters=self.counters, now=now)
        if not scopes:
            raise KeyNotAllowed
        if session.key.scopes.isdisjoint(scopes):
            raise KeyNotAllowed(detail="scope", scope=" / ".join(sorted(scopes)))
        if session.used_at is None or now - session.used_at >= _USE_IS_NOTED_EVERY:
            self.sessions.note_use(session, now)


def _new_key(user_id: str, random: bytes) -> str:
    text = f"{KEY_PREFIX}{user_id}.{base64.urlsafe_b64encode(random).decode().rstrip('=')}"
    return text + checksum(text)


def _facts(session: Session) -> Facts:
    key = session.key
    if key is None:
        raise AssertionError("only keys are told of")
    return {
        "name": key.name,
        "scopes": sorted(key.scopes),
        "expires_at": session.expires_at.isoformat() if session.expires_at else None,
    }
