"""Accounts, sessions, passwords and counters, in memory."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from chalicelib.accounts.model import AccountState, Credential, Kind, Observed, PasswordReset, Tombstone, User
from chalicelib.accounts.ports import Held, PlexIdTaken, QuotaBasis
from chalicelib.accounts.sessions import Session, SignIn, hash_secret, user_id_in
from chalicelib.common.names import normal_name
from chalicelib.common.pages import Page
from chalicelib.common.people import Permission
from chalicelib.common.ports import Contention, StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import AddressTaken, UserNotFound
from chalicelib.common.times import order_key
from chalicelib.events.model import Entry
from chalicelib.settings.model import MOST_INVITES, Settings
from tests.fakes.database import Database
from tests.fakes.paging import page_of

_EDITED = ("permissions", "quota", "trial_ends_at", "state")
_MUST_BE_AS_READ = (*_EDITED, "plex_id", "email")


class FakeAccounts:
    """accounts.ports.AccountStore."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, user_id: str) -> User:
        if user_id not in self.database.users:
            raise UserNotFound
        return self.database.users[user_id]

    def get_with_settings(self, user_id: str) -> tuple[User, Settings]:
        return self.get(user_id), self.database.settings

    def find_many(self, user_ids: Iterable[str]) -> dict[str, User]:
        return {id_: user for id_ in user_ids if (user := self.database.users.get(id_))}

    def quota_basis(self, user_id: str) -> QuotaBasis:
        made = len(self.database.created.get(user_id, ()))
        return QuotaBasis(self.database.settings, self.database.users.get(user_id), made)

    def created_since(self, user_id: str, since: datetime) -> tuple[datetime, ...]:
        created = sorted(self.database.created.get(user_id, ()), reverse=True)
        return tuple(at for at in created if at > since)[:MOST_INVITES]

    def id_of_plex_account(self, plex_id: int) -> str | None:
        return self.database.identities.get(plex_identity(plex_id))

    def observed(self, plex_id: int) -> Observed | None:
        return self.database.observed.get(plex_identity(plex_id))

    def note_observed(self, observed: Observed) -> None:
        if plex_identity(observed.plex_id) in self.database.identities:
            self.database.observed[plex_identity(observed.plex_id)] = observed

    def find_credential(self, email: str) -> tuple[Credential | None, Settings]:
        return self._credential(email), self.database.settings

    def read_credential(self, email: str, user_id: str) -> tuple[Credential | None, User | None]:
        return self._credential(email), self.database.users.get(user_id)

    def _credential(self, email: str) -> Credential | None:
        identity = email_identity(email)
        user_id, password_hash = self.database.identities.get(identity), self.database.password_hashes.get(identity)
        return Credential(user_id, password_hash, self.database.resets.get(identity)) if user_id else None

    def set_password(
        self, user: User, was: Credential, password_hash: str, entry: Entry, *, session: Session | None = None
    ) -> None:
        self.database.before_write()
        stored, present = self.database.users.get(user.id), self._credential(user.email or "")
        if stored is None or not stored.is_open or stored.epoch != user.epoch or present is None:
            raise StaleWrite
        if (present.user_id, present.password_hash) != (user.id, was.password_hash):
            raise StaleWrite
        if was.reset and present.reset != was.reset:
            raise StaleWrite
        identity = email_identity(user.email or "")
        self.database.password_hashes[identity] = password_hash
        self.database.resets.pop(identity, None)
        self.database.users[user.id] = replace(stored, epoch=user.epoch + 1)
        if session:
            put_session(self.database, replace(session, epoch=user.epoch + 1))
        self.database.journal.append(entry)

    def offer_reset(self, user: User, reset: PasswordReset, entry: Entry) -> None:
        self.database.before_write()
        present = self._credential(user.email or "")
        if present is None or present.user_id != user.id or present.password_hash is None:
            raise StaleWrite
        self.database.resets[email_identity(user.email or "")] = reset
        self.database.journal.append(entry)

    def page(self, state: AccountState, *, text: str, after: str | None, limit: int) -> Page[User]:
        found = [user for user in self.database.users.values() if user.state is state and user.has_text(text)]
        return page_of(found, order=_order, after=after, limit=limit)

    def tombstone_of(self, plex_id: int) -> Tombstone | None:
        return self.database.tombstones.get(plex_identity(plex_id))

    def open(
        self,
        user: User,
        session: Session,
        *,
        sign_in: SignIn | None = None,
        settings_version: int | None = None,
        over: Tombstone | None = None,
    ) -> None:
        self.database.before_write()
        if settings_version not in (None, self.database.settings.version) or not may_be_put(self.database, user, over):
            raise StaleWrite
        if sign_in and not is_open(self.database, sign_in):
            raise StaleWrite
        taken = taken_identities(self.database, user, over)
        if taken:
            raise PlexIdTaken if plex_identity(user.plex_id) in taken else AddressTaken
        put_account(self.database, user)
        put_session(self.database, session, sign_in)

    def change(
        self,
        was: User,
        changed: User,
        entry: Entry,
        *,
        remaining_admin: str | None = None,
        tombstone: Tombstone | None = None,
    ) -> None:
        self.database.before_write()
        stored = self.database.users.get(was.id)
        if stored is None or any(getattr(stored, name) != getattr(was, name) for name in _MUST_BE_AS_READ):
            raise StaleWrite
        if remaining_admin and not self._is_an_admin(remaining_admin):
            raise StaleWrite
        self.database.users[was.id] = replace(stored, **{name: getattr(changed, name) for name in _EDITED})
        if not changed.is_open:
            release_identities(self.database, was, tombstone)
        self.database.journal.append(entry)

    def rename(self, was: User, becomes: User, entry: Entry) -> None:
        self.database.before_write()
        stored = self.database.users.get(was.id)
        if stored is None or any(getattr(stored, name) != getattr(was, name) for name in (*_MUST_BE_AS_READ, "name")):
            raise StaleWrite
        before, after = identities_of(was), identities_of(becomes)
        if {self.database.identities.get(identity, was.id) for identity in after} - {was.id}:
            raise AddressTaken
        for identity in before - after:
            self.database.identities.pop(identity, None)
        self.database.identities |= dict.fromkeys(after, was.id)
        named = {name: getattr(becomes, name) for name in ("name", "email", "holds_address")}
        self.database.users[was.id] = replace(stored, **named)
        self.database.journal.append(entry)

    def with_trial_over(self, now: datetime) -> Iterator[User]:
        open_ones = [user for user in self.database.users.values() if user.is_open]
        ended = [(user.trial_ends_at, user) for user in open_ones if user.trial_ends_at and user.trial_ends_at <= now]
        return (user for _, user in sorted(ended, key=lambda each: each[0]))

    def end_trial(self, user: User, entry: Entry) -> None:
        self.database.before_write()
        stored = self.database.users.get(user.id)
        if stored is None or not stored.is_open or stored.trial_ends_at != user.trial_ends_at:
            raise StaleWrite
        self.database.users[user.id] = replace(stored, trial_ends_at=None)
        self.database.journal.append(entry)

    def _is_an_admin(self, user_id: str) -> bool:
        user = self.database.users.get(user_id)
        return user is not None and user.is_open and Permission.ADMIN in user.permissions


class FakeSessions:
    """accounts.ports.SessionStore."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, session: Session, entry: Entry) -> None:
        put_session(self.database, session)
        self.database.journal.append(entry)

    def complete(self, sign_in: SignIn, session: Session, entry: Entry) -> None:
        self.database.before_write()
        if not is_open(self.database, sign_in):
            raise StaleWrite
        put_session(self.database, session, sign_in)
        self.database.journal.append(entry)

    def find(self, token: str, *, now: datetime) -> tuple[Session, User | None] | None:
        user_id, session = user_id_in(token), self.database.sessions.get(hash_secret(token))
        if session is None or session.user_id != user_id or session.is_over(now):
            return None
        user = self.database.users.get(session.user_id)
        return session, user if user and session.speaks_at(user.epoch) else None

    def find_with_settings(self, token: str, *, now: datetime) -> tuple[Session, User | None, Settings] | None:
        found = self.find(token, now=now)
        return (*found, self.database.settings) if found else None

    def of_user(self, user_id: str) -> list[Session]:
        found = [session for session in self.database.sessions.values() if session.user_id == user_id]
        return sorted(found, key=lambda session: session.created_at, reverse=True)[:100]

    def end(self, token_hash: str) -> None:
        self.database.sessions.pop(token_hash, None)

    def delete_key(self, key: Session, entry: Entry) -> None:
        if self.database.sessions.pop(key.token_hash, None) is None:
            raise StaleWrite
        self.database.journal.append(entry)

    def note_use(self, key: Session, now: datetime) -> None:
        if found := self.database.sessions.get(key.token_hash):
            self.database.sessions[key.token_hash] = replace(found, used_at=now)

    def end_all(self, user_id: str) -> None:
        if user := self.database.users.get(user_id):
            self.database.users[user_id] = replace(user, epoch=user.epoch + 1)

    def add_sign_in(self, sign_in: SignIn) -> None:
        whole_seconds = sign_in.expires_at.replace(microsecond=0)
        self.database.sign_ins[sign_in.id] = replace(sign_in, expires_at=whole_seconds)

    def get_sign_in_with_settings(self, sign_in_id: str) -> tuple[SignIn | None, Settings]:
        return self.database.sign_ins.get(sign_in_id), self.database.settings


class FakeHeldTokens:
    """accounts.ports.HeldTokens."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def hold(self, key: str, plex_token: str, *, expires_at: datetime) -> None:
        earlier = self.database.tokens.get(key)
        self.database.tokens[key] = held((*(earlier.tokens if earlier else ()), plex_token), expires_at)

    def latest(self, key: str, *, now: datetime) -> str | None:
        found = self.database.tokens.get(key)
        return found.tokens[-1] if found and found.expires_at > now else None

    def all(self, key: str) -> Held | None:
        return self.database.tokens.get(key)

    def drop(self, key: str, count: int) -> None:
        found = self.database.tokens.get(key)
        if found and len(found.tokens) + found.undecryptable == count:
            del self.database.tokens[key]


class FakePasswords:
    """accounts.ports.HashPassword and VerifyPassword. ``compared`` counts the comparisons: each takes its time."""

    def __init__(self) -> None:
        self.compared = 0

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password: str, password_hash: str | None) -> bool:
        self.compared += 1
        return password_hash == self.hash(password)


class FakeCounters:
    """accounts.ports.Counters. ``writes`` counts what they cost, ``gone_after`` says when each may go.

    The calls named in ``overrun`` meet more than the table takes.
    """

    def __init__(self) -> None:
        self.sums: dict[str, int] = {}
        self.blocked: set[str] = set()
        self.gone_after: dict[str, datetime] = {}
        self.writes = 0
        self.overrun: set[str] = set()

    def add(self, key: str, amount: int, expires_at: datetime) -> tuple[int, bool]:
        self._count("add", key, amount, expires_at)
        return self.sums[key], key in self.blocked

    def block(self, key: str, amount: int, expires_at: datetime) -> None:
        self._count("block", key, amount, expires_at)
        self.blocked.add(key)

    def forget(self, key: str) -> None:
        self.sums.pop(key, None)
        self.blocked.discard(key)

    def _count(self, call: str, key: str, amount: int, expires_at: datetime) -> None:
        if call in self.overrun:
            raise Contention
        self.writes += 1
        self.sums[key] = self.sums.get(key, 0) + amount
        self.gone_after[key] = expires_at


def plex_identity(plex_id: int | None) -> str:
    return f"plex#{plex_id}"


def email_identity(email: str) -> str:
    """``email`` as ``normal_email`` gives it."""
    return f"email#{email}"


def identities_of(user: User) -> set[str]:
    """All under which the account is unique."""
    held = set()
    if user.plex_id is not None:
        held.add(plex_identity(user.plex_id))
    if user.email is not None and user.holds_address:
        held.add(email_identity(user.email))
    if user.kind is Kind.LOCAL:
        held.add(f"name#{normal_name(user.name)}")
    return held


def may_be_put(database: Database, user: User, over: Tombstone | None) -> bool:
    """Whether the account is new, or one that is opened again after all that it had has ended."""
    if over is None or over.user_id != user.id:
        return user.id not in database.users
    access = database.accesses.get(user.id)
    return not database.users[user.id].is_open and (access is None or access.is_settled)


def taken_identities(database: Database, user: User, over: Tombstone | None) -> set[str]:
    """Those that another account holds, and a Plex id of which something else than ``over`` is remembered."""
    taken = {identity for identity in identities_of(user) if identity in database.identities}
    if user.plex_id is not None and database.tombstones.get(plex_identity(user.plex_id)) != over:
        taken.add(plex_identity(user.plex_id))
    return taken


def put_account(database: Database, user: User, *, password_hash: str | None = None) -> None:
    """Put the account with all that must be unique of it; a password's hash lies with the e-mail address."""
    database.users[user.id] = user
    database.identities |= dict.fromkeys(identities_of(user), user.id)
    database.tombstones.pop(plex_identity(user.plex_id), None)
    if user.email and password_hash:
        database.password_hashes[email_identity(user.email)] = password_hash


def release_identities(database: Database, user: User, tombstone: Tombstone | None) -> None:
    """Let others have what was unique of the account, but for its Plex id, where the tombstone is put."""
    if user.plex_id is not None and tombstone:
        database.tombstones[plex_identity(user.plex_id)] = tombstone
    for identity in identities_of(user):
        database.identities.pop(identity, None)
        database.password_hashes.pop(identity, None)
        database.resets.pop(identity, None)


def is_open(database: Database, sign_in: SignIn) -> bool:
    """Whether it was not completed yet."""
    stored = database.sign_ins.get(sign_in.id)
    return stored is not None and stored.user_id is None


def put_session(database: Database, session: Session, sign_in: SignIn | None = None) -> None:
    """Put the session, and complete the sign-in that led to it."""
    database.sessions[session.token_hash] = stored_session(session)
    if sign_in:
        database.sign_ins[sign_in.id] = replace(
            database.sign_ins[sign_in.id],
            user_id=session.user_id,
            completed_at=session.created_at,
            redemption_id=session.redemption_id,
        )


def held(tokens: tuple[str, ...], expires_at: datetime) -> Held:
    """As DynamoDB keeps it: a time to live has whole seconds."""
    return Held(tokens, expires_at.replace(microsecond=0))


def stored_session(session: Session) -> Session:
    """As DynamoDB keeps it: a time to live has whole seconds."""
    return replace(session, expires_at=session.expires_at and session.expires_at.replace(microsecond=0))


def _order(user: User) -> str:
    return order_key(user.created_at, user.id)
