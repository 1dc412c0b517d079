"""Signing in by PIN, and what a person's token tells of them."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.plex.errors import PlexRefused, TemporaryPlexError
from chalicelib.plex.model import OwnedServer, PlexAccount
from chalicelib.plexapi_client.person import PlexApiPerson
from chalicelib.plexapi_client.transport import PlexSession
from tests.plexapi_client.plex_server import HTML, JSON, XML

RETURN_TO = "https://invites.example.org/i/ABC?lang=de&x=1"
SERVERS = """
    <resources>
      <resource name="Olivia's Plex" provides="server" clientIdentifier="hers" owned="1"/>
      <resource name="Max's Plex" provides="server,client" clientIdentifier="his" owned="0" ownerId="7"/>
      <resource name="a phone" provides="client,player,pubsub-player" clientIdentifier="phone" owned="1"/>
    </resources>
"""
UNREADABLE = [
    pytest.param("", XML, id="empty"),
    pytest.param("OK", "text/plain", id="plain text"),
    pytest.param("<html><body><h1>Please check your network</h1></body></html>", HTML, id="html"),
    pytest.param('{"weather": {"tomorrow": ["rain"]}}', JSON, id="another object"),
    pytest.param("[]", JSON, id="a list"),
    pytest.param("null", JSON, id="null"),
    pytest.param("<Weather/>", XML, id="another element"),
    pytest.param('<Response code="0" status="ok"/>', XML, id="a bare word in XML"),
    pytest.param("\x00<<<", XML, id="garbage"),
]


def account_xml(**changed):
    facts = {"id": "9", "uuid": "u", "username": "zoe", "title": "Zoë", "email": "Zoe@Example.org", "confirmed": "1"}
    about = facts | {"restricted": "0", "scrobbleTypes": "", "authToken": "a-token"} | changed
    attributes = " ".join(f'{name}="{value}"' for name, value in about.items())
    return f"<user {attributes}><subscription/><profile/></user>"


def test_a_sign_in_begins_with_a_strong_pin_for_our_client_and_product(plex, person):
    plex.answers_json({"id": 33, "code": "a-code", "authToken": None}, status=201)
    person.start(RETURN_TO)
    request = plex.asked()
    assert (request.method, request.path, request.query) == ("POST", "/api/v2/pins", {"strong": "true"})
    assert re.fullmatch("visitors-[0-9a-f]{16}", request.headers["X-Plex-Client-Identifier"])
    assert request.headers["X-Plex-Product"] == "Streamarr"
    assert (request.headers["Accept"], request.headers["X-Plex-Token"]) == ("application/json", None)


def test_a_pin_is_approved_in_the_browser_which_plex_sends_back_to_us(plex, person):
    plex.answers_json({"id": 33, "code": "a-code"}, status=201)
    began = datetime.now(UTC)
    pin = person.start(RETURN_TO)
    address, _, asked = pin.auth_url.partition("#?")
    number, _, client_id = pin.id.partition("@")
    assert (number, address) == ("33", f"{plex.url}/auth")
    assert client_id == plex.asked().headers["X-Plex-Client-Identifier"]
    assert dict(parse_qsl(asked, strict_parsing=True)) == {
        "clientID": client_id,
        "code": "a-code",
        "context[device][product]": "Streamarr",
        "forwardUrl": RETURN_TO,
    }
    assert timedelta(0) <= pin.expires_at - began - timedelta(seconds=1800) < timedelta(seconds=10)


def test_without_another_address_people_approve_at_plex_s_own():
    person = PlexApiPerson(client_id="visitors", product="Streamarr", base_url=None)
    parts = urlsplit(person._auth_url("a-code", RETURN_TO, "visitors-1"))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "app.plex.tv", "/auth")


@pytest.mark.parametrize(("body", "content_type"), [*UNREADABLE, ('{"id": "x", "code": "c"}', JSON)])
def test_a_pin_that_cannot_be_read_may_work_later(plex, person, body, content_type):
    plex.answers(body, content_type, status=201)
    with pytest.raises(TemporaryPlexError):
        person.start(RETURN_TO)


@pytest.mark.parametrize("waiting", [None, ""])
def test_a_pin_has_no_token_while_it_waits(plex, person, waiting):
    plex.answers_json({"id": 33, "code": "a-code", "authToken": waiting})
    assert person.token("33") is None


def test_an_approved_pin_has_the_person_s_token(plex, person):
    plex.answers_json({"id": 33, "code": "a-code", "authToken": "a-token"})
    assert person.token("33@visitors-1") == "a-token@visitors-1"
    request = plex.asked()
    assert (request.method, request.path, request.query) == ("GET", "/api/v2/pins/33", {})
    assert (request.headers["X-Plex-Client-Identifier"], request.headers["X-Plex-Token"]) == ("visitors-1", None)


def test_a_pin_that_is_gone_is_refused(plex, person):
    plex.answers('{"errors": [{"code": 1020, "message": "Code not found or expired"}]}', JSON, status=404)
    with pytest.raises(PlexRefused) as refused:
        person.token("33")
    assert (refused.value.is_absence, refused.value.reason) == (True, 1020)


@pytest.mark.parametrize(("body", "content_type"), UNREADABLE)
def test_an_unreadable_answer_is_never_taken_for_a_pin_that_waits(plex, person, body, content_type):
    plex.answers(body, content_type)
    with pytest.raises(TemporaryPlexError):
        person.token("33")


def test_an_account_is_read_with_one_request_and_the_person_s_token(plex, person):
    plex.answers(account_xml())
    assert person.account("a-token") == PlexAccount(
        id=9, name="zoe", email="Zoe@Example.org", confirmed=True, restricted=False
    )
    request = plex.asked()
    assert (request.path, request.headers["X-Plex-Token"]) == ("/api/v2/user", "a-token")
    assert request.headers["X-Plex-Client-Identifier"] == "visitors"


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"confirmed": "0"}, {"confirmed": False}),
        ({"restricted": "1"}, {"restricted": True}),
        ({"username": ""}, {"name": "Zoë"}),
        ({"username": "", "title": "", "email": "z@example.org"}, {"name": "Plex 9"}),
        ({"username": "Ol\u0456via"}, {"name": "Plex 9"}),
        ({"email": ""}, {"email": None}),
        ({"email": "no address"}, {"email": None}),
    ],
)
def test_an_account_is_what_plex_says_of_it(plex, person, facts, shown):
    plex.answers(account_xml(**facts))
    account = person.account("a-token")
    assert {name: getattr(account, name) for name in shown} == shown


@pytest.mark.parametrize(("body", "content_type"), UNREADABLE)
def test_an_unreadable_answer_is_never_taken_for_an_account_or_for_none(plex, person, body, content_type):
    plex.answers(body, content_type)
    servers = partial(person.server_ids, account_id=9, owner_id=7)
    for read in (person.account, servers, person.owned_servers, person.is_confirmed):
        with pytest.raises(TemporaryPlexError):
            read("a-token")


def test_an_empty_token_never_speaks_for_the_owner(plex, person, monkeypatch):
    """plexapi would take this variable's instead (docs/plex.md, trap 2)."""
    monkeypatch.setenv("PLEXAPI_AUTH_SERVER_TOKEN", "the owner's")
    servers = partial(person.server_ids, account_id=9, owner_id=7)
    for read in (person.account, servers, person.owned_servers, person.is_confirmed):
        with pytest.raises(TemporaryPlexError):
            read("")
    assert plex.requests == []


def test_a_person_reaches_the_servers_of_that_owner_and_of_no_other(plex, person):
    reached = {(9, 7): {"his"}, (9, 8): set(), (9, 9): {"hers"}}
    for (account_id, owner_id), servers in reached.items():
        plex.answers(SERVERS)
        assert person.server_ids("a-token", account_id=account_id, owner_id=owner_id) == servers


@pytest.mark.parametrize("said", ['owned="0"', "", 'ownerId=""', 'owned="0" ownerId="8"', 'owned="1"'])
def test_a_server_that_is_not_said_to_be_the_owner_s_is_not_recognised(plex, person, said):
    """Its identifier alone proves nothing: a server says its own."""
    plex.answers(f'<resources><resource name="x" provides="server" clientIdentifier="his" {said}/></resources>')
    assert person.server_ids("a-token", account_id=9, owner_id=7) == frozenset()


def test_who_it_is_and_which_servers_they_reach_are_asked_for_side_by_side(plex, person, monkeypatch):
    both, send = Barrier(2, timeout=5), PlexSession.send

    def send_together(*arguments, **options):
        both.wait()
        return send(*arguments, **options)

    monkeypatch.setattr(PlexSession, "send", send_together)
    about, _, _ = account_xml().removeprefix("<user").partition(">")
    plex.answers(SERVERS.replace("<resources>", f"<resources {about}>"))
    found, reached = person.account_with_servers("a-token", owner_id=7)
    assert (found.id, reached) == (9, {"his"})
    assert len(plex.requests) == 2


@pytest.mark.parametrize("missing", ["confirmed", "restricted"])
def test_what_plex_does_not_say_verifies_no_address(plex, person, missing):
    plex.answers(re.sub(rf'{missing}="\d"', "", account_xml()))
    assert not person.account("a-token").confirmed


def test_a_person_s_own_servers_are_those_that_are_said_to_be_owned(plex, person):
    plex.answers(SERVERS)
    assert person.owned_servers("a-token") == (OwnedServer("hers", "Olivia's Plex"),)
    assert [request.headers["X-Plex-Token"] for request in plex.requests] == ["a-token"]


@pytest.mark.parametrize("answer", ['<user id="9" username="zoe"/>', '<user id="9" username="zoe"><profile/></user>'])
def test_of_an_account_no_more_is_read_than_is_needed(plex, person, answer):
    plex.answers(answer)
    assert person.account("a-token") == PlexAccount(9, "zoe", None, confirmed=False, restricted=False)


def test_a_token_is_used_as_the_client_that_it_belongs_to(plex, person):
    plex.answers(account_xml(), XML)
    person.account("a-token@visitors-1")
    headers = plex.asked().headers
    assert (headers["X-Plex-Token"], headers["X-Plex-Client-Identifier"]) == ("a-token", "visitors-1")


def test_signing_out_deletes_the_token_at_plex(plex, person):
    plex.answers("", XML, status=204)
    person.sign_out("a-token@visitors-1")
    request = plex.asked()
    assert (request.method, request.path) == ("DELETE", "/api/v2/users/signout")
    assert request.headers["X-Plex-Token"] == "a-token"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_token_that_plex_does_not_know_is_signed_out_already(plex, person, status):
    plex.answers("", XML, status=status)
    person.sign_out("a-token@visitors-1")


@pytest.mark.parametrize("status", [429, 500, 503, 520])
def test_a_sign_out_that_may_have_failed_is_to_be_repeated(plex, person, status):
    plex.answers("", XML, status=status)
    with pytest.raises(TemporaryPlexError):
        person.sign_out("a-token@visitors-1")
