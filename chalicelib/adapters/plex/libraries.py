"""ports.PlexLibraries: what the owner's server has, read from plex.tv, so that the server itself may be off."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from chalicelib.adapters.plex.accounts import SignedInAccount
from chalicelib.adapters.plex.transport import PlexSession, readable
from chalicelib.domain.settings import Library
from chalicelib.ports import PlexPassing

_SERVER = "https://plex.tv/api/servers/{machine_id}"


class PlexApiLibraries:
    def __init__(self, *, owner_token: Callable[[], str], client_id: str, base_url: str | None) -> None:
        self._owner_token, self._client_id, self._base_url = owner_token, client_id, base_url

    def of(self, machine_id: str) -> tuple[str, tuple[Library, ...]]:
        account = SignedInAccount(self._owner_token(), PlexSession(self._client_id, self._base_url))
        with readable():
            answer = account.query(_SERVER.format(machine_id=machine_id))
            server = answer.find("Server")
            if server is None or server.attrib["machineIdentifier"] != machine_id:
                raise PlexPassing("plex.tv's answer about the server could not be read")
            return server.attrib["name"], tuple(_library(section) for section in server.findall("Section"))


def _library(section: Element) -> Library:
    """``id`` is plex.tv's section id, which sharing takes; ``key`` the media server's own (plex.md, 4)."""
    about = section.attrib
    return Library(id=str(int(about["id"])), key=about["key"], title=about["title"], type=about["type"])
