"""Every effect on the outside world, as the use cases see it, with the errors that each may raise.

PlexError                      plex.tv did not do what it was asked
├── PlexPassing                may well work later; whether a request took effect is unknown
├── PlexRefused                it said no, and will say no again
└── PlexTokenRefused           the token does not count any more (the owner's or the person's, by the call)

OutOfDate                      somebody else wrote first: read again
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from chalicelib.domain.invites import Invite
from chalicelib.domain.redemptions import Grant, Redemption
from chalicelib.domain.sessions import Session, SignIn
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import User

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
        """v2 says 422 with code 1999, v1 says 400, when a share or an invitation exists (plex.md, 5)."""
        return (self.status, self.reason) == (422, 1999) or self.status == HTTPStatus.BAD_REQUEST


class PlexTokenRefused(PlexError):
    """The token used is not valid (401)."""


class OutOfDate(Exception):
    """The record was changed by somebody else since it was read; nothing was written."""


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
    """What the owner's server gives somebody: ``library_ids`` are global section ids."""

    id: str
    account_id: int
    library_ids: frozenset[str]
    everything: bool
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """All that one redemption writes, in one transaction or not at all."""

    invite: Invite
    sign_in: SignIn
    user: User
    redemption: Redemption
    session: Session
    sealed_token: bytes
    token_expires_at: datetime


class PlexSignIn(Protocol):
    """plex.tv as a visitor meets it. Every call may raise PlexError."""

    def start(self, return_to: str) -> Pin: ...
    def token(self, pin_id: str) -> str | None:
        """The approved PIN's token, None while it waits. Raises PlexRefused once the PIN is gone."""

    def account(self, token: str) -> PlexAccount: ...
    def server_ids(self, token: str) -> frozenset[str]:
        """The machine identifiers of every server that this person can use or owns."""


class PlexSharing(Protocol):
    """plex.tv as the server's owner meets it. Every call may raise PlexError; a token refused is the owner's."""

    def share(self, account_id: int, grant: Grant) -> Share:
        """Share exactly the grant's libraries. Not idempotent: raises PlexRefused when already shared."""

    def find_share(self, account_id: int, machine_id: str) -> Share | None:
        """The share or pending invite of that account, by account id only."""

    def correct(self, share: Share, grant: Grant) -> None:
        """Bring an existing share's libraries and permissions to the grant. Repeatable."""


class PlexInvitations(Protocol):
    """plex.tv as the invitee meets it, with their own token; a token refused is theirs."""

    def accept(self, token: str, *, owner_id: int, machine_id: str) -> bool:
        """Accept that owner's invite to that server; False while there is none to accept."""


class Invites(Protocol):
    def add(self, invite: Invite) -> None:
        """Raises CodeTaken."""

    def get(self, code: str) -> Invite:
        """Raises InviteNotFound."""

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        """Both in one round trip."""

    def redemptions(self, code: str) -> list[Redemption]:
        """The invite's history, newest first (the latest hundred)."""


class SettingsStore(Protocol):
    def get(self) -> Settings: ...


class SignIns(Protocol):
    def add(self, sign_in: SignIn) -> None: ...
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


class Redemptions(Protocol):
    def get(self, redemption_id: str) -> Redemption:
        """Raises RedemptionNotFound."""

    def save(self, redemption: Redemption) -> Redemption:
        """Write over the version it came from; gives it with its new version. Raises OutOfDate."""

    def due(self, before: datetime, limit: int) -> list[str]:
        """Ids of redemptions in progress whose next look was due before then, the oldest first."""


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

    def end_access(self, user_id: str) -> None:
        """Have what that account was given on Plex taken away."""

    def refresh_libraries(self) -> None:
        """Have the server's libraries read from Plex into the settings."""


class Sessions(Protocol):
    def add(self, session: Session) -> None: ...
    def find(self, token: str, now: datetime) -> tuple[Session, User | None] | None:
        """The living session of that token and its account, in one round trip."""
