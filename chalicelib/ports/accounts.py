"""People, their sign-ins, and the house that they come to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.domain.audit import Entry
from chalicelib.domain.invites import Invite
from chalicelib.domain.ownership import Ownership
from chalicelib.domain.paging import Page
from chalicelib.domain.sessions import Session, SignIn
from chalicelib.domain.settings import Library, Refresh, Server, Settings
from chalicelib.domain.users import AccountState, User


class SettingsStore(Protocol):
    def get(self) -> Settings: ...
    def save(self, settings: Settings, entry: Entry, *, over: int) -> None:
        """Write what people decide, with its audit entry, over that version. Raises OutOfDate, Contention."""

    def note_refresh(self, refresh: Refresh, *, was: Server) -> None:
        """Write how the reading of the libraries stands. Raises OutOfDate when the server is another by now."""

    def refreshed(self, server: Server, libraries: tuple[Library, ...], refresh: Refresh, *, was: Server) -> None:
        """Write what Plex said, and nothing else. Raises OutOfDate when the server is another by now."""


class Users(Protocol):
    def get(self, user_id: str) -> User:
        """Raises UserNotFound."""

    def get_with_settings(self, user_id: str) -> tuple[User, Settings]:
        """Both in one round trip. Raises UserNotFound."""

    def id_of_plex_account(self, plex_id: int) -> str | None:
        """The open account of that Plex id."""

    def page(self, state: AccountState, *, text: str, after: str | None, limit: int) -> Page[User]:
        """Accounts, the newest first, whose name or e-mail holds ``text`` (as normal_email gives it)."""

    def change(self, was: User, changed: User, entry: Entry, *, remaining_admin: str | None = None) -> None:
        """Write permissions, quota, trial and state, with the audit entry, over what they were.

        An account that is closed releases its Plex id and its e-mail. ``remaining_admin`` names an account that must
        be an admin when this is written. Raises OutOfDate, Contention.
        """


class AuditTrail(Protocol):
    def page(self, subject: str | None, *, after: str | None, limit: int) -> Page[Entry]:
        """What was changed, of that subject or at all, the newest first."""


class SignIns(Protocol):
    def add(self, sign_in: SignIn) -> None: ...
    def get_with_settings(self, sign_in_id: str) -> tuple[SignIn | None, Settings]:
        """Both in one round trip."""

    def get_with_invite(self, sign_in_id: str, code: str) -> tuple[SignIn | None, Invite | None, Settings]:
        """All three in one round trip."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Whose an e-mail address is; ``password_hash`` None: they have no password (they sign in with Plex)."""

    user_id: str
    password_hash: str | None


class Credentials(Protocol):
    def find(self, email: str) -> tuple[Credential | None, Settings]:
        """Who holds that address, in its normal form, and the settings, in one round trip."""


class Passwords(Protocol):
    def hash(self, password: str) -> str:
        """What is stored of a password."""

    def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password; False for None, in the time that a real comparison takes."""


class Ownerships(Protocol):
    def get_with_settings(self) -> tuple[Ownership | None, Settings]:
        """Both in one round trip."""

    def take(self, ownership: Ownership, session: Session, *, newcomer: User | None) -> None:
        """Write whose house it is, with their session, and their account where they have none yet: all or nothing.

        Raises OutOfDate when the house belongs to somebody else (by now), Contention.
        """

    def choose(self, settings: Settings, entry: Entry, *, over: int) -> None:
        """Write the server, its libraries and what goes with them, over that version. Raises OutOfDate, Contention."""


class Accounts(Protocol):
    def open(self, user: User, session: Session) -> None:
        """Write a new account and its session, all or nothing.

        Raises PlexIdTaken, AddressTaken, Contention.
        """


class Counters(Protocol):
    """Numbers that only grow, and are gone some time after ``expires_at``."""

    def add(self, key: str, amount: int, expires_at: datetime) -> tuple[int, bool]:
        """Add in one write; gives the new sum, and whether ``block`` began it. Raises Contention."""

    def block(self, key: str, amount: int, expires_at: datetime) -> None:
        """Begin a counter with so much that it is over its limit."""

    def forget(self, key: str) -> None: ...


class Sessions(Protocol):
    def add(self, session: Session) -> None: ...
    def end(self, token: str) -> None:
        """Repeatable."""

    def end_all(self, user_id: str, now: datetime) -> None:
        """End every session of an account that was begun until ``now``, in one write. Repeatable."""

    def find(self, token: str, now: datetime) -> tuple[Session, User | None] | None:
        """The session of that token and its account, in one round trip.

        Without the account once it is signed out everywhere or gone: then the token speaks for nobody, and reads
        only the redemption that it came with.
        """

    def find_with_settings(self, token: str, now: datetime) -> tuple[Session, User | None, Settings] | None:
        """As ``find`` does, with the settings, in one round trip as well."""
