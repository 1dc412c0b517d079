"""ports.PlexSharing: the owner's side. Shares go through v2, which names the exact account and knows Live TV
(docs/decisions/0004-shares-through-v2.md); they are read through v1, which lists accepted and pending in one answer.
"""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from chalicelib.adapters.plex.accounts import SignedInAccount
from chalicelib.adapters.plex.transport import PlexSession, readable
from chalicelib.domain.redemptions import Grant
from chalicelib.ports import PlexPassing, Share

_V2 = "https://clients.plex.tv/api/v2/shared_servers"


class PlexApiSharing:
    """``owner_token`` is asked for at the first call only, and kept no longer than this object."""

    def __init__(self, *, owner_token: Callable[[], str], client_id: str, base_url: str | None) -> None:
        self._owner_token, self._client_id, self._base_url = owner_token, client_id, base_url
        self._signed_in: SignedInAccount | None = None

    def share(self, account_id: int, grant: Grant) -> Share:
        asked = {
            "machineIdentifier": grant.machine_id,
            "invitedId": account_id,
            "librarySectionIds": _section_ids(grant),
            "settings": _settings(grant),
            "skipFriendship": True,
        }
        with readable():
            share = _share_of_v2(self._account().json("post", _V2, json=asked))
        if share.account_id != account_id or share.everything or share.library_ids != set(grant.library_ids):
            raise PlexPassing("plex.tv answered a share other than the one asked for")
        return share

    def find_share(self, account_id: int, machine_id: str) -> Share | None:
        url = SignedInAccount.FRIENDINVITE.format(machineId=machine_id)
        with readable():
            answer = self._account().query(url)
            if answer.tag != "MediaContainer":
                raise PlexPassing("plex.tv's list of shares could not be read")
            shares = [_share_of_v1(row) for row in answer.findall("SharedServer")]
        return next((share for share in shares if share.account_id == account_id), None)

    def correct(self, share: Share, grant: Grant) -> None:
        asked = {
            "machineIdentifier": grant.machine_id,
            "librarySectionIds": _section_ids(grant),
            "settings": _settings(grant),
        }
        with readable():
            self._account().json("post", f"{_V2}/{share.id}", json=asked)

    def _account(self) -> SignedInAccount:
        if self._signed_in is None:
            session = PlexSession(self._client_id, self._base_url)
            self._signed_in = SignedInAccount(self._owner_token(), session)
        return self._signed_in


def _section_ids(grant: Grant) -> list[int]:
    """Never empty: to Plex that means every library, present and future (plex.md, trap 1)."""
    if not grant.library_ids:
        raise AssertionError("a grant without libraries must never reach Plex")
    return [int(id_) for id_ in grant.library_ids]


def _settings(grant: Grant) -> dict[str, Any]:
    features = grant.features
    return {
        "allowSync": features.downloads,
        "allowTuners": 1 if features.live_tv else 0,
        "allowChannels": False,
        "allowCameraUpload": False,
        "allowSubtitleAdmin": False,
        "filterMovies": "",
        "filterMusic": "",
        "filterPhotos": "",
        "filterTelevision": "",
    }


def _share_of_v2(answer: Any) -> Share:
    return Share(
        id=str(int(answer["id"])),
        account_id=int(answer["invitedId"]),
        library_ids=frozenset(str(library["id"]) for library in answer["libraries"]),
        everything=bool(answer["allLibraries"]),
        accepted=bool(answer["accepted"]),
    )


def _share_of_v1(row: Element) -> Share:
    return Share(
        id=row.attrib["id"],
        account_id=int(row.attrib.get("userID") or 0),
        library_ids=frozenset(
            section.attrib["id"] for section in row.findall("Section") if section.attrib.get("shared") == "1"
        ),
        everything=row.attrib.get("allLibraries") == "1",
        accepted=bool(row.attrib.get("acceptedAt")),
    )
