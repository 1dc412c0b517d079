"""From a claim to libraries on Plex, and back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.domain.departures import Departure
from chalicelib.domain.invites import Invite
from chalicelib.domain.paging import Page
from chalicelib.domain.pauses import Pause
from chalicelib.domain.redemptions import Redemption, State
from chalicelib.domain.sessions import Session, SignIn
from chalicelib.domain.users import User


class PlexIdTaken(Exception):
    """Another account has this Plex id; nothing was written."""


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

    def link(self, user: User, plex_id: int, redemption: Redemption | None, *, sessions_end_at: datetime) -> None:
        """Give a local account its Plex id, and save its redemption, in one transaction; its password goes, and the
        sessions begun until ``sessions_end_at`` count no more.

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
