"""How failures are sorted where plexapi is called, and what never leaves for elsewhere."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Features, Grant
from chalicelib.plexapi_client.calls import PlexCalls
from chalicelib.plexapi_client.owner import PlexApiOwner
from chalicelib.plexapi_client.person import PlexApiPerson
from chalicelib.plexapi_client.transport import PlexSession, readable

PASSING = (301, 302, 307, 408, 425, 429, 498, 499, 500, 502, 503, 504, 520, 522, 524, 530, 599)
REFUSED = (400, 402, 403, 404, 405, 409, 410, 422, 451)


class Plex(HTTPServer):
    """Answers everything with one status and some headers."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.status, self.extra, self.seen = 200, {}, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Plex

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        self.send_response(self.server.status)
        for name, value in self.server.extra.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_DELETE = do_GET  # noqa: N815 - names that http.server looks for

    def log_message(self, *_):
        pass


@pytest.fixture
def plex():
    with Plex() as server:
        thread = Thread(target=partial(server.serve_forever, poll_interval=0.02))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _ask(plex):
    account = PlexCalls("secret-token", PlexSession("client", plex.url, timeout=2))
    with readable():
        account.query("https://plex.tv/api/v2/user?X-Plex-Token=other-secret")


def _owner(plex):
    return PlexApiOwner(token=lambda: "secret-token", client_id="owner", base_url=plex.url, timeout=2)


@pytest.mark.parametrize("status", PASSING)
def test_what_may_pass(plex, status):
    plex.status = status
    with pytest.raises(TemporaryPlexError):
        _ask(plex)


@pytest.mark.parametrize("status", REFUSED)
def test_what_stays(plex, status):
    plex.status = status
    with pytest.raises(PlexRefused) as refused:
        _ask(plex)
    assert refused.value.status == status


def test_a_token_that_does_not_count_is_the_person_s_or_the_owner_s_by_the_account_that_asks(plex):
    plex.status = 401
    with pytest.raises(PlexTokenRefused) as persons:
        PlexApiPerson(client_id="c", base_url=plex.url).is_confirmed("secret-token")
    assert not isinstance(persons.value, OwnerTokenRefused)
    with pytest.raises(OwnerTokenRefused):
        PlexApiOwner(_owner(plex)).find_share(1, "machine")


@pytest.mark.parametrize("status", [400, 403, 422])
def test_reading_and_removing_refused_says_nothing_about_the_person(plex, status):
    plex.status = status
    sharing = PlexApiOwner(_owner(plex))
    with pytest.raises(TemporaryPlexError):
        sharing.find_share(1, "machine")
    with pytest.raises(TemporaryPlexError):
        sharing.library_ids("machine")


@pytest.mark.parametrize(
    ("header", "seconds"), [("17", 17), ("0", 0), ("soon", None), ("-3", None), ("9" * 5000, None), ("", None)]
)
def test_retry_after_in_seconds(plex, header, seconds):
    plex.status, plex.extra = 429, {"Retry-After": header}
    with pytest.raises(TemporaryPlexError) as passing:
        _ask(plex)
    assert passing.value.retry_after == seconds


def test_retry_after_as_a_date(plex):
    then = datetime.now(UTC) + timedelta(seconds=90)
    plex.status, plex.extra = 503, {"Retry-After": format_datetime(then, usegmt=True)}
    with pytest.raises(TemporaryPlexError) as passing:
        _ask(plex)
    assert passing.value.retry_after in range(80, 92)


def test_a_redirect_is_not_followed_so_that_no_token_goes_elsewhere(plex):
    plex.status, plex.extra = 302, {"Location": f"{plex.url}/elsewhere"}
    with pytest.raises(TemporaryPlexError):
        _ask(plex)
    assert [path.partition("?")[0] for path, _ in plex.seen] == ["/api/v2/user"]


@pytest.mark.parametrize("status", [302, 401, 403, 429, 503])
def test_no_error_tells_a_token(plex, status):
    plex.status = status
    with pytest.raises(Exception) as error:  # noqa: PT011 - whichever it is
        _ask(plex)
    told = f"{error.value!r} {error.value.__cause__!r} {error.value.__context__!r}"
    assert "secret" not in told


def test_the_client_identifier_is_ours_whatever_plexapi_thinks(plex):
    plex.status = 404
    with pytest.raises(PlexRefused):
        _ask(plex)
    ((_, headers),) = plex.seen
    assert headers["X-Plex-Client-Identifier"] == "client"


def test_an_empty_token_is_refused_before_plexapi_takes_another_one(plex, monkeypatch):
    monkeypatch.setenv("PLEXAPI_AUTH_SERVER_TOKEN", "the owner's")
    with pytest.raises(ValueError, match="token"):
        PlexCalls("", PlexSession("client", plex.url))
    assert plex.seen == []


def test_a_grant_without_libraries_never_reaches_plex(plex):
    nothing = Grant("machine", 1, (), Features())
    with pytest.raises(AssertionError):
        PlexApiOwner(_owner(plex)).share(1, nothing)
    assert plex.seen == []
