"""plex.tv, as a visitor, an invitee and the server's owner meet it.

PlexError                      plex.tv did not do what it was asked
├── PlexPassing                may well work later; whether a request took effect is unknown
├── PlexRefused                it said no, and will say no again
└── PlexTokenRefused           the person's token does not count any more
    └── OwnerTokenRefused      the owner's does not: nobody's fault who is being invited
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from chalicelib.domain.ownership import OwnedServer
from chalicelib.domain.redemptions import Grant
from chalicelib.domain.settings import Library


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


class OwnerTokenWriter(Protocol):
    def write(self, token: str) -> None:
        """Keep the owner's Plex token where only the queue function can read it."""
