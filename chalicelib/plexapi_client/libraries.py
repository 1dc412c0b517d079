"""What the owner's server has, read from plex.tv, so that the server itself may be off."""

from xml.etree.ElementTree import Element

from chalicelib.common.names import shown_name
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plex.model import Library
from chalicelib.plexapi_client.owner_calls import OwnerCalls

_SERVER = "https://plex.tv/api/servers/{machine_id}"


class Libraries(OwnerCalls):
    """The part of plex.ports.PlexOwner that is about libraries."""

    def libraries(self, machine_id: str) -> tuple[str, tuple[Library, ...]]:
        with self._asking() as owner:
            answer = owner.xml("GET", _SERVER.format(machine_id=machine_id))
            server = answer.find("Server")
            if server is None or server.attrib["machineIdentifier"] != machine_id:
                raise TemporaryPlexError("plex.tv's answer about the server could not be read")
            return shown_name(server.attrib["name"]), tuple(_library(section) for section in server.findall("Section"))


def _library(section: Element) -> Library:
    """``id`` is plex.tv's section id, which sharing takes; ``key`` the media server's own (docs/plex.md, 4)."""
    about = section.attrib
    return Library(id=str(int(about["id"])), key=about["key"], title=shown_name(about["title"]), type=about["type"])
