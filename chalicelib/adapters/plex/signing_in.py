"""ports.PlexSignIn: plex.tv as a visitor meets it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from plexapi.myplex import MyPlexAccount, MyPlexPinLogin

from chalicelib.adapters.plex.accounts import SignedInAccount
from chalicelib.adapters.plex.transport import TIMEOUT, PlexSession, readable
from chalicelib.domain.ownership import OwnedServer
from chalicelib.domain.users import is_email, shown_name
from chalicelib.ports import Pin, PlexAccount

APP = "https://app.plex.tv"


class PlexApiSignIn:
    """``client_id`` belongs to visitors alone: a sign-in kills the earlier token of the same account and client,
    and the owner's stored token must not die of it (plex.md, 1).
    """

    def __init__(self, *, client_id: str, product: str, base_url: str | None, timeout: float = TIMEOUT) -> None:
        self._client_id, self._product, self._base_url = client_id, product, base_url
        self._timeout = timeout

    def start(self, return_to: str) -> Pin:
        login = MyPlexPinLogin(
            session=self._session(),
            requestTimeout=TIMEOUT,
            headers={"X-Plex-Product": self._product},
            oauth=True,
        )
        now = datetime.now(UTC)
        with readable():
            login.oauthUrl(return_to)  # makes the PIN; its own address form is not the one Plex documents
            code, pin_id = str(login._code), str(int(login._id or ""))  # noqa: SLF001 - plexapi shows them nowhere else
        return Pin(pin_id, self._auth_url(code, return_to), now + timedelta(seconds=1800))

    def token(self, pin_id: str) -> str | None:
        login = MyPlexPinLogin(session=self._session(), requestTimeout=TIMEOUT, oauth=True)
        login._id = pin_id  # noqa: SLF001 - this login was begun by another invocation
        with readable():
            login._checkLogin()  # noqa: SLF001 - checkLogin() swallows every error into "expired"
        return login.token or None

    def account(self, token: str) -> PlexAccount:
        with readable():
            account = MyPlexAccount(token=_present(token), session=self._session(), timeout=TIMEOUT)
            return PlexAccount(
                id=int(account.id),
                name=shown_name(account.username or account.title or account.email),
                email=account.email if account.email and is_email(account.email) else None,
                confirmed=account.confirmed is not False,
                restricted=bool(account.restricted),
            )

    def server_ids(self, token: str) -> frozenset[str]:
        with readable():
            resources = SignedInAccount(token, self._session()).reachable()
            return frozenset(each.clientIdentifier for each in resources if "server" in each.provides)

    def owned_servers(self, token: str) -> tuple[OwnedServer, ...]:
        with readable():
            resources = SignedInAccount(token, self._session()).reachable()
            return tuple(
                OwnedServer(each.clientIdentifier, shown_name(each.name))
                for each in resources
                if each.owned and "server" in each.provides
            )

    def _session(self) -> PlexSession:
        return PlexSession(self._client_id, self._base_url, self._timeout)

    def _auth_url(self, code: str, return_to: str) -> str:
        asked = {
            "clientID": self._client_id,
            "code": code,
            "context[device][product]": self._product,
            "forwardUrl": return_to,
        }
        return f"{self._base_url or APP}/auth#?{urlencode(asked)}"


def _present(token: str) -> str:
    if not token:
        raise ValueError("a Plex account needs its token")
    return token
