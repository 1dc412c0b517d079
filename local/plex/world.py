"""The state of plex.tv: who exists, who owns what, who shares what with whom.

The rules about it stand in `local.plex.rules`. Every call is served while `lock` is held: no rule takes it.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from local.plex.calls import CallLog
from local.plex.errors import NotFound
from local.plex.faults import Faults
from local.plex.rules.model import Account, Home, Invitee, Pin, Section, Server, Share, Token
from local.plex.rules.options import Options

Pair = tuple[int, Invitee]
"""An inviter's account id and whom they invited."""


class NameTaken(ValueError):
    """Another account has this user name or e-mail address."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """One plex.tv. `furnish` puts in what it starts with, now and at every reset."""

    def __init__(self, furnish: Callable[["World"], None] | None = None, now: Callable[[], datetime] = utc_now) -> None:
        self.lock = threading.RLock()
        self.now = now
        self.faults = Faults()
        self.calls = CallLog()
        self.ever_issued: list[str] = []
        self._furnish = furnish
        self.reset()

    def reset(self, *, furnished: bool = True) -> None:
        """Forget everything but `ever_issued`, which a test may want to search its logs for at the end."""
        self.options = Options()
        self.accounts: dict[int, Account] = {}
        self.tokens: dict[str, Token] = {}
        self.pins: dict[int, Pin] = {}
        self.servers: dict[str, Server] = {}
        self.shares: dict[int, Share] = {}
        self.friendships: set[frozenset[int]] = set()
        self.friend_requests: dict[Pair, datetime] = {}
        self.homes: dict[int, Home] = {}
        self.home_invites: dict[Pair, datetime] = {}
        self._ids: set[int] = set()
        self.faults.clear()
        self.calls.clear()
        if furnished and self._furnish:
            self._furnish(self)

    def fresh_id(self, digits: int) -> int:
        """Draw an id that nothing else here has, so that a mix-up of two kinds never goes well by chance."""
        smallest = int("1".ljust(digits, "0"))
        while (drawn := smallest + secrets.randbelow(9 * smallest)) in self._ids:
            pass
        self._ids.add(drawn)
        return drawn

    def fresh_secret(self) -> str:
        """Draw 20 characters, as long as plex.tv's tokens."""
        return secrets.token_urlsafe(15)

    # Accounts

    def add_account(
        self, username: str, email: str, *, title: str = "", account_id: int | None = None, **facts: bool
    ) -> Account:
        """Add a person; pending invites to their e-mail address become theirs."""
        self._refuse_taken_names(username, email, but=None)
        account_id = account_id or self.fresh_id(8)
        account = Account(
            id=account_id,
            uuid=hashlib.sha256(f"account {account_id}".encode()).hexdigest()[:16],
            username=username,
            email=email,
            title=title or username,
            joined_at=self.now(),
            **facts,
        )
        self.accounts[account_id] = account
        self._hand_over_invites(account)
        return account

    def rename(self, account: Account, username: str, email: str) -> None:
        self._refuse_taken_names(username, email, but=account)
        account.username, account.email = username, email
        self._hand_over_invites(account)

    def remove_account(self, account_id: int) -> None:
        """Remove a person and everything that is theirs or about them."""
        del self.accounts[account_id]
        for server in [server for server in self.servers.values() if server.owner_id == account_id]:
            self.remove_server(server)
        self.shares = {share.id: share for share in self.shares.values() if share.invitee != account_id}
        for token in self.tokens.values():
            token.live = token.live and token.account_id != account_id
        self.friendships = {pair for pair in self.friendships if account_id not in pair}
        self.friend_requests = {pair: at for pair, at in self.friend_requests.items() if account_id not in pair}
        self.home_invites = {pair: at for pair, at in self.home_invites.items() if account_id not in pair}
        self.homes.pop(account_id, None)
        for home in self.homes.values():
            home.member_ids = [member for member in home.member_ids if member != account_id]

    def account_named(self, username_or_email: str) -> Account | None:
        wanted = username_or_email.strip().lower()
        everyone = self.accounts.values()
        return next((who for who in everyone if wanted and wanted in _names_of(who)), None)

    def home_of(self, account_id: int) -> Home | None:
        return next((home for home in self.homes.values() if account_id in home.member_ids), None)

    def _refuse_taken_names(self, username: str, email: str, but: Account | None) -> None:
        for name in filter(None, (username, email)):
            if self.account_named(name) not in (None, but):
                raise NameTaken(f"{name} is taken")

    def _hand_over_invites(self, account: Account) -> None:
        address = account.email.lower()
        for share in self.shares.values():
            if address and share.invitee == address:
                share.invitee = account.id
        for invites in (self.friend_requests, self.home_invites):
            for inviter, invitee in [pair for pair in invites if address and pair[1] == address]:
                invites[inviter, account.id] = invites.pop((inviter, invitee))

    # Servers

    def add_server(self, owner: Account, name: str, *, machine_id: str | None = None) -> Server:
        server = Server(self.fresh_id(7), machine_id or secrets.token_hex(20), name, owner.id, self.now())
        self.servers[server.machine_id] = server
        return server

    def remove_server(self, server: Server) -> None:
        del self.servers[server.machine_id]
        self.shares = {sid: one for sid, one in self.shares.items() if one.machine_id != server.machine_id}

    def add_section(
        self, server: Server, title: str, kind: str, *, section_id: int | None = None, key: int | None = None
    ) -> Section:
        """Add a library; two of the same title are as fine as they are on plex.tv."""
        next_key = 1 + max((section.key for section in server.sections), default=0)
        section = Section(section_id or self.fresh_id(9), key or next_key, title, kind)
        server.sections.append(section)
        return section

    def server_of(self, owner: Account, machine_id: str) -> Server:
        """Return the owner's server; another's is as unknown as none at all."""
        server = self.servers.get(machine_id)
        if server is None or server.owner_id != owner.id:
            raise NotFound
        return server


def _names_of(account: Account) -> set[str]:
    return {account.username.lower(), account.email.lower()} - {""}
