"""The owner's Plex Home, through v1, the only API that has it. plexapi's own calls quote neither titles nor ``+``
(docs/plex.md, traps 5 and 8) and share on the way, so these are made without them.
"""

from xml.etree.ElementTree import Element

from plexapi.myplex import MyPlexAccount, MyPlexInvite

from chalicelib.plex.errors import PlexRefused, TemporaryPlexError
from chalicelib.plex.model import HomeCapacity, HomeMember
from chalicelib.plexapi_client.lists import read_listed, read_rows
from chalicelib.plexapi_client.owner_calls import OwnerCalls

PEOPLE = "https://plex.tv/api/users/"
HOME_USERS = MyPlexAccount.HOMEUSERS
_PARTS = ("id", "friend", "home", "server")
"""What tells invites apart: plex.tv may list those of one person in several rows."""


class Home(OwnerCalls):
    """The part of plex.ports.PlexOwner that is about the Home."""

    def home_members(self) -> tuple[HomeMember, ...]:
        with self._looking() as owner:
            return tuple(member_of(row) for row in read_rows(owner, HOME_USERS, "User"))

    def is_at_home(self, account_id: int) -> bool:
        """The people that an owner sees are marked as of the Home from their invitation on (docs/plex.md, 3); strangers
        who are invited may stand among the invites that the owner sent alone (docs/plex.md, 6).
        """
        with self._looking() as owner:
            row = read_listed(owner, PEOPLE, "User").find(account_id)
            return (row is not None and is_of_home(row)) or account_id in self.home_invites()

    def email_of(self, account_id: int) -> str | None:
        with self._looking() as owner:
            row = read_listed(owner, PEOPLE, "User").rows.get(account_id)
            return None if row is None else row.attrib.get("email")

    def home_invites(self) -> frozenset[int]:
        """Empty where plex.tv has no such list (any more)."""
        try:
            with self._asking() as owner:
                rows = read_rows(owner, MyPlexInvite.REQUESTED, "Invite", key=_PARTS)
        except PlexRefused as error:
            if error.is_absence:
                return frozenset()
            raise TemporaryPlexError(str(error)) from error
        if not all(row.attrib.get("id") for row in rows):
            raise TemporaryPlexError("plex.tv does not say who is invited")
        invited = (row.attrib["id"] for row in rows if row.attrib.get("home") == "1")
        return frozenset(int(id_) for id_ in invited if id_.isdecimal())

    def invite_home(self, name: str) -> bool:
        """An answer without a user says nothing: "User invited" may be all of it, and a 200 has come without any
        effect (docs/plex.md, 6; docs/plex.md, trap 3).
        """
        with self._asking() as owner:
            answer = owner.xml("POST", HOME_USERS, params={"invitedEmail": name})
            return answer.tag == "User" and bool(answer.attrib.get("id"))

    def create_managed(self, title: str) -> int:
        with self._asking() as owner:
            return int(owner.xml("POST", HOME_USERS, params={"title": title}).attrib["id"])

    def remove_from_home(self, account_id: int) -> None:
        """A member, or else an invitation, which plex.tv keeps elsewhere."""
        with self._looking() as owner:
            try:
                owner.xml("DELETE", f"{HOME_USERS}/{account_id}")
            except PlexRefused as error:
                if not error.is_absence:
                    raise
                self._cancel_home_invite(account_id)

    def _cancel_home_invite(self, account_id: int) -> None:
        with self._removing() as owner:
            parts = {"friend": 0, "home": 1, "server": 0}
            owner.xml("DELETE", f"{MyPlexInvite.REQUESTED}/{account_id}", params=parts)

    def home_capacity(self) -> HomeCapacity:
        with self._looking() as owner:
            me = owner.xml("GET", MyPlexAccount.key)
            subscription = me.find("subscription")
            return HomeCapacity(
                size=int(me.attrib["homeSize"]),
                most=int(me.attrib["maxHomeSize"]),
                plex_pass=subscription is not None and subscription.attrib.get("active") == "1",
            )


def is_of_home(row: Element) -> bool:
    """Whether one of the owner's people is in the Home, or invited into it."""
    return row.attrib.get("home") == "1"


def member_of(row: Element) -> HomeMember:
    return HomeMember(int(row.attrib["id"]), row.attrib.get("title", ""), row.attrib.get("restricted") == "1")
