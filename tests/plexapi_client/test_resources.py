"""Servers and devices that an account reaches: an answer that cannot be read never means that there are none."""

import pytest

from chalicelib.plexapi_client.resources import Resource, read_resources
from tests.plexapi_client.plex_server import HTML, JSON, XML


def test_resources_are_read_with_what_they_are_and_whose(plex, calls):
    plex.answers(
        '<resources><resource name="A &amp; B" provides="server" clientIdentifier="one" owned="1"/>'
        '<resource provides="client,player" clientIdentifier="two" owned="0"/>'
        '<resource name="NAS" provides="controller, server" clientIdentifier="three" owned="true"/></resources>'
    )
    assert read_resources(calls) == [
        Resource("one", "A & B", is_server=True, owned=True),
        Resource("two", "", is_server=False, owned=False),
        Resource("three", "NAS", is_server=True, owned=True),
    ]


def test_relays_and_secure_addresses_are_asked_for_as_plexapi_asks(plex, calls):
    plex.answers("<resources/>")
    read_resources(calls)
    request = plex.asked()
    assert request.path == "/api/v2/resources"
    assert request.query == {"includeHttps": "1", "includeRelay": "1", "includeIPv6": "1"}


@pytest.mark.parametrize("empty", ["<resources/>", '<MediaContainer size="0"/>'])
def test_a_list_without_rows_means_none(plex, calls, empty):
    plex.answers(empty)
    assert read_resources(calls) == []


@pytest.mark.parametrize("body", ["", "<Weather/>", "<html><body/></html>", '<Response code="0" status="ok"/>'])
@pytest.mark.parametrize("content_type", [XML, HTML, "text/plain"])
def test_an_answer_about_something_else_is_refused(plex, calls, body, content_type):
    plex.answers(body, content_type)
    with pytest.raises(ValueError, match="something else"):
        read_resources(calls)


def test_json_is_no_list_of_resources(plex, calls):
    plex.answers("[]", JSON)
    with pytest.raises(SyntaxError):
        read_resources(calls)


@pytest.mark.parametrize(
    "row",
    [
        '<resource provides="server" owned="1"/>',
        '<resource clientIdentifier="one" owned="1"/>',
        '<resource provides="server" clientIdentifier="one" owned="perhaps"/>',
    ],
)
def test_a_row_that_cannot_be_read_is_not_passed_over(plex, calls, row):
    plex.answers(f"<resources>{row}</resources>")
    with pytest.raises((KeyError, ValueError)):
        read_resources(calls)
