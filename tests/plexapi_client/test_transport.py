"""How failures are sorted where plex.tv is called, and what never leaves for elsewhere."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Features, Grant
from chalicelib.plexapi_client.calls import PlexCalls
from chalicelib.plexapi_client.transport import PlexSession, readable
from tests.plexapi_client.plex_server import HTML, JSON, XML

PASSING = (301, 302, 307, 408, 425, 429, 498, 499, 500, 502, 503, 504, 520, 522, 524, 530, 599)
REFUSED = (400, 402, 403, 404, 405, 409, 410, 422, 451)


def _ask(calls):
    with readable():
        calls.xml("GET", "https://plex.tv/api/v2/user?X-Plex-Token=other-secret")


@pytest.mark.parametrize("status", PASSING)
def test_what_may_pass(plex, calls, status):
    plex.fails(status)
    with pytest.raises(TemporaryPlexError):
        _ask(calls)


@pytest.mark.parametrize("status", REFUSED)
def test_what_stays(plex, calls, status):
    plex.fails(status)
    with pytest.raises(PlexRefused) as refused:
        _ask(calls)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"errors":[{"code":1999,"message":"shared","status":422}]}', JSON),
        ('<errors><error code="1999" message="shared" status="422"/></errors>', XML),
    ],
)
def test_a_refusal_tells_plex_s_own_code(plex, calls, body, content_type):
    plex.answers(body, content_type, status=422)
    with pytest.raises(PlexRefused) as refused:
        _ask(calls)
    assert refused.value.already_shared


def test_a_token_that_does_not_count_is_the_person_s_or_the_owner_s_by_the_account_that_asks(plex, person, owner):
    plex.fails(401)
    with pytest.raises(PlexTokenRefused) as persons:
        person.is_confirmed("secret-token")
    assert not isinstance(persons.value, OwnerTokenRefused)
    with pytest.raises(OwnerTokenRefused):
        owner.find_share(1, "machine")


@pytest.mark.parametrize("status", [400, 403, 422])
def test_reading_and_removing_refused_says_nothing_about_the_person(plex, owner, status):
    plex.fails(status)
    with pytest.raises(TemporaryPlexError):
        owner.find_share(1, "machine")
    with pytest.raises(TemporaryPlexError):
        owner.library_ids("machine")


@pytest.mark.parametrize(
    ("header", "seconds"), [("17", 17), ("0", 0), ("soon", None), ("-3", None), ("9" * 5000, None), ("", None)]
)
def test_retry_after_in_seconds(plex, calls, header, seconds):
    plex.fails(429, Retry_After=header)
    with pytest.raises(TemporaryPlexError) as passing:
        _ask(calls)
    assert passing.value.retry_after == seconds


def test_retry_after_as_a_date(plex, calls):
    then = datetime.now(UTC) + timedelta(seconds=90)
    plex.fails(503, Retry_After=format_datetime(then, usegmt=True))
    with pytest.raises(TemporaryPlexError) as passing:
        _ask(calls)
    assert passing.value.retry_after in range(80, 92)


def test_a_redirect_is_not_followed_so_that_no_token_goes_elsewhere(plex, calls):
    plex.fails(302, Location=f"{plex.url}/elsewhere")
    with pytest.raises(TemporaryPlexError):
        _ask(calls)
    assert plex.asked().path == "/api/v2/user"


@pytest.mark.parametrize("status", [302, 401, 403, 429, 503])
def test_no_error_tells_a_token(plex, calls, status):
    plex.fails(status)
    with pytest.raises(Exception) as error:  # noqa: PT011 - the kind of error differs by status
        _ask(calls)
    assert "secret" not in _all_words_of(error.value)


def test_an_answer_that_does_not_come_in_time_may_pass_and_tells_no_token(plex):
    plex.answers("<user/>", after=0.6)
    impatient = PlexCalls(PlexSession("client", plex.url, timeout=0.1), "secret-token")
    began = time.monotonic()
    with pytest.raises(TemporaryPlexError) as error:
        _ask(impatient)
    assert time.monotonic() - began < 0.5
    assert "secret" not in _all_words_of(error.value)


def test_a_session_keeps_to_its_own_timeout_when_plexapi_asks_for_another(plex):
    plex.answers("<user/>", after=0.6)
    with pytest.raises(TemporaryPlexError):
        PlexSession("client", plex.url, timeout=0.1).get("https://plex.tv/api/v2/user", timeout=30)


def test_a_connection_that_breaks_may_pass_and_tells_no_token(plex, calls):
    plex.answer = None
    with pytest.raises(TemporaryPlexError) as error:
        _ask(calls)
    assert "secret" not in _all_words_of(error.value)


def test_a_connection_that_is_refused_may_pass(plex):
    nothing_listens = "http://127.0.0.1:1"
    with pytest.raises(TemporaryPlexError):
        _ask(PlexCalls(PlexSession("client", nothing_listens, timeout=2), "secret-token"))


def test_an_answer_that_breaks_off_may_pass(plex, calls):
    plex.answers("<user id='1'", missing=20)
    with pytest.raises(TemporaryPlexError):
        _ask(calls)


@pytest.mark.parametrize("status", [202, 203, 206])
def test_a_success_that_plexapi_does_not_know_may_pass(plex, person, status):
    plex.answers("<user/>", status=status)
    with pytest.raises(TemporaryPlexError):
        person.account("secret-token")


def test_the_client_identifier_is_ours_not_plexapi_s(plex, calls):
    plex.fails(404)
    with pytest.raises(PlexRefused):
        _ask(calls)
    assert plex.asked().headers["X-Plex-Client-Identifier"] == "client"


def test_an_empty_token_is_refused_before_plexapi_takes_another_one(plex, monkeypatch):
    monkeypatch.setenv("PLEXAPI_AUTH_SERVER_TOKEN", "the owner's")
    with pytest.raises(ValueError, match="token"):
        PlexCalls(PlexSession("client", plex.url), "")
    assert plex.requests == []


def test_a_grant_without_libraries_never_reaches_plex(plex, owner):
    nothing = Grant("machine", 1, (), Features())
    with pytest.raises(AssertionError):
        owner.share(1, nothing)
    assert plex.requests == []


@pytest.mark.parametrize("content_type", [XML, JSON, HTML])
@pytest.mark.parametrize("body", ["", "<html><body>Please check your network</body></html>", "\x00<<<", '{"wea'])
def test_an_answer_about_something_else_is_never_taken_for_nothing_shared(plex, owner, content_type, body):
    plex.answers(body, content_type)
    for read in (owner.library_ids, owner.libraries, lambda machine_id: owner.find_share(1, machine_id)):
        with pytest.raises(TemporaryPlexError):
            read("machine")
    for read in (owner.home_members, owner.home_capacity, lambda: owner.is_at_home(1)):
        with pytest.raises(TemporaryPlexError):
            read()


def _all_words_of(error):
    return f"{error!r} {error.__cause__!r} {error.__context__!r}"
