"""All people of the owner's server at once. What is not whole is refused, and a row that cannot be read is passed over:
no person is taken for gone because of it (docs/plex.md, 3).
"""

from typing import Any
from xml.etree.ElementTree import Element

from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plex.model import ListedShares, Place, Share, Survey, SurveyedPerson
from chalicelib.plexapi_client.home import HOME_USERS, PEOPLE, Home, is_of_home, member_of
from chalicelib.plexapi_client.lists import Listed, read_listed
from chalicelib.plexapi_client.shares import V2, Shares, account_of_v2, listed_shares, read_shares, share_of_v2


class Surveying(Shares, Home):
    """The part of plex.ports.PlexOwner that looks at everybody."""

    def survey(self, machine_id: str) -> Survey:
        with self._looking() as owner:
            shares = read_shares(owner, machine_id)
            people, members = read_listed(owner, PEOPLE, "User"), read_listed(owner, HOME_USERS, "User")
            _must_agree(machine_id, shares, people)
            return _survey(shares, people, members)

    def owned_shares(self, machine_id: str) -> ListedShares:
        """Invites first: one that is accepted between the two calls is in both lists, rather than in none."""
        with self._looking() as owner:
            listed = [each for state in ("pending", "accepted") for each in _rows(owner.json("GET", _owned(state)))]
        mine = [
            each for each in listed if not isinstance(each, dict) or each.get("machineIdentifier") in (None, machine_id)
        ]
        return listed_shares(mine, account_of=account_of_v2, read=share_of_v2)


def _owned(state: str) -> str:
    return f"{V2}/owned/{state}"


def _rows(answer: Any) -> list[Any]:
    if not isinstance(answer, list):
        raise TemporaryPlexError("plex.tv's list of shares could not be read")
    return answer


def _may_be_of(row: Any, machine_id: str) -> bool:
    return not isinstance(row, dict) or row.get("machineIdentifier") in (None, machine_id)


def _must_agree(machine_id: str, shares: ListedShares, people: Listed) -> None:
    """Both lists tell who accepted: where they differ, one of them is not whole."""
    if not (shares.is_whole and people.is_whole):
        return
    in_people = {id_ for id_, row in people.rows.items() if _has_accepted(row, machine_id)}
    accepted = {id_ for id_, share in shares.by_account.items() if share.accepted}
    if in_people - shares.unread != accepted:
        raise TemporaryPlexError("plex.tv's lists do not agree about who accepted")


def _has_accepted(row: Element, machine_id: str) -> bool:
    return any(
        server.attrib.get("machineIdentifier") == machine_id
        and server.attrib.get("owned") != "0"
        and server.attrib.get("pending") != "1"
        for server in row.findall("Server")
    )


def _survey(shares: ListedShares, people: Listed, members: Listed) -> Survey:
    """The Home's list has the owner at least: an empty one, or one with an odd row, tells only who is in it."""
    tells_home = people.is_whole and members.is_whole and bool(members.rows)
    ids = sorted(shares.by_account.keys() | people.rows.keys() | members.rows.keys())
    listed = {
        id_: _person(
            id_, shares.by_account.get(id_), people.rows.get(id_), members.rows.get(id_), tells_home=tells_home
        )
        for id_ in ids
    }
    return Survey(listed, shares, tells_home)


def _person(
    id_: int, share: Share | None, row: Element | None, member: Element | None, *, tells_home: bool
) -> SurveyedPerson:
    about = member_of(member) if member is not None else None
    said = {} if row is None else row.attrib
    return SurveyedPerson(
        account_id=id_,
        name=said.get("title") or said.get("username") or (about.title if about else ""),
        share=share,
        place=Place.MEMBER if about else _place_outside(row, tells_home=tells_home),
        managed=about is not None and about.managed,
    )


def _place_outside(row: Element | None, *, tells_home: bool) -> Place | None:
    if not tells_home:
        return None
    return Place.INVITED if row is not None and is_of_home(row) else Place.OUT
