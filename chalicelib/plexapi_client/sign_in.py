"""Signing in at plex.tv by PIN, and what the person's token tells of them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from plexapi.myplex import MyPlexAccount

from chalicelib.common.emails import parse_email
from chalicelib.common.names import shown_name, shown_person
from chalicelib.plex.errors import PlexRefused, PlexTokenRefused
from chalicelib.plex.model import OwnedServer, Pin, PlexAccount
from chalicelib.plexapi_client.calls import PlexCalls
from chalicelib.plexapi_client.clients import new_client, of_client, split_client
from chalicelib.plexapi_client.resources import Resource, read_resources
from chalicelib.plexapi_client.transport import TIMEOUT, PlexSession, readable

APP = "https://app.plex.tv"
_PINS = "https://plex.tv/api/v2/pins"
_SIGN_OUT = "https://plex.tv/api/v2/users/signout"
_PIN_LIFETIME = timedelta(seconds=1800)
_YES, _NO = ("1", "true"), ("0", "false")
"""What plex.tv says of a flag. Of the rest of its answer nothing is needed, and nothing is missed."""


class PersonCalls:
    """``client_id`` names this installation; each sign-in is a client of its own, of a name that begins so."""

    def __init__(self, *, client_id: str, product: str, base_url: str | None, timeout: float = TIMEOUT) -> None:
        self._client_id, self._product, self._base_url = client_id, product, base_url
        self._timeout = timeout

    def _session(self, client_id: str) -> PlexSession:
        return PlexSession(client_id, self._base_url, self._timeout)

    def _account(self, token: str) -> PlexCalls:
        value, client_id = split_client(token, self._client_id)
        return PlexCalls(self._session(client_id), value)


class SignIn(PersonCalls):
    """The part of plex.ports.PlexPerson that is about signing in."""

    def start(self, return_to: str) -> Pin:
        now, client_id = datetime.now(UTC), new_client(self._client_id)
        with readable():
            calls = PlexCalls(self._session(client_id), None, product=self._product)
            answer = calls.json("POST", _PINS, params={"strong": "true"})
            pin_id, code = of_client(str(int(answer["id"])), client_id), str(answer["code"])
        return Pin(pin_id, self._auth_url(code, return_to, client_id), now + _PIN_LIFETIME)

    def token(self, pin_id: str) -> str | None:
        value, client_id = split_client(pin_id, self._client_id)
        with readable():
            answer = PlexCalls(self._session(client_id), None).json("GET", f"{_PINS}/{value}")
            token = answer["authToken"]
        return of_client(str(token), client_id) if token else None

    def sign_out(self, token: str) -> None:
        """A refusal says that there is nothing to sign out: the token is void, or its account gone."""
        with readable(), suppress(PlexTokenRefused, PlexRefused):
            self._account(token).json("DELETE", _SIGN_OUT)

    def account(self, token: str) -> PlexAccount:
        with readable():
            about = self._account(token).xml("GET", MyPlexAccount.key).attrib
            id_, email = int(about["id"]), about.get("email", "")
            return PlexAccount(
                id=id_,
                name=shown_person(about.get("username") or about.get("title") or "", id_),
                email=email if parse_email(email) else None,
                confirmed=about.get("confirmed") in _YES and about.get("restricted") in _NO,
                restricted=about.get("restricted") in _YES,
            )

    def server_ids(self, token: str, *, account_id: int, owner_id: int) -> frozenset[str]:
        return _ids_of(self._servers(token), account_id=account_id, owner_id=owner_id)

    def account_with_servers(self, token: str, *, owner_id: int) -> tuple[PlexAccount, frozenset[str]]:
        with ThreadPoolExecutor(1) as hand:
            servers = hand.submit(self._servers, token)
            account = self.account(token)
        return account, _ids_of(servers.result(), account_id=account.id, owner_id=owner_id)

    def owned_servers(self, token: str) -> tuple[OwnedServer, ...]:
        owned = (each for each in self._servers(token) if each.owned)
        return tuple(OwnedServer(each.machine_id, shown_name(each.name)) for each in owned)

    def _servers(self, token: str) -> list[Resource]:
        with readable():
            return [each for each in read_resources(self._account(token)) if each.is_server]

    def _auth_url(self, code: str, return_to: str, client_id: str) -> str:
        asked = {
            "clientID": client_id,
            "code": code,
            "context[device][product]": self._product,
            "forwardUrl": return_to,
        }
        return f"{self._base_url or APP}/auth#?{urlencode(asked)}"


def _ids_of(servers: list[Resource], *, account_id: int, owner_id: int) -> frozenset[str]:
    """Those that this owner has: the person's own where they are the owner, else what says whose it is."""
    is_owner = account_id == owner_id
    return frozenset(each.machine_id for each in servers if (is_owner if each.owned else each.owner_id == owner_id))
