"""Where redemptions are stored, with what is held while they are under way, and the transactions that begin and undo
them.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from chalicelib.access.model import Access
from chalicelib.access.progress import State
from chalicelib.access.seats import NO_SEATS, Room, Seats
from chalicelib.accounts.model import Former, Tombstone, User
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.common.pages import Page
from chalicelib.common.records import dataclass, field
from chalicelib.events.model import Entry
from chalicelib.invites.model import Invite, Status
from chalicelib.redemptions.model import Redemption
from chalicelib.settings.model import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """All that one redemption writes, in one transaction or not at all.

    ``settings_version``: the settings that it rests on. A person who signed in with Plex brings a sign-in and a token
    to hold, a local account a password's hash. ``access`` is what is wanted from now on, made anew or decided over the
    edition before. ``renews``: the account as it was, where it is there already; then ``user`` is what becomes of it,
    and may have another Plex id. ``seats_before``: those that the access takes already; ``room``: how many there are.
    """

    invite: Invite
    settings_version: int
    user: User
    redemption: Redemption
    access: Access
    session: Session
    sign_in: SignIn | None = None
    plex_token: str | None = field(default=None, repr=False)
    token_expires_at: datetime | None = None
    password_hash: str | None = field(default=None, repr=False)
    renews: User | None = None
    seats_before: Seats = field(default_factory=Seats)
    room: Room = field(default_factory=Room)


class Claims(Protocol):
    def get_sign_in(self, sign_in_id: str, code: str) -> tuple[SignIn | None, Invite | None, Settings]:
        """The sign-in, the invite of that code and the settings, in one round trip."""

    def claim(self, claim: Claim) -> None:
        """Write it all or nothing. The token is encrypted for that account only.

        Raises StaleWrite when the invite, the settings, the access or the sign-in is no longer what the claim was made
        from, InviteNotActive when the invite's creator is not open or may not create invites, AlreadyHasAccess when an
        account exists for the Plex id (or what is remembered of it is not what the claim goes over) or for a local
        account's address, AddressTaken for a Plex account's, UserNameTaken, SeatsTaken where nothing else is wrong.
        """

    def of_plex_account(self, plex_id: int) -> tuple[User, Redemption | None] | None:
        """The open account of that Plex id, and its latest redemption."""

    def of_email(self, email: str) -> tuple[User, Redemption | None] | None:
        """The same for an e-mail address in its normal form."""

    def former_account(self, plex_id: int) -> Former | None:
        """The closed account of that Plex id, None where there is none, or where it is open."""

    def link(
        self,
        user: User,
        plex_id: int,
        access: Access | None,
        *,
        entry: Entry,
        over: Tombstone | None = None,
        seats_before: Seats = NO_SEATS,
        room: Room | None = None,
    ) -> None:
        """Give a local account its Plex id, and write what was decided, in one transaction, with the journal's entry;
        its password goes, and its epoch rises, so that every session counts no more. ``over``: what was remembered of
        that Plex account.

        Raises AlreadyHasAccess when another account holds the Plex id, StaleWrite.
        """


MOST_COUNTED = 5000
"""Accounts, and redemptions that need attention, are counted one by one, no further than this."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """``redemptions``: how many were begun on which day (UTC). ``paused_since``: while Plex refuses the owner.

    ``users`` and ``needs_attention`` are no higher than ``most_counted``, which stands for that many or more.
    """

    invites: Mapping[Status, int]
    redemptions: Mapping[date, int]
    users: int
    needs_attention: int
    paused_since: datetime | None = None
    most_counted: int = MOST_COUNTED


class RedemptionStore(Protocol):
    """Redemptions, which their accesses write."""

    def get(self, redemption_id: str) -> Redemption:
        """Raises RedemptionNotFound."""

    def page(self, states: frozenset[State], *, after: str | None, limit: int) -> Page[Redemption]:
        """Those in one of these states, the newest first."""

    def of_invite(self, code: str, *, after: str | None, limit: int) -> Page[Redemption]:
        """The invite's redemptions, the newest first."""

    def states(self, redemption_ids: Iterable[str]) -> dict[str, State]:
        """How far these redemptions are."""

    def count(self, *, now: datetime, since: date) -> Numbers:
        """Invites by status, redemptions a day since then, accounts, and what needs attention."""
