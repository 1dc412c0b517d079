from typing import Any
from xml.etree import ElementTree as ET

from plexapi.myplex import MyPlexAccount, MyPlexResource

from chalicelib.adapters.plex.transport import TIMEOUT, PlexSession

_UNREAD = ET.fromstring('<user scrobbleTypes="0"><subscription/><profile/></user>')  # noqa: S314 - a literal


class SignedInAccount(MyPlexAccount):  # type: ignore[misc]  # plexapi is untyped
    """plexapi's account without the GET that its constructor spends on attributes nobody reads here.

    An empty token is refused first: plexapi would silently take PLEXAPI_AUTH_SERVER_TOKEN, the owner's (trap 2).
    """

    def __init__(self, token: str, session: PlexSession) -> None:
        if not token:
            raise ValueError("a Plex account needs its token")
        self._given_token = token
        super().__init__(token=token, session=session, timeout=TIMEOUT)

    def _signin(self, *_: Any) -> tuple[ET.Element, str]:
        element = ET.fromstring(ET.tostring(_UNREAD))  # noqa: S314 - our own text
        element.set("authToken", self._given_token)
        return element, self.key

    def json(self, method: str, url: str, **options: Any) -> Any:
        """One call of the v2 API, which plexapi does not wrap, answered as decoded JSON."""
        call = getattr(self._session, method)
        headers = {"Accept": "application/json"}
        return self.query(url, method=call, headers=headers, **options)

    def send(self, method: str, url: str, **options: Any) -> Any:
        """One call of the v1 API with what it takes in ``params``, quoted, answered as XML."""
        return self.query(url, method=getattr(self._session, method), **options)

    def reachable(self) -> list[Any]:
        """``resources()``, but never none for an answer about something else."""
        answer = self.query(MyPlexResource.key)
        if answer.tag not in ("resources", "MediaContainer"):
            raise ValueError("an answer about something else")
        return [MyPlexResource(self, each) for each in answer]
