"""plex.tv as a person and as the server's owner meet it, and the queue for what only the owner's token can do."""

from collections.abc import Callable
from typing import Protocol

from chalicelib.plex.model import (
    Grant,
    HomeCapacity,
    HomeMember,
    Library,
    ListedShares,
    OwnedServer,
    Pin,
    PlexAccount,
    Share,
    Survey,
)

KeepOwnerToken = Callable[[str], None]
"""Keeps the owner's Plex token where only the queue function can read it."""

OwnerTokenVersion = Callable[[], str]
"""Changes whenever another token is set, and tells nothing about it."""


class PlexPerson(Protocol):
    """plex.tv as a person meets it: a visitor who signs in, an invitee. Every call may raise PlexError.

    Each sign-in is a client of its own, which the texts that stand for a PIN and for a token name as well: plex.tv
    keeps one token for an account and a client, and a later one makes the earlier void.
    """

    def start(self, return_to: str) -> Pin:
        """A new sign-in; plex.tv sends the person back to ``return_to``."""

    def token(self, pin_id: str) -> str | None:
        """The approved PIN's token, None while it waits. Raises PlexRefused once the PIN is gone."""

    def sign_out(self, token: str) -> None:
        """Have plex.tv forget the token, and the client with it. Repeatable; raises nothing but TemporaryPlexError."""

    def account(self, token: str) -> PlexAccount:
        """The account that the token speaks for."""

    def server_ids(self, token: str, *, account_id: int, owner_id: int) -> frozenset[str]:
        """The machine identifiers of that owner's servers which this person can use. The identifier alone would not
        do: a server says its own.
        """

    def account_with_servers(self, token: str, *, owner_id: int) -> tuple[PlexAccount, frozenset[str]]:
        """Both of these, asked for side by side: the person waits."""

    def owned_servers(self, token: str) -> tuple[OwnedServer, ...]:
        """The servers that this person owns."""

    def is_confirmed(self, token: str) -> bool:
        """Whether the person verified their e-mail address and agreed to what Plex asks of them."""

    def accept_share(self, token: str, share_id: str) -> bool:
        """Accept the invite to that share; False while plex.tv does not show it to the person."""

    def accept_matching(self, token: str, *, owner_id: int, machine_id: str) -> bool:
        """Accept that owner's invite to that server; False while there is none to accept."""

    def join_home(self, token: str, *, owner_id: int) -> bool:
        """Accept that owner's invite into their Home, and what came with it; False while there is none."""


class PlexOwner(Protocol):
    """plex.tv as the server's owner meets it. Every call may raise TemporaryPlexError and OwnerTokenRefused; what only
    reads or removes raises nothing else, for a refusal there says nothing about the person.
    """

    def libraries(self, machine_id: str) -> tuple[str, tuple[Library, ...]]:
        """The server's name and its libraries. Raises PlexRefused when it is not the owner's (any more)."""

    def share(self, account_id: int, grant: Grant) -> Share:
        """Share exactly the grant's libraries. Not idempotent. Raises PlexRefused, also when already shared."""

    def find_share(self, account_id: int, machine_id: str) -> Share | None:
        """The share or pending invite of that account, by account id only; None only where a whole list lacks it."""

    def survey(self, machine_id: str) -> Survey:
        """All people of the server and of the Home, in about three calls however many there are.

        Raises TemporaryPlexError where a list is not whole, or lists do not agree: no person is gone because of that.
        """

    def owned_shares(self, machine_id: str) -> ListedShares:
        """The server's shares and invites, as another part of plex.tv lists them. Raises likewise."""

    def home_invites(self) -> frozenset[int]:
        """The accounts that are invited into the Home and have not accepted, as far as plex.tv lists them."""

    def correct(self, share: Share, grant: Grant) -> None:
        """Bring an existing share's libraries and permissions to the grant. Repeatable. Raises PlexRefused."""

    def put_back(self, share: Share, was: Share, machine_id: str, library_ids: frozenset[str]) -> None:
        """Bring an existing share back to what it was, with these libraries. Repeatable. Raises PlexRefused."""

    def unshare(self, share: Share) -> None:
        """End a share, or take back an invite. Repeatable; only a read tells whether it is gone."""

    def library_ids(self, machine_id: str) -> frozenset[str]:
        """The global section ids of the server's libraries, none where the server is gone."""

    def home_members(self) -> tuple[HomeMember, ...]:
        """Everybody in the owner's Plex Home."""

    def is_at_home(self, account_id: int) -> bool:
        """Whether that account is in the Home, or invited into it."""

    def email_of(self, account_id: int) -> str | None:
        """The e-mail address of one of the owner's people, None where plex.tv does not say it."""

    def invite_home(self, name: str) -> bool:
        """Invite an existing account by e-mail or user name; whether the answer says so. Not idempotent. Raises
        PlexRefused, also when invited already.
        """

    def create_managed(self, title: str) -> int:
        """Make a managed user and give its account id. Not idempotent, by far. Raises PlexRefused."""

    def remove_from_home(self, account_id: int) -> None:
        """Remove a member (a managed user ceases to exist), or take back an invite. Repeatable."""

    def home_capacity(self) -> HomeCapacity:
        """How full the Home is, and whether the owner may fill it."""


class WorkQueue(Protocol):
    """Work for the queue function, the only one that may read the owner's Plex token."""

    def align(self, user_id: str, *, delay: int = 0) -> None:
        """Have that account's access looked at, after ``delay`` seconds (at most 900)."""

    def batch(self, batch_id: str) -> None:
        """Have what was decided for many members taken for each of them."""

    def look(self) -> None:
        """Have everybody on Plex looked at."""

    def finish_renewal(self, sign_in_id: str, *, delay: int = 0) -> None:
        """Have that renewal of the owner's sign-in finished, should its browser not come back."""

    def observe(self, plex_id: int) -> None:
        """Have it noted what Plex has of that account."""

    def forget_tokens(self, key: str, *, delay: int = 0, only_expired: bool = False) -> None:
        """Have the tokens that are held under that key signed out at plex.tv and deleted."""

    def migrate(self, *, delay: int = 0) -> None:
        """Have the stored data migrated, or go on with it."""

    def refresh_libraries(self) -> None:
        """Have the server's libraries read from Plex into the settings."""
