"""Everybody at once, in every plausible form of plex.tv's lists; what is incomplete is refused."""

import re

import pytest

from chalicelib.plex.errors import TemporaryPlexError
from local.plex.faults import Fault, Kind
from tests.fakes.plex import MOVIES
from tests.stores_contract.plex_stand_in import stand_in_world

SHARES = r"/api/servers/[^/]+/shared_servers"
PEOPLE = "/api/users/"


@pytest.fixture(scope="module")
def stand_in():
    with stand_in_world() as world:
        yield world


@pytest.fixture
def plex(stand_in):
    """A server that is shared with seven people, one of whom has not accepted."""
    stand_in.start_over()
    for number in range(7):
        account = stand_in.add_person(f"person{number}")
        stand_in.share_by_hand(account.id, MOVIES, accepted=number > 0)
    return stand_in


def survey(plex):
    people = plex.plex_owner().survey(plex.server.machine_id).people
    return [person for person in people.values() if person.share]


def calls(plex):
    return [(call["method"], call["path"]) for call in plex._world.calls.as_rows()]


@pytest.mark.parametrize("number", [10, 100])
def test_it_takes_three_calls_however_many_there_are(plex, number):
    plex._world.options.people_limit = 200
    for each in range(number):
        plex.share_by_hand(plex.add_person(f"another{each}").id, MOVIES)
    plex._world.calls.clear()
    assert len(survey(plex)) == number + 7
    assert len(calls(plex)) == 3


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_with_totals_are_followed_to_the_end(plex, size):
    plex._world.options.page_size = size
    assert len(survey(plex)) == 7


def test_a_page_that_is_not_full_is_the_last_where_no_totals_are_told(plex, monkeypatch):
    monkeypatch.setattr("chalicelib.plexapi_client.lists.PAGE", 3)
    plex._world.options.page_size, plex._world.options.pages_tell_totals = 3, False
    assert len(survey(plex)) == 7


def test_without_cuts_what_is_asked_for_does_not_matter(plex, monkeypatch):
    monkeypatch.setattr("chalicelib.plexapi_client.lists.PAGE", 100)
    assert len(survey(plex)) == 7


def test_where_a_person_leaves_while_pages_are_read_the_list_is_no_answer(plex):
    plex._world.options.page_size, plex._world.options.pages_shift_after = 3, 1
    with pytest.raises(TemporaryPlexError):
        survey(plex)


@pytest.mark.parametrize("path", [SHARES, PEOPLE, "/api/home/users"])
@pytest.mark.parametrize("kind", ["empty", "html", "truncate", "garbage", "wrong_shape", "drop", "status"])
def test_an_answer_that_cannot_be_read_is_no_answer(plex, path, kind):
    plex._world.faults.add(Fault(id=1, method="GET", path=re.compile(path), kind=Kind(kind), status=503))
    with pytest.raises(TemporaryPlexError):
        survey(plex)
    plex._world.faults.clear()
    assert len(survey(plex)) == 7
