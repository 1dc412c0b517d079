"""Shares of the owner's server. They go through v2, which names the exact account and knows Live TV
(docs/decisions/0004-shares-through-v2.md); they are read through v1, which lists accepted and pending in one answer.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

from plexapi.myplex import MyPlexAccount

from chalicelib.plex.errors import PlexRefused, TemporaryPlexError
from chalicelib.plex.model import Grant, ListedShares, Share
from chalicelib.plexapi_client.calls import PlexCalls
from chalicelib.plexapi_client.lists import read_rows
from chalicelib.plexapi_client.owner_calls import OwnerCalls
from chalicelib.plexapi_client.transport import UNREADABLE

_FILTERS = ("filterMovies", "filterMusic", "filterPhotos", "filterTelevision")
V2 = "https://clients.plex.tv/api/v2/shared_servers"

Row = TypeVar("Row")
Answer = TypeVar("Answer")


class Shares(OwnerCalls):
    """The part of plex.ports.PlexOwner that is about shares."""

    def share(self, account_id: int, grant: Grant) -> Share:
        asked = {
            "machineIdentifier": grant.machine_id,
            "invitedId": account_id,
            "librarySectionIds": _section_ids(grant.section_ids),
            "settings": _settings(grant),
            "skipFriendship": True,
        }
        with self._asking() as owner:
            share = share_of_v2(owner.json("POST", V2, body=asked))
        if share.account_id != account_id:
            raise TemporaryPlexError("plex.tv answered another account's share")
        return share

    def find_share(self, account_id: int, machine_id: str) -> Share | None:
        shares = self._of_server(machine_id, lambda owner: read_shares(owner, machine_id))
        if shares is None:
            return None
        if not shares.tells_of(account_id):
            raise TemporaryPlexError("a row of plex.tv's list of shares could not be read")
        return shares.by_account.get(account_id)

    def correct(self, share: Share, grant: Grant) -> None:
        asked = {
            "machineIdentifier": grant.machine_id,
            "librarySectionIds": _section_ids(grant.section_ids),
            "settings": _settings(grant),
        }
        with self._asking() as owner:
            owner.json("POST", f"{V2}/{int(share.id)}", body=asked)

    def put_back(self, share: Share, was: Share, machine_id: str, library_ids: frozenset[str]) -> None:
        hidden = {} if was.filters is None else {**dict.fromkeys(_FILTERS, ""), **dict(was.filters)}
        settings = {"allowSync": bool(was.downloads), "allowTuners": int(bool(was.live_tv)), **hidden}
        asked = {
            "machineIdentifier": machine_id,
            "librarySectionIds": _section_ids(library_ids),
            "settings": settings,
        }
        with self._asking() as owner:
            owner.json("POST", f"{V2}/{int(share.id)}", body=asked)

    def unshare(self, share: Share) -> None:
        with self._removing() as owner:
            owner.json("DELETE", f"{V2}/{int(share.id)}")

    def library_ids(self, machine_id: str) -> frozenset[str]:
        return self._of_server(machine_id, lambda owner: _section_ids_of(owner, machine_id)) or frozenset()

    def _of_server(self, machine_id: str, read: Callable[[PlexCalls], Answer]) -> Answer | None:
        """What v1 says of the owner's server; None where that is no longer theirs, which a second answer confirms."""
        try:
            with self._asking() as owner:
                return read(owner)
        except PlexRefused as error:
            if error.is_absence and not self._owns(machine_id):
                return None
            raise TemporaryPlexError(str(error)) from error


def read_shares(owner: PlexCalls, machine_id: str) -> ListedShares:
    """All shares and invites of the server, through v1. An odd row costs what it says, not the rest."""
    rows = read_rows(owner, MyPlexAccount.FRIENDINVITE.format(machineId=machine_id), "SharedServer")
    return listed_shares(rows, account_of=account_of_v1, read=share_of_v1)


def listed_shares(
    rows: Iterable[Row], *, account_of: Callable[[Row], int | None], read: Callable[[Row], Share]
) -> ListedShares:
    """``account_of``: the account that a row is about, None for an invite to an address that none has. Of two rows
    of one account the accepted one counts: the other is what a cancelled invite left.
    """
    shares, unread, is_whole = dict[int, Share](), set[int](), True
    for row in rows:
        try:
            account_id = account_of(row)
        except UNREADABLE:
            is_whole = False
            continue
        if account_id is None:
            continue
        try:
            share = read(row)
        except UNREADABLE:
            unread.add(account_id)
            continue
        if account_id not in shares or (share.accepted and not shares[account_id].accepted):
            shares[account_id] = share
    known = {id_: share for id_, share in shares.items() if id_ not in unread}
    return ListedShares(known, frozenset(unread), is_whole)


def account_of_v1(row: Element) -> int | None:
    account_id = int(row.attrib.get("userID") or 0)
    if not account_id and (_is_accepted(row) or not row.attrib.get("email")):
        raise ValueError("the row does not say which account it is about")
    return account_id or None


def account_of_v2(row: Any) -> int | None:
    account_id = int(row["invitedId"] or 0)
    if row["machineIdentifier"] is None or (not account_id and (row["accepted"] or not row["invitedEmail"])):
        raise ValueError("the row does not say which account it is about")
    return account_id or None


def _is_accepted(row: Element) -> bool:
    return (row.attrib.get("acceptedAt") or "0") != "0"


def _section_ids_of(owner: PlexCalls, machine_id: str) -> frozenset[str]:
    answer = owner.xml("GET", MyPlexAccount.PLEXSERVERS.format(machineId=machine_id))
    if answer.tag != "MediaContainer":
        raise TemporaryPlexError("plex.tv's answer was about something else")
    return frozenset(row.attrib["id"] for row in answer.iter("Section"))


def _section_ids(ids: Iterable[str]) -> list[int]:
    """Never empty: to Plex that means every library, present and future (docs/plex.md, trap 1)."""
    if not ids:
        raise AssertionError("a share without libraries must never reach Plex")
    return [int(id_) for id_ in ids]


def _settings(grant: Grant) -> dict[str, Any]:
    features = grant.features
    return {
        "allowSync": features.downloads,
        "allowTuners": 1 if features.live_tv else 0,
        "allowChannels": False,
        "allowCameraUpload": False,
        "allowSubtitleAdmin": False,
        **dict.fromkeys(_FILTERS, ""),
        **dict(grant.filters),
    }


def share_of_v2(answer: Any) -> Share:
    settings = answer.get("sharingSettings") or {}
    return Share(
        id=str(int(answer["id"])),
        account_id=int(answer["invitedId"]),
        library_ids=frozenset(str(library["id"]) for library in answer["libraries"]),
        everything=bool(answer["allLibraries"]),
        accepted=answer["accepted"] is True,
        downloads=_flag(settings.get("allowSync")),
        live_tv=_flag(settings.get("allowTuners")),
        filters=_filters(settings),
    )


def share_of_v1(row: Element) -> Share:
    return Share(
        id=str(int(row.attrib["id"])),
        account_id=int(row.attrib["userID"]),
        library_ids=frozenset(
            section.attrib["id"] for section in row.findall("Section") if section.attrib.get("shared") == "1"
        ),
        everything=row.attrib.get("allLibraries") == "1",
        accepted=_is_accepted(row),
        downloads=_flag(row.attrib.get("allowSync")),
        live_tv=_flag(row.attrib.get("allowTuners")),
        filters=_filters(row.attrib),
    )


def _filters(about: Mapping[str, Any]) -> tuple[tuple[str, str], ...] | None:
    """Those that hide something; None where nothing is said of them."""
    if not any(name in about for name in _FILTERS):
        return None
    return tuple((name, str(about[name])) for name in _FILTERS if about.get(name))


def _flag(value: Any) -> bool | None:
    return None if value is None else str(value).lower() not in ("", "0", "false")
