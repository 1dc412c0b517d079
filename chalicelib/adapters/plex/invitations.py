"""ports.PlexInvitations: the invitee's side, with their own token. Invites are accepted through v2, and through v1
where v2 has none: each has been gone at times (plex.md, trap 4). Only v1 knows invites into a Home.
"""

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from plexapi.myplex import MyPlexInvite

from chalicelib.adapters.plex.accounts import SignedInAccount
from chalicelib.adapters.plex.transport import TIMEOUT, PlexSession, readable
from chalicelib.ports import PlexPassing, PlexRefused

_V2 = "https://clients.plex.tv/api/v2/shared_servers"
_PARTS = ("friend", "home", "server")


class PlexApiInvitations:
    def __init__(self, *, client_id: str, base_url: str | None, timeout: float = TIMEOUT) -> None:
        self._client_id, self._base_url, self._timeout = client_id, base_url, timeout

    def accept_share(self, token: str, share_id: str) -> bool:
        try:
            with readable():
                self._account(token).json("post", f"{_V2}/{int(share_id)}/accept")
        except PlexRefused as error:
            if error.is_absence:
                return False
            raise
        return True

    def accept_matching(self, token: str, *, owner_id: int, machine_id: str) -> bool:
        account = self._account(token)
        try:
            return self._accepted_through_v2(account, owner_id, machine_id)
        except PlexRefused as error:
            if error.is_absence:
                return self._accepted_through_v1(account, owner_id, "server")
            raise

    def join_home(self, token: str, *, owner_id: int) -> bool:
        return self._accepted_through_v1(self._account(token), owner_id, "home")

    def is_confirmed(self, token: str) -> bool:
        with readable():
            return self._account(token).query(SignedInAccount.key).attrib["confirmed"] not in ("0", "false")

    def _accepted_through_v2(self, account: SignedInAccount, owner_id: int, machine_id: str) -> bool:
        with readable():
            pending = account.json("get", f"{_V2}/invites/received/pending")
            if not isinstance(pending, list):
                raise PlexPassing("plex.tv's list of invites could not be read")
            wanted = list(_shares_from(pending, owner_id, machine_id))
            for share_id in wanted:
                account.json("post", f"{_V2}/{share_id}/accept")
        return bool(wanted)

    def _accepted_through_v1(self, account: SignedInAccount, owner_id: int, part: str) -> bool:
        """v1 names no machine, and an owner's invites are accepted all at once: by owner id, with its own flags,
        for none at all would be answered as if all was well (plex.md, 7). A read tells what came of it.
        """
        with readable():
            answer = account.query(MyPlexInvite.REQUESTS)
            if answer.tag != "MediaContainer":
                raise PlexPassing("plex.tv's list of invites could not be read")
            wanted = [row for row in answer.iter("Invite") if _is_from(row, owner_id) and row.attrib.get(part) == "1"]
            for row in wanted:
                flags = {name: row.attrib.get(name, "0") for name in _PARTS}
                account.send("put", f"{MyPlexInvite.REQUESTS}/{owner_id}", params=flags)
        return bool(wanted)

    def _account(self, token: str) -> SignedInAccount:
        return SignedInAccount(token, PlexSession(self._client_id, self._base_url, self._timeout))


def _shares_from(pending: Any, owner_id: int, machine_id: str) -> Iterable[int]:
    """By owner id *and* machine id: anything looser accepts strangers' invitations (plex.md, 7)."""
    for invitation in pending:
        if int(invitation["owner"]["id"]) == owner_id:
            yield from (
                int(shared["id"]) for shared in invitation["sharedServers"] if shared["machineIdentifier"] == machine_id
            )


def _is_from(row: Element, owner_id: int) -> bool:
    return row.attrib.get("id") == str(owner_id)
