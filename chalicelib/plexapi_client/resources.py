"""The servers and devices that an account reaches."""

from dataclasses import dataclass

from plexapi.myplex import MyPlexResource

from chalicelib.plexapi_client.calls import PlexCalls


@dataclass(frozen=True, slots=True)
class Resource:
    machine_id: str
    name: str
    is_server: bool
    owned: bool


def read_resources(account: PlexCalls) -> list[Resource]:
    """All of them. Raises ValueError for an answer about something else, which is never taken for "none"."""
    answer = account.xml("GET", MyPlexResource.key)
    if answer.tag not in ("resources", "MediaContainer"):
        raise ValueError("an answer about something else")
    return [
        Resource(
            machine_id=each.attrib["clientIdentifier"],
            name=each.attrib.get("name", ""),
            is_server="server" in each.attrib.get("provides", "").split(","),
            owned=each.attrib.get("owned") in ("1", "true"),
        )
        for each in answer
    ]
