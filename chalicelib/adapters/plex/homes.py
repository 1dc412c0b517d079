"""ports.PlexHomes, through v1, the only one there is. plexapi's own calls quote neither titles nor ``+`` (plex.md,
traps 5 and 8) and share on the way, so these go through its account without them.
"""

from xml.etree.ElementTree import Element

from plexapi.myplex import MyPlexInvite

from chalicelib.adapters.plex.accounts import SignedInAccount
from chalicelib.adapters.plex.owner import Owner
from chalicelib.ports import HomeMember, HomeStanding, PlexPassing, PlexRefused

_USERS = SignedInAccount.HOMEUSERS


class PlexApiHomes:
    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def members(self) -> tuple[HomeMember, ...]:
        with self._owner.looking() as owner:
            rows = _rows(owner.query(_USERS))
            return tuple(_member(row) for row in rows)

    def holds(self, account_id: int) -> bool:
        """The people that an owner sees are marked as of the Home from their invitation on (plex.md, 3)."""
        with self._owner.looking() as owner:
            people = _rows(owner.query("https://plex.tv/api/users/"))
            at_home = {int(person.attrib["id"]) for person in people if person.attrib.get("home") == "1"}
        return account_id in at_home

    def invite(self, name: str) -> None:
        """An answer that names nobody says nothing: a 200 has come without any effect (plex.md, trap 3)."""
        with self._owner.asking() as owner:
            owner.send("post", _USERS, params={"invitedEmail": name}).attrib["id"]

    def create(self, title: str) -> int:
        with self._owner.asking() as owner:
            return int(owner.send("post", _USERS, params={"title": title}).attrib["id"])

    def remove(self, account_id: int) -> None:
        """A member, or else an invitation, which plex.tv keeps elsewhere."""
        with self._owner.looking() as owner:
            try:
                owner.send("delete", f"{_USERS}/{account_id}")
            except PlexRefused as error:
                if not error.is_absence:
                    raise
                self._cancel(account_id)

    def _cancel(self, account_id: int) -> None:
        with self._owner.removing() as owner:
            parts = {"friend": 0, "home": 1, "server": 0}
            owner.send("delete", f"{MyPlexInvite.REQUESTED}/{account_id}", params=parts)

    def standing(self) -> HomeStanding:
        with self._owner.looking() as owner:
            me = owner.query(SignedInAccount.key)
            subscription = me.find("subscription")
            return HomeStanding(
                size=int(me.attrib["homeSize"]),
                most=int(me.attrib["maxHomeSize"]),
                plex_pass=subscription is not None and subscription.attrib.get("active") == "1",
            )


def _rows(answer: Element) -> list[Element]:
    if answer.tag not in ("MediaContainer", "home"):
        raise PlexPassing("plex.tv's answer was about something else")
    return list(answer.iter("User"))


def _member(row: Element) -> HomeMember:
    return HomeMember(int(row.attrib["id"]), row.attrib.get("title", ""), row.attrib.get("restricted") == "1")
