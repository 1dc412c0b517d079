"""The owner's Plex Home, through v1, the only API that has it. plexapi's own calls quote neither titles nor ``+``
(docs/plex.md, traps 5 and 8) and share on the way, so these are made without them.
"""

from xml.etree.ElementTree import Element

from plexapi.myplex import MyPlexAccount, MyPlexInvite

from chalicelib.plex.errors import PlexRefused, TemporaryPlexError
from chalicelib.plex.model import HomeCapacity, HomeMember
from chalicelib.plexapi_client.owner_calls import OwnerCalls

PEOPLE = "https://plex.tv/api/users/"
_USERS = MyPlexAccount.HOMEUSERS


class Home(OwnerCalls):
    """The part of plex.ports.PlexOwner that is about the Home."""

    def home_members(self) -> tuple[HomeMember, ...]:
        with self._looking() as owner:
            return tuple(_member(row) for row in _rows(owner.xml("GET", _USERS)))

    def is_at_home(self, account_id: int) -> bool:
        """The people that an owner sees are marked as of the Home from their invitation on (docs/plex.md, 3); strangers
        who are invited may stand among the invites that the owner sent alone (docs/plex.md, 6).
        """
        with self._looking() as owner:
            people = _rows(owner.xml("GET", PEOPLE))
            at_home = {int(person.attrib["id"]) for person in people if person.attrib.get("home") == "1"}
        return account_id in at_home or account_id in self._invited_home()

    def email_of(self, account_id: int) -> str | None:
        with self._looking() as owner:
            people = _rows(owner.xml("GET", PEOPLE))
            return next((each.attrib.get("email") for each in people if each.attrib["id"] == str(account_id)), None)

    def _invited_home(self) -> set[int]:
        """Whom the owner invited into the Home, by their ids; none where plex.tv has no such list (any more)."""
        try:
            with self._asking() as owner:
                answer = owner.xml("GET", MyPlexInvite.REQUESTED)
                if answer.tag != "MediaContainer":
                    raise TemporaryPlexError("plex.tv's list of invites could not be read")
                invites = [row.attrib for row in answer.iter("Invite") if row.attrib.get("home") == "1"]
                return {int(invite["id"]) for invite in invites if invite["id"].isdecimal()}
        except PlexRefused as error:
            if error.is_absence:
                return set()
            raise TemporaryPlexError(str(error)) from error

    def invite_home(self, name: str) -> bool:
        """An answer without a user says nothing: "User invited" may be all of it, and a 200 has come without any
        effect (docs/plex.md, 6; docs/plex.md, trap 3).
        """
        with self._asking() as owner:
            answer = owner.xml("POST", _USERS, params={"invitedEmail": name})
            return answer.tag == "User" and bool(answer.attrib.get("id"))

    def create_managed(self, title: str) -> int:
        with self._asking() as owner:
            return int(owner.xml("POST", _USERS, params={"title": title}).attrib["id"])

    def remove_from_home(self, account_id: int) -> None:
        """A member, or else an invitation, which plex.tv keeps elsewhere."""
        with self._looking() as owner:
            try:
                owner.xml("DELETE", f"{_USERS}/{account_id}")
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


def _rows(answer: Element) -> list[Element]:
    if answer.tag not in ("MediaContainer", "home"):
        raise TemporaryPlexError("plex.tv's answer was about something else")
    return list(answer.iter("User"))


def _member(row: Element) -> HomeMember:
    return HomeMember(int(row.attrib["id"]), row.attrib.get("title", ""), row.attrib.get("restricted") == "1")
