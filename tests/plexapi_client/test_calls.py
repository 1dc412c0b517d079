"""Our own requests to plex.tv: what is sent, and how answers are read."""

import json
import time
from xml.etree.ElementTree import ParseError

import pytest
import requests
from plexapi import BASE_HEADERS

from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plexapi_client.calls import PlexCalls
from chalicelib.plexapi_client.transport import PlexSession, readable
from tests.plexapi_client.plex_server import HTML, JSON, XML

USERS = "https://plex.tv/api/home/users"
SHARES = "https://clients.plex.tv/api/v2/shared_servers"


def plex_headers(request):
    return {name: value for name, value in request.headers.items() if name.startswith("X-Plex-")}


def test_a_call_introduces_itself_as_plexapi_does_with_our_client_and_the_account_s_token(plex, calls):
    calls.xml("GET", USERS)
    ours = {"X-Plex-Client-Identifier": "client", "X-Plex-Token": "secret-token"}
    assert plex_headers(plex.asked()) == BASE_HEADERS | ours


def test_a_call_without_an_account_sends_no_token_and_names_the_product(plex):
    PlexCalls(PlexSession("client", plex.url), None, product="Streamarr").json("GET", SHARES)
    ours = {"X-Plex-Client-Identifier": "client", "X-Plex-Product": "Streamarr"}
    assert plex_headers(plex.asked()) == BASE_HEADERS | ours


def test_no_call_changes_the_headers_that_plexapi_sends_itself(plex):
    before = dict(BASE_HEADERS)
    PlexCalls(PlexSession("client", plex.url), "secret-token", product="Streamarr").xml("GET", USERS)
    assert before == BASE_HEADERS


@pytest.mark.parametrize("text", ["tom+plex@example.org", "Tom & Jerry #1", "50 % = ½?", "a/b;c", "Zoë Müller"])
def test_parameters_arrive_as_they_were_meant(plex, calls, text):
    calls.xml("POST", USERS, params={"title": text})
    request = plex.asked()
    assert (request.method, request.path, request.query) == ("POST", "/api/home/users", {"title": text})


def test_v1_is_asked_without_a_body_and_for_any_kind_of_answer(plex, calls):
    calls.xml("DELETE", f"{USERS}/7")
    request = plex.asked()
    assert (request.method, request.body, request.headers["Accept"]) == ("DELETE", b"", "*/*")


def test_v2_is_asked_for_json_and_given_json(plex, calls):
    plex.answers_json({"id": 5})
    assert calls.json("POST", SHARES, body={"invitedId": 9, "name": "Zoë"}) == {"id": 5}
    request = plex.asked()
    assert (request.headers["Accept"], request.headers["Content-Type"]) == ("application/json", "application/json")
    assert json.loads(request.body) == {"invitedId": 9, "name": "Zoë"}


@pytest.mark.parametrize("status", [200, 201, 202])
def test_every_status_of_success_is_one(plex, calls, status):
    plex.answers('<User id="7"/>', status=status)
    assert calls.xml("POST", USERS).attrib == {"id": "7"}
    plex.answers_json({"id": 7}, status=status)
    assert calls.json("POST", SHARES) == {"id": 7}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("", XML, 200),
        ("", JSON, 200),
        ("", None, 200),
        ("", None, 204),
        (" \r\n", XML, 200),
        ("OK", "text/plain; charset=utf-8", 200),
    ],
)
def test_nothing_or_a_plain_word_is_an_answer_that_tells_nothing(plex, calls, body, content_type, status):
    plex.answers(body, content_type, status=status)
    element = calls.xml("PUT", USERS)
    assert (list(element), element.attrib, element.find("Server")) == ([], {}, None)
    assert calls.json("DELETE", f"{SHARES}/5") is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x00\xff\xfe<<<<\x8f", XML),
        ("<MediaContainer><User id=", XML),
        ('{"id": 1}', JSON),
        ("<html><br>", HTML),
    ],
)
def test_an_answer_that_is_no_xml_is_told_from_an_empty_one(plex, calls, body, content_type):
    plex.answers(body, content_type)
    with pytest.raises(ParseError):
        calls.xml("GET", USERS)
    with pytest.raises(TemporaryPlexError), readable():
        calls.xml("GET", USERS)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x00\xff\xfe<<<<\x8f", JSON),
        ('{"id": ', JSON),
        ('<SharedServer id="5"/>', XML),
        ("<html><body><h1>Please check your network</h1></body></html>", HTML),
    ],
)
def test_an_answer_that_is_no_json_is_told_from_an_empty_one(plex, calls, body, content_type):
    """A well-formed page with status 200 has come without any effect (docs/plex.md, trap 3)."""
    plex.answers(body, content_type)
    with pytest.raises(requests.JSONDecodeError):
        calls.json("POST", SHARES)
    with pytest.raises(TemporaryPlexError), readable():
        calls.json("POST", SHARES)


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        (XML, "utf-8"),
        (XML, "utf-8-sig"),
        ("application/xml", "utf-8"),
        ("text/xml", "utf-8"),
        ("text/xml; Charset=ISO-8859-1", "iso-8859-1"),
        ("application/xml;charset=utf-16", "utf-16"),
    ],
)
def test_a_name_is_read_in_the_encoding_that_the_answer_states_and_else_in_utf_8(plex, calls, content_type, encoding):
    plex.answers('<User title="Zoë Müller"/>'.encode(encoding), content_type)
    assert calls.xml("GET", USERS).attrib["title"] == "Zoë Müller"


@pytest.mark.parametrize("content_type", [JSON, "application/json", "text/json"])
def test_json_is_utf_8(plex, calls, content_type):
    plex.answers('{"title": "Zoë"}', content_type)
    assert calls.json("GET", SHARES) == {"title": "Zoë"}


def test_a_character_that_xml_forbids_costs_that_character_only(plex, calls):
    plex.answers('<MediaContainer><User title="Zo\x08e"/><User title="Max"/></MediaContainer>')
    assert [user.attrib["title"] for user in calls.xml("GET", USERS)] == ["Zoe", "Max"]


def test_entities_that_grow_without_end_are_refused(plex, calls):
    grown = "".join(f'<!ENTITY {name} "{f"&{of};" * 10}">' for of, name in zip("abcdefgh", "bcdefghi", strict=True))
    plex.answers(f'<!DOCTYPE x [<!ENTITY a "{"ha" * 50}">{grown}]><MediaContainer>&i;</MediaContainer>')
    began = time.monotonic()
    with pytest.raises(TemporaryPlexError), readable():
        calls.xml("GET", USERS)
    assert time.monotonic() - began < 5


def test_an_entity_that_points_elsewhere_is_not_fetched(plex, calls):
    plex.answers(f'<!DOCTYPE x [<!ENTITY e SYSTEM "{plex.url}/elsewhere">]><User title="x">&e;</User>')
    with pytest.raises(TemporaryPlexError), readable():
        calls.xml("GET", USERS)
    assert plex.asked().path == "/api/home/users"
