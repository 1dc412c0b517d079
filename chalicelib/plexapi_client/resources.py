"""The servers and devices that an account reaches."""

from collections.abc import Mapping

from plexapi.myplex import MyPlexResource
from plexapi.utils import cast

from chalicelib.common.records import dataclass
from chalicelib.plexapi_client.calls import PlexCalls


@dataclass(frozen=True, slots=True)
class Resource:
    """``owner_id``: of the account that shares it; None where that is not said, as of one's own."""

    machine_id: str
    name: str
    is_server: bool
    owned: bool
    owner_id: int | None = None


def read_resources(account: PlexCalls) -> list[Resource]:
    """All of them. Raises KeyError or ValueError for an answer that is not about them: it never means "none"."""
    answer = account.xml("GET", MyPlexResource.key)
    if answer.tag not in ("resources", "MediaContainer"):
        raise ValueError("an answer about something else")
    return [_resource(each.attrib) for each in answer]


def _resource(about: Mapping[str, str]) -> Resource:
    return Resource(
        machine_id=about["clientIdentifier"],
        name=about.get("name", ""),
        is_server="server" in about["provides"],
        owned=bool(cast(bool, about.get("owned"))),
        owner_id=int(about["ownerId"]) if about.get("ownerId") else None,
    )
