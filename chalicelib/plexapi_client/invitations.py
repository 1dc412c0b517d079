"""The invitee's side, with their own token. Invites are accepted through v2, and through v1 where v2 has none: each
has been gone at times (docs/plex.md, trap 4). Only v1 knows invites into a Home.
"""

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from plexapi.myplex import MyPlexAccount, MyPlexInvite

from chalicelib.plex.errors import PlexRefused, TemporaryPlexError
from chalicelib.plexapi_client.calls import PlexCalls
from chalicelib.plexapi_client.sign_in import PersonCalls
from chalicelib.plexapi_client.transport import readable

_V2 = "https://clients.plex.tv/api/v2/shared_servers"
_PARTS = ("friend", "home", "server")


class Invitations(PersonCalls):
    """The part of plex.ports.PlexPerson that is about invitations."""

    def accept_share(self, token: str, share_id: str) -> bool:
        try:
            with readable():
                self._account(token).json("POST", f"{_V2}/{int(share_id)}/accept")
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
            return self._account(token).xml("GET", MyPlexAccount.key).attrib["confirmed"] not in ("0", "false")

    def _accepted_through_v2(self, account: PlexCalls, owner_id: int, machine_id: str) -> bool:
        with readable():
            pending = account.json("GET", f"{_V2}/invites/received/pending")
            if not isinstance(pending, list):
                raise TemporaryPlexError("plex.tv's list of invites could not be read")
            wanted = list(_shares_from(pending, owner_id, machine_id))
            for share_id in wanted:
                account.json("POST", f"{_V2}/{share_id}/accept")
        return bool(wanted)

    def _accepted_through_v1(self, account: PlexCalls, owner_id: int, part: str) -> bool:
        """v1 names no machine, and an owner's invites are accepted all at once: by owner id, with its own flags,
        for none at all would be answered as if all was well (docs/plex.md, 7). A read tells what came of it.
        """
        with readable():
            answer = account.xml("GET", MyPlexInvite.REQUESTS)
            if answer.tag != "MediaContainer":
                raise TemporaryPlexError("plex.tv's list of invites could not be read")
            wanted = [row for row in answer.iter("Invite") if _is_from(row, owner_id) and row.attrib.get(part) == "1"]
            for row in wanted:
                flags = {name: row.attrib.get(name, "0") for name in _PARTS}
                account.xml("PUT", f"{MyPlexInvite.REQUESTS}/{owner_id}", params=flags)
        return bool(wanted)


def _shares_from(pending: Any, owner_id: int, machine_id: str) -> Iterable[int]:
    """By owner id *and* machine id: anything looser accepts strangers' invitations (docs/plex.md, 7)."""
    for invitation in pending:
        if int(invitation["owner"]["id"]) == owner_id:
            yield from (
                int(shared["id"]) for shared in invitation["sharedServers"] if shared["machineIdentifier"] == machine_id
            )


def _is_from(row: Element, owner_id: int) -> bool:
    return row.attrib.get("id") == str(owner_id)
