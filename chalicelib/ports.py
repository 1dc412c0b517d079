"""Every effect on the outside world, as the use cases see it, with the errors that each may raise.

PlexError                      plex.tv did not do what it was asked
├── PlexPassing                may well work later; whether a request took effect is unknown
├── PlexRefused                it said no, and will say no again
└── PlexTokenRefused           the person's token does not count any more
    └── OwnerTokenRefused      the owner's does not: nobody's fault who is being invited

OutOfDate                      somebody else wrote first: read again
PlexIdTaken                    the person has an account (by now)
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Protocol

from chalicelib.domain.audit import Entry
from chalicelib.domain.departures import Departure
from chalicelib.domain.invites import Invite, Status
from chalicelib.domain.ownership import OwnedServer, Ownership
from chalicelib.domain.paging import Page
from chalicelib.domain.pauses import Pause
from chalicelib.domain.qr_codes import Format, QrImage
from chalicelib.domain.redemptions import Grant, Redemption, State
from chalicelib.domain.searching import Search
from chalicelib.domain.sessions import Session, SignIn
from chalicelib.domain.settings import Library, Refresh, Server, Settings
from chalicelib.domain.users import AccountState, User

Clock = Callable[[], datetime]
"""The present, aware and in UTC."""

NewId = Callable[[], str]
"""Something unguessable and unique: letters and digits."""


class PlexError(Exception):
    """plex.tv did not do what it was asked. The text never holds a token."""


class PlexPassing(PlexError):
    """A failure that may pass. ``retry_after``: seconds that plex.tv asked to wait, if it said so."""

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PlexRefused(PlexError):
    """A refusal that stays. ``status`` is HTTP's, ``reason`` plex.tv's own code where it gave one."""

    def __init__(self, message: str, *, status: int, reason: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason

    @property
    def already_shared(self) -> bool:
        """v2 says 422 with code 1999 when a share or an invitation exists (plex.md, 5)."""
        return (self.status, self.reason) == (HTTPStatus.UNPROCESSABLE_ENTITY, 1999)

    @property
    def is_absence(self) -> bool:
        """What was asked about is not there, or not there any more."""
        return self.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class PlexTokenRefused(PlexError):
    """The token used is not valid (401)."""


class OwnerTokenRefused(PlexTokenRefused):
    """Plex does not take the owner's token, or none is set."""


class OutOfDate(Exception):
    """The record was changed by somebody else since it was read; nothing was written."""


class PlexIdTaken(Exception):
    """Another account has this Plex id; nothing was written."""


class Contention(Exception):
    """Too many were writing the same records at once; nothing was written."""


@dataclass(frozen=True, slots=True)
class Pin:
    id: str
    auth_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PlexAccount:
    id: int
    name: str
    email: str | None
    confirmed: bool
    restricted: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What the owner's server gives somebody: ``library_ids`` are global section ids.

    ``downloads`` and ``live_tv`` are None where plex.tv's answer did not tell.
    """

    id: str
    account_id: int
    library_ids: frozenset[str]
    everything: bool
    accepted: bool
    downloads: bool | None = None
    live_tv: bool | None = None

    def is_exactly(self, grant: Grant) -> bool:
        """Whether it gives what was granted, no more and no less, as far as the answer told."""
        features = grant.features
        return (
            not self.everything
            and self.library_ids == set(grant.library_ids)
            and self.downloads in (None, features.downloads)
            and self.live_tv in (None, features.live_tv)
        )


@dataclass(frozen=True, slots=True)
class HomeMember:
    """Somebody in the owner's Plex Home; ``managed``: a user without a Plex account of their own."""

    account_id: int
    title: str
    managed: bool


@dataclass(frozen=True, slots=True)
class HomeStanding:
    """How the owner's Plex Home stands: people in it, how many it takes, whether the owner has Plex Pass."""

    size: int
    most: int
    plex_pass: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """All that one redemption writes, in one transaction or not at all.

    Somebody who signed in with Plex brings a sign-in and a token to hold, a local account a password's hash.
    """

    invite: Invite
    user: User
    redemption: Redemption
    session: Session
    sign_in: SignIn | None = None
    sealed_token: bytes | None = None
    token_expires_at: datetime | None = None
    password_hash: str | None = None


class PlexSignIn(Protocol):
    """plex.tv as a visitor meets it. Every call may raise PlexError."""

    def start(self, return_to: str) -> Pin: ...
    def token(self, pin_id: str) -> str | None:
        """The approved PIN's token, None while it waits. Raises PlexRefused once the PIN is gone."""

    def account(self, token: str) -> PlexAccount: ...
    def server_ids(self, token: str) -> frozenset[str]:
        """The machine identifiers of every server that this person can use or owns."""

    def owned_servers(self, token: str) -> tuple[OwnedServer, ...]:
        """The servers that this person owns."""


class PlexSharing(Protocol):
    """plex.tv as the server's owner meets it. Every call may raise PlexPassing and OwnerTokenRefused; what is
    only read or removed raises nothing else, for a refusal there says nothing about the person.
    """

    def share(self, account_id: int, grant: Grant) -> Share:
        """Share exactly the grant's libraries. Not idempotent. Raises PlexRefused, also when already shared."""

    def find_share(self, account_id: int, machine_id: str) -> Share | None:
        """The share or pending invite of that account, by account id only."""

    def correct(self, share: Share, grant: Grant) -> None:
        """Bring an existing share's libraries and permissions to the grant. Repeatable. Raises PlexRefused."""

    def remove(self, share: Share) -> None:
        """End a share, or take back an invite. Repeatable; only a read tells whether it is gone."""

    def library_ids(self, machine_id: str) -> frozenset[str]:
        """The global section ids of the server's libraries, none where the server is gone."""


class PlexHomes(Protocol):
    """The owner's Plex Home, with the errors of PlexSharing."""

    def members(self) -> tuple[HomeMember, ...]: ...

    def holds(self, account_id: int) -> bool:
        """Whether that account is in the Home, or invited into it."""

    def invite(self, name: str) -> None:
        """Invite an existing account by e-mail or user name. Not idempotent. Raises PlexRefused."""

    def create(self, title: str) -> int:
        """Make a managed user and give its account id. Not idempotent, by far. Raises PlexRefused."""

    def remove(self, account_id: int) -> None:
        """Remove a member (a managed user ceases to exist), or take back an invite. Repeatable."""

    def standing(self) -> HomeStanding: ...


class PlexInvitations(Protocol):
    """plex.tv as the invitee meets it, with their own token. Every call may raise PlexError."""

    def accept_share(self, token: str, share_id: str) -> bool:
        """Accept the invite to that share; False while plex.tv does not show it to the person."""

    def accept_matching(self, token: str, *, owner_id: int, machine_id: str) -> bool:
        """Accept that owner's invite to that server; False while there is none to accept."""

    def join_home(self, token: str, *, owner_id: int) -> bool:
        """Accept that owner's invite into their Home, and what came with it; False while there is none."""

    def is_confirmed(self, token: str) -> bool:
        """Whether the person verified their e-mail address and agreed to what Plex asks of them."""


class OwnersToken(Protocol):
    def version(self) -> str:
        """What changes whenever another token is set, and tells nothing about it."""


class PlexLibraries(Protocol):
    """plex.tv as the server's owner meets it; every call may raise PlexError."""

    def of(self, machine_id: str) -> tuple[str, tuple[Library, ...]]:
        """The server's name and its libraries. Raises PlexRefused when it is not the owner's (any more)."""


@dataclass(frozen=True, slots=True)
class Groundwork:
    """What an invite is made from. ``created``: when the inviter's latest invites were made, the deleted ones too."""

    settings: Settings
    inviter: User | None
    created: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition: fewer than ``limit`` (at least 1) invites were made after ``since``."""

    limit: int
    since: datetime


Decided = tuple[Invite, Entry]
"""What becomes of an invite, and what the audit trail tells of it."""


class Invites(Protocol):
    def groundwork(self, inviter_id: str) -> Groundwork:
        """All of it in one round trip."""

    def add(self, invite: Invite, entry: Entry, guard: Guard | None) -> None:
        """Raises CodeTaken, OutOfDate when the guard does not hold, Contention."""

    def get(self, code: str) -> Invite:
        """Raises InviteNotFound."""

    def even_deleted(self, code: str) -> Invite:
        """Raises InviteNotFound for what never was."""

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        """Both in one round trip."""

    def change(self, code: str, decide: Callable[[Invite, Settings], Decided | None]) -> Invite:
        """Write what ``decide`` makes of the invite as it is, asking it again whenever that was changed meanwhile.

        None changes nothing. Raises InviteNotFound, Contention, and whatever ``decide`` raises.
        """

    def history(self, code: str, *, after: str | None, limit: int) -> Page[Redemption]:
        """The invite's redemptions, newest first."""

    def page(self, search: Search, *, after: str | None, limit: int, now: datetime) -> Page[Invite]:
        """What the search finds, newest first, by the facts at that moment; reads are bounded (paging.Page)."""

    def states(self, redemption_ids: Iterable[str]) -> dict[str, State]:
        """How these redemptions stand."""

    def move_expired(self, now: datetime, at_once: int) -> Iterator[int]:
        """Have lists find those that expired by then among the expired, so many at once; gives how many it were."""


class Trials(Protocol):
    def over(self, now: datetime) -> Iterator[User]:
        """Whose trial ended by then, the first to end first; read as they are asked for."""

    def end(self, user: User, entry: Entry) -> None:
        """Raises OutOfDate when the trial is another by now, Contention."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """``redemptions``: how many were begun on which day (UTC)."""

    invites: Mapping[Status, int]
    redemptions: Mapping[date, int]
    users: int
    needs_attention: int


class Statistics(Protocol):
    def numbers(self, now: datetime, since: date) -> Numbers: ...


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
    def page(self, subject: str | None, *, after: str | None, limit: int, now: datetime) -> Page[Entry]:
        """What was changed, of that subject or at all, the newest first."""


class SignIns(Protocol):
    def add(self, sign_in: SignIn) -> None: ...
    def get_with_settings(self, sign_in_id: str) -> tuple[SignIn | None, Settings]:
        """Both in one round trip."""

    def get_with_invite(self, sign_in_id: str, code: str) -> tuple[SignIn | None, Invite | None, Settings]:
        """All three in one round trip."""


class Claims(Protocol):
    def claim(self, claim: Claim) -> None:
        """Write it all or nothing.

        Raises OutOfDate when the invite or the sign-in is no longer what the claim was made from,
        AlreadyHasAccess when an account exists for the Plex id or the e-mail, Contention.
        """

    def give_back(self, failed: Redemption) -> None:
        """Undo a claim in one transaction: the use is free again, the account closed, its Plex id and e-mail
        released, the redemption failed. Raises OutOfDate, Contention.
        """

    def redemption_of(self, plex_id: int) -> tuple[User, Redemption] | None:
        """The account of that Plex id and the redemption that brought it, None where either is missing."""

    def redemption_of_email(self, email: str) -> tuple[User, Redemption] | None:
        """The same for an e-mail address in its normal form."""

    def link(self, user: User, plex_id: int, redemption: Redemption | None) -> None:
        """Give a local account its Plex id, and save its redemption, in one transaction.

        Raises AlreadyHasAccess when another account holds the Plex id, OutOfDate, Contention.
        """


class Redemptions(Protocol):
    def get(self, redemption_id: str) -> Redemption:
        """Raises RedemptionNotFound."""

    def save(self, redemption: Redemption) -> Redemption:
        """Write over the version it came from; gives it with its new version. Raises OutOfDate."""

    def get_with_pause(self, redemption_id: str) -> tuple[Redemption, Pause | None]:
        """Both in one round trip. Raises RedemptionNotFound."""

    def due(self, before: datetime, limit: int) -> Iterable[str]:
        """Ids of redemptions in progress whose next look was due before then."""

    def resent(self, redemption_id: str, due_at: datetime) -> None:
        """Note that a message carries it again, to be looked for by then."""

    def waiting_for_owner(self, limit: int) -> list[str]:
        """Ids of those that wait until Plex takes the owner's token again."""

    def page(self, states: frozenset[State], *, after: str | None, limit: int) -> Page[Redemption]:
        """Those in one of these states, the newest first."""


class Pauses(Protocol):
    """The one fact that Plex does not take the owner's token, while it does not."""

    def current(self) -> Pause | None: ...
    def save(self, pause: Pause) -> None: ...
    def end(self) -> None: ...


class Departures(Protocol):
    """Whose access on Plex is being ended."""

    def begin(self, departure: Departure) -> Departure:
        """Note it, unless it is noted already; gives the one that is there."""

    def get(self, user_id: str) -> Departure | None: ...

    def save(self, departure: Departure) -> None: ...

    def due(self, before: datetime, limit: int) -> Iterable[str]:
        """Ids of accounts whose access should have ended by then."""

    def resent(self, user_id: str, due_at: datetime) -> None:
        """Note that a message carries it again, to be looked for by then."""


class HeldTokens(Protocol):
    """Invitees' tokens, sealed, an hour at most."""

    def get(self, redemption_id: str, now: datetime) -> bytes | None: ...
    def replace(self, redemption_id: str, sealed: bytes, expires_at: datetime) -> None: ...
    def drop(self, redemption_id: str) -> None: ...


class Sealer(Protocol):
    def seal(self, token: str, redemption_id: str) -> bytes:
        """Encrypt for that redemption only."""


class Opener(Protocol):
    def open(self, sealed: bytes, redemption_id: str) -> str:
        """Decrypt what was sealed for that redemption."""


class ProvisionQueue(Protocol):
    """Work for the queue function, the only one that may read the owner's Plex token."""

    def send(self, redemption_id: str, *, delay: int = 0) -> None:
        """Have that redemption looked at, after ``delay`` seconds (at most 900)."""

    def end_access(self, user_id: str, *, delay: int = 0) -> None:
        """Have what that account was given on Plex taken away, if it is closed when the message is read."""

    def refresh_libraries(self) -> None:
        """Have the server's libraries read from Plex into the settings."""


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


class OwnerTokenWriter(Protocol):
    def write(self, token: str) -> None:
        """Keep the owner's Plex token where only the queue function can read it."""


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
        """The living session of that token and its account, in one round trip."""


Render = Callable[[str, Format], bytes]
"""A link as an image of that format."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    object_key: str
    modified_at: datetime


class QrRecords(Protocol):
    """Who owns which QR image: when a record goes, its object is to go."""

    def keep(self, image: QrImage, invite: Invite) -> None:
        """Write it, while the invite is as it was read. Raises OutOfDate, Contention."""

    def of(self, code: str) -> list[QrImage]: ...
    def among(self, object_keys: Iterable[str]) -> set[str]:
        """Those of them that have a record."""

    def move(self, image: QrImage) -> None:
        """Write its times, unless the record is gone."""

    def drop(self, object_key: str) -> None: ...


class QrImages(Protocol):
    """The images themselves."""

    def exists(self, object_key: str) -> bool: ...
    def put(self, object_key: str, content: bytes, format_: Format) -> None: ...
    def url(self, object_key: str, file_name: str) -> str:
        """Where anybody can fetch it for URL_LIFETIME, to be saved under that name."""

    def delete(self, object_key: str) -> None:
        """Repeatable."""

    def pages(self, after: str) -> Iterator[list[StoredImage]]:
        """All images by object key, from the first after that one."""

    def bookmark(self) -> str:
        """Where the last walk through the pages stopped; empty when it came to the end."""

    def set_bookmark(self, object_key: str) -> None: ...


Key = tuple[str, ...]
"""What names a record in its table."""


class Overdue(Protocol):
    """Records whose time is over, of one kind."""

    def due(self, now: datetime) -> Iterator[Key]:
        """The oldest first."""

    def drop(self, key: Key, now: datetime) -> bool:
        """Delete it if its time is (still) over; whether it was."""


class Parking(Protocol):
    def park(self, what: Mapping[str, Any], why: str) -> None:
        """Put aside, for somebody to look at, what must not be tried for ever."""
