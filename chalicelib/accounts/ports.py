"""Where accounts, their sessions and the counts of their requests are stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from chalicelib.accounts.model import AccountState, Credential, Observed, PasswordReset, Tombstone, User
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.common.pages import Page
from chalicelib.common.records import dataclass, field
from chalicelib.events.model import Entry
from chalicelib.settings.model import Settings


class PlexIdTaken(Exception):
    """Another account has this Plex id; nothing was written."""


@dataclass(frozen=True, slots=True)
class QuotaBasis:
    """What a quota is worked out from. ``made``: how many invites the account has made, deleted ones too."""

    settings: Settings
    user: User | None
    made: int


class AccountStore(Protocol):
    """Accounts with what must be unique of them: Plex id, e-mail address, a local account's user name."""

    def get(self, user_id: str) -> User:
        """Raises UserNotFound."""

    def get_with_settings(self, user_id: str) -> tuple[User, Settings]:
        """Both in one round trip. Raises UserNotFound."""

    def find_many(self, user_ids: Iterable[str]) -> Mapping[str, User]:
        """Those of them that there are, by their ids."""

    def quota_basis(self, user_id: str) -> QuotaBasis:
        """All of it in one round trip; the account is None where there is none."""

    def created_since(self, user_id: str, since: datetime) -> tuple[datetime, ...]:
        """When those of the account's invites were made that were made after ``since``, deleted ones too.

        The latest first, at most MOST_INVITES. Read after ``quota_basis``, it has at least what was counted there.
        """

    def id_of_plex_account(self, plex_id: int) -> str | None:
        """The open account of that Plex id."""

    def tombstone_of(self, plex_id: int) -> Tombstone | None:
        """What is remembered of a Plex account with a closed account here."""

    def observed(self, plex_id: int) -> Observed | None:
        """What Plex was last seen to have of that account."""

    def note_observed(self, observed: Observed) -> None:
        """Write it over an earlier one, where an account here has that Plex id."""

    def find_credential(self, email: str) -> tuple[Credential | None, Settings]:
        """The account with that address, in its normal form, and the settings, in one round trip."""

    def read_credential(self, email: str, user_id: str) -> tuple[Credential | None, User | None]:
        """What the address and the account are at one moment, in one round trip."""

    def set_password(
        self, user: User, was: Credential, password_hash: str, entry: Entry, *, session: Session | None = None
    ) -> None:
        """Write another password over ``was``, and raise the epoch of the account; a reset link is spent.

        ``session``: the one that goes on, under the new epoch. Raises StaleWrite.
        """

    def offer_reset(self, user: User, reset: PasswordReset, entry: Entry) -> None:
        """Keep the link by which a new password may be set, in place of an earlier one. Raises StaleWrite."""

    def page(self, state: AccountState, *, text: str, after: str | None, limit: int) -> Page[User]:
        """Accounts with ``text`` in their name or e-mail (as names.folded gives it), the newest first."""

    def open(
        self,
        user: User,
        session: Session,
        *,
        sign_in: SignIn | None = None,
        settings_version: int | None = None,
        over: Tombstone | None = None,
    ) -> None:
        """Write an account and its session, all or nothing: a new one, or a closed one anew, in place of ``over``.

        ``sign_in``: what led to it, and is completed with it. ``settings_version``: the settings that let the person
        in, which must still be those. Raises PlexIdTaken, AddressTaken, StaleWrite.
        """

    def change(
        self,
        was: User,
        changed: User,
        entry: Entry,
        *,
        remaining_admin: str | None = None,
        tombstone: Tombstone | None = None,
    ) -> None:
        """Write permissions, quota, trial and state, with the journal entry, over what they were.

        An account that is closed releases its e-mail address and its user name, and leaves ``tombstone`` in the place
        of its Plex id. ``remaining_admin`` names an account that must be an admin when this is written. Raises
        StaleWrite.
        """

    def rename(self, was: User, becomes: User, entry: Entry) -> None:
        """Write another name and address, with the journal's entry, and let others have the earlier address.

        Raises AddressTaken where another account holds the address, StaleWrite where this one was changed.
        """

    def with_trial_over(self, now: datetime) -> Iterator[User]:
        """Accounts with a trial that ended by then, the first to end first; read as they are asked for."""

    def end_trial(self, user: User, entry: Entry) -> None:
        """Raises StaleWrite when the trial is another by now."""


class SessionStore(Protocol):
    """Sessions, under the hash of their tokens, and sign-ins under way."""

    def add(self, session: Session, entry: Entry) -> None:
        """Write it, with the journal's entry."""

    def complete(self, sign_in: SignIn, session: Session, entry: Entry) -> None:
        """Write the session that the sign-in leads to, once. Raises StaleWrite where it was completed already."""

    def find(self, token: str, *, now: datetime) -> tuple[Session, User | None] | None:
        """The session of that token and its account, in one round trip.

        Without the account once it is signed out everywhere or gone: then the token speaks for no account, and reads
        only the redemption that it came with. A key is not signed out with the sessions.
        """

    def find_with_settings(self, token: str, *, now: datetime) -> tuple[Session, User | None, Settings] | None:
        """As ``find`` does, with the settings, in one round trip as well."""

    def of_user(self, user_id: str) -> list[Session]:
        """The account's sessions and keys, the newest first: at most a hundred, void ones too, as an index has them."""

    def end(self, token_hash: str) -> None:
        """Repeatable."""

    def delete_key(self, key: Session, entry: Entry) -> None:
        """With the journal's entry. Raises StaleWrite where it is gone already."""

    def note_use(self, key: Session, now: datetime) -> None:
        """When a key was used; where it is gone, nothing."""

    def end_all(self, user_id: str) -> None:
        """End every session of an account, in one write: its epoch rises. Repeatable."""

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Write it."""

    def get_sign_in_with_settings(self, sign_in_id: str) -> tuple[SignIn | None, Settings]:
        """Both in one round trip."""


@dataclass(frozen=True, slots=True)
class Held:
    """Tokens that are held under one key, the latest last, and until when the latest may be used.

    ``undecryptable``: how many more there are, encrypted to a public key that was replaced since.
    """

    tokens: tuple[str, ...] = field(repr=False)
    expires_at: datetime
    undecryptable: int = 0


class HeldTokens(Protocol):
    """Plex tokens of people who signed in, encrypted, by the redemption or the sign-in that they are held for."""

    def hold(self, key: str, plex_token: str, *, expires_at: datetime) -> None:
        """Keep it beside earlier ones; it counts from now on."""

    def latest(self, key: str, *, now: datetime) -> str | None:
        """The one that counts. Only the queue function can decrypt it. Raises DecryptionFailed."""

    def all(self, key: str) -> Held | None:
        """All of them, also after their time."""

    def drop(self, key: str, count: int) -> None:
        """Delete them all, unless there are more than ``count`` by now. Repeatable."""


HashPassword = Callable[[str], str]
"""What is stored of a password."""

VerifyPassword = Callable[[str, str | None], bool]
"""Whether it is the password of that hash; False for None, in the time that a real comparison takes."""


class Counters(Protocol):
    """Numbers that only grow, and are gone some time after ``expires_at``."""

    def add(self, key: str, amount: int, expires_at: datetime) -> tuple[int, bool]:
        """Add in one write; gives the new sum, and whether ``block`` began it. Raises Contention."""

    def block(self, key: str, amount: int, expires_at: datetime) -> None:
        """Begin a counter with so much that it is over its limit."""

    def forget(self, key: str) -> None:
        """Repeatable."""
