"""Preparing the stand-in through its control API, and calling it as plex.tv's clients do."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import requests
from plexapi.myplex import MyPlexAccount, MyPlexPinLogin
from requests.adapters import HTTPAdapter

CLIENT = "tests-of-the-stand-in"


class Detour(HTTPAdapter):
    """Sends what was meant for plex.tv to the stand-in."""

    def __init__(self, url: str) -> None:
        super().__init__(pool_maxsize=20)
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        meant_for = urlsplit(str(request.url))
        here = urlsplit(self._url)
        request.url = meant_for._replace(scheme=here.scheme, netloc=here.netloc).geturl()
        return super().send(request, *args, **kwargs)


@dataclass
class StandInClient:
    url: str
    session: requests.Session
    control: httpx.Client

    def person(self, username: str, **facts: Any) -> dict[str, Any]:
        """Add an account; Plex Pass and a confirmed e-mail address unless told otherwise."""
        asked = {"username": username, "email": f"{username}@example.org", "subscription": True, **facts}
        made: dict[str, Any] = self.ask("POST", "/_standin/accounts", asked)
        return made

    def server(self, owner: dict[str, Any], *titles: str, name: str = "The Server") -> dict[str, Any]:
        sections = [{"title": title, "type": "movie"} for title in titles or ("Movies", "Shows")]
        asked = {"owner_id": owner["id"], "name": name, "sections": sections}
        made: dict[str, Any] = self.ask("POST", "/_standin/servers", asked)
        return made

    def shares(self, server: dict[str, Any]) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.ask("GET", f"/_standin/shares?machine_id={server['machine_id']}")["shares"]
        return listed

    def options(self, **changes: Any) -> None:
        self.ask("PATCH", "/_standin/options", changes)

    def fault(self, kind: str, path: str, **more: Any) -> None:
        self.ask("POST", "/_standin/faults", {"kind": kind, "path": path, **more})

    def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self.control.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def plexapi(self, person: dict[str, Any]) -> MyPlexAccount:
        return MyPlexAccount(token=person["token"], session=self.session, timeout=5)

    def invite(self, owner: dict[str, Any], server: dict[str, Any], who: str, *titles: str, **more: Any) -> Any:
        """Invite to the first library, or to those with the titles, as plexapi does."""
        sections = list(titles or [server["sections"][0]["title"]])
        return self.plexapi(owner).inviteFriend(who, server["machine_id"], sections, **more)

    def pin_login(self, client: str = CLIENT) -> MyPlexPinLogin:
        headers = {"X-Plex-Client-Identifier": client, "X-Plex-Product": "Streamarr"}
        return MyPlexPinLogin(session=self.session, requestTimeout=5, headers=headers, oauth=True)

    def v2(
        self, person: dict[str, Any] | None, method: str, path: str, body: object = None, **headers: str
    ) -> httpx.Response:
        said = {"Accept": "application/json", "X-Plex-Client-Identifier": CLIENT, **headers}
        if person:
            said["X-Plex-Token"] = person["token"]
        return self.control.request(method, path, json=body, headers=said)

    def v2_share(
        self,
        owner: dict[str, Any],
        server: dict[str, Any],
        invitee: dict[str, Any],
        sections: list[int] | None = None,
        **settings: Any,
    ) -> httpx.Response:
        body = {
            "machineIdentifier": server["machine_id"],
            "invitedId": invitee["id"],
            "librarySectionIds": [server["sections"][0]["id"]] if sections is None else sections,
            "settings": settings,
            "skipFriendship": True,
        }
        return self.v2(owner, "POST", "/api/v2/shared_servers", body)


def error_code(answer: httpx.Response) -> int:
    code: int = answer.json()["errors"][0]["code"]
    return code
