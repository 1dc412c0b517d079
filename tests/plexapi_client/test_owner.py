"""The owner's calls: their token, and what is told from an answer that says nothing."""

import json

import pytest

from chalicelib.plex.errors import OwnerTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Features, Grant, Library
from chalicelib.plexapi_client.owner import PlexApiOwner
from tests.plexapi_client.plex_server import HTML

GRANT = Grant("machine", 7, (Library("11", "1", "Movies", "movie"),), Features(downloads=True))


def test_the_owner_s_token_is_asked_for_once_however_many_calls_follow(plex):
    tokens = iter(["a-token", "another"])
    owner = PlexApiOwner(token=lambda: next(tokens), client_id="owner", base_url=plex.url, timeout=2)
    plex.answers("<MediaContainer/>")
    owner.home_members()
    owner.library_ids("machine")
    assert next(tokens) == "another"
    assert [request.headers["X-Plex-Token"] for request in plex.requests] == ["a-token", "a-token"]


def test_without_an_owner_s_token_plex_is_not_asked(plex):
    def none_is_set():
        raise OwnerTokenRefused("no owner's token is set")

    owner = PlexApiOwner(token=none_is_set, client_id="owner", base_url=plex.url)
    for read in (owner.library_ids, owner.libraries):
        with pytest.raises(OwnerTokenRefused):
            read("machine")
    assert plex.requests == []


def test_an_address_with_a_plus_is_invited_as_it_is_written(plex, owner):
    plex.answers('<User id="9"/>')
    owner.invite_home("tom+plex@example.org")
    request = plex.asked()
    assert (request.method, request.path) == ("POST", "/api/home/users")
    assert request.query == {"invitedEmail": "tom+plex@example.org"}


def test_a_managed_user_has_its_whole_title(plex, owner):
    plex.answers('<User id="77"/>')
    assert owner.create_managed("Tom & Jerry #1") == 77
    assert plex.asked().query == {"title": "Tom & Jerry #1"}


def test_a_share_names_the_account_and_exactly_the_granted_libraries(plex, owner):
    plex.answers_json({"id": 5, "invitedId": 9, "libraries": [{"id": 11}], "allLibraries": False, "accepted": False})
    share = owner.share(9, GRANT)
    assert (share.id, share.library_ids, share.downloads) == ("5", {"11"}, None)
    asked = json.loads(plex.asked().body)
    assert (asked["machineIdentifier"], asked["invitedId"], asked["librarySectionIds"]) == ("machine", 9, [11])
    assert (asked["settings"]["allowSync"], asked["settings"]["allowTuners"], asked["skipFriendship"]) == (
        True,
        0,
        True,
    )


def test_another_account_s_share_may_not_be_taken_for_the_one_asked_for(plex, owner):
    plex.answers_json({"id": 5, "invitedId": 8, "libraries": [], "allLibraries": False, "accepted": True})
    with pytest.raises(TemporaryPlexError):
        owner.share(9, GRANT)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_needs_no_removing(plex, owner, status):
    plex.fails(status)
    owner.remove_from_home(9)
    assert [(request.method, request.path) for request in plex.requests] == [
        ("DELETE", "/api/home/users/9"),
        ("DELETE", "/api/invites/requested/9"),
    ]
    assert plex.requests[-1].query == {"friend": "0", "home": "1", "server": "0"}


def test_a_page_in_place_of_an_answer_never_means_that_something_was_done(plex, owner):
    plex.answers("<html><body><h1>Please check your network</h1></body></html>", HTML)
    for ask in (lambda: owner.share(9, GRANT), lambda: owner.create_managed("Tom")):
        with pytest.raises(TemporaryPlexError):
            ask()
    assert not owner.invite_home("tom@example.org")


@pytest.mark.parametrize("answer", ['<Response code="0" status="User invited"/>', '<User id=""/>', "<User/>", ""])
def test_an_answer_without_a_user_leaves_open_whether_the_invite_is_there(plex, owner, answer):
    plex.answers(answer)
    assert not owner.invite_home("tom@example.org")
    plex.answers('<User id="9"/>')
    assert owner.invite_home("tom@example.org")
