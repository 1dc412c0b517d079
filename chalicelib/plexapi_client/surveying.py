"""All people of the owner's server at once. How plex.tv cuts its lists is not published: each plausible form is read.
What is incomplete is refused: no person is taken for gone because of it (docs/plex.md).
"""

from typing import Any
from xml.etree.ElementTree import Element

from plexapi.myplex import MyPlexAccount

from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plex.model import HomeMember, Share, SurveyedPerson
from chalicelib.plexapi_client.home import PEOPLE, Home
from chalicelib.plexapi_client.shares import V2, Shares, share_of_v1, share_of_v2

PAGE = 500
"""Rows asked for at once: more than an owner may share with."""
_TRIES = 2
"""A list that changed while its pages were read is read once more."""


class Surveying(Shares, Home):
    """The part of plex.ports.PlexOwner that looks at everybody."""

    def survey(self, machine_id: str) -> tuple[SurveyedPerson, ...]:
        with self._looking():
            rows = self._all_rows(MyPlexAccount.FRIENDINVITE.format(machineId=machine_id), "SharedServer")
            shares = {share.account_id: share for share in map(share_of_v1, rows) if share.account_id}
            people = {int(row.attrib["id"]): row for row in self._all_rows(PEOPLE, "User")}
            members = {member.account_id: member for member in self.home_members()}
            _must_agree(machine_id, shares, people)
            ids = sorted(shares.keys() | people.keys() | members.keys())
            return tuple(_person(id_, shares.get(id_), people.get(id_), members.get(id_)) for id_ in ids)

    def owned_shares(self, machine_id: str) -> dict[int, Share]:
        with self._looking() as owner:
            listed = [each for state in ("accepted", "pending") for each in owner.json("GET", f"{V2}/owned/{state}")]
            mine = [each for each in listed if each["machineIdentifier"] == machine_id and each["invitedId"]]
            return {share.account_id: share for share in map(share_of_v2, mine)}

    def _all_rows(self, url: str, tag: str) -> list[Element]:
        for _ in range(_TRIES):
            rows = self._pages(url, tag)
            if rows is not None:
                return rows
        raise TemporaryPlexError("plex.tv's list changed each time while it was read")

    def _pages(self, url: str, tag: str) -> list[Element] | None:
        """All rows; None where the pages do not fit together. Without totals, a page that is not full is the last."""
        rows = list[Element]()
        totals = set[str]()
        while True:
            with self._looking() as owner:
                asked = {"X-Plex-Container-Start": len(rows), "X-Plex-Container-Size": PAGE}
                answer = owner.xml("GET", url, params=asked)
            page = _rows_of(answer, tag)
            rows += page
            total = answer.attrib.get("totalSize")
            totals.add(total or "")
            if len(totals) > 1 or len({row.attrib["id"] for row in rows}) < len(rows):
                return None
            if total is None and len(page) < PAGE:
                return rows
            if total is not None and len(rows) >= int(total):
                return rows if len(rows) == int(total) else None
            if not page:
                return None


def _rows_of(answer: Element, tag: str) -> list[Element]:
    if answer.tag != "MediaContainer":
        raise TemporaryPlexError("plex.tv's answer was about something else")
    rows = answer.findall(tag)
    size = answer.attrib.get("size")
    if size is not None and int(size) != len(rows):
        raise TemporaryPlexError("plex.tv's list is not complete")
    return rows


def _must_agree(machine_id: str, shares: dict[int, Share], people: dict[int, Element]) -> None:
    """Both lists tell who accepted: where they differ, one of them is not complete."""
    in_people = {
        id_
        for id_, row in people.items()
        for server in row.findall("Server")
        if server.attrib.get("machineIdentifier") == machine_id
        and server.attrib.get("owned") != "0"
        and server.attrib.get("pending") != "1"
    }
    accepted = {id_ for id_, share in shares.items() if share.accepted}
    if in_people != accepted:
        raise TemporaryPlexError("plex.tv's lists do not agree about who accepted")


def _person(id_: int, share: Share | None, row: Element | None, member: HomeMember | None) -> SurveyedPerson:
    about: dict[str, Any] = dict(row.attrib) if row is not None else {}
    name = about.get("title") or about.get("username") or (member.title if member else "")
    invited = None if about.get("home") == "1" else False
    return SurveyedPerson(
        account_id=id_,
        name=name,
        share=share,
        at_home=True if member else invited,
        managed=bool(member and member.managed),
    )
