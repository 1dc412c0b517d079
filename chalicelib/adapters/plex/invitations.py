"""ports.PlexInvitations: the invitee's side, with their own token."""

from typing import Any

from chalicelib.adapters.plex.accounts import SignedInAccount
from chalicelib.adapters.plex.transport import PlexSession, readable

_V2 = "https://clients.plex.tv/api/v2/shared_servers"


class PlexApiInvitations:
    def __init__(self, *, client_id: str, base_url: str | None) -> None:
        self._client_id, self._base_url = client_id, base_url

    def accept(self, token: str, *, owner_id: int, machine_id: str) -> bool:
        account = SignedInAccount(token, PlexSession(self._client_id, self._base_url))
        with readable():
            pending = account.json("get", f"{_V2}/invites/received/pending")
            wanted = [
                shared["id"]
                for invitation in pending
                for shared in invitation["sharedServers"]
                if _is_from(invitation, owner_id) and shared["machineIdentifier"] == machine_id
            ]
            for share_id in wanted:
                account.json("post", f"{_V2}/{int(share_id)}/accept")
        return bool(wanted)


def _is_from(invitation: Any, owner_id: int) -> bool:
    """By owner id, and with the machine id only: anything looser accepts strangers' invitations (plex.md, 7)."""
    return int(invitation["owner"]["id"]) == owner_id
