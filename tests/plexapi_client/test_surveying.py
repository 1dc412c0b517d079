"""Everybody at once, in every plausible form of plex.tv's lists; what is incomplete is refused."""

import re

import pytest

from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plex.filters import same_filters
from local.plex.faults import Fault, Kind
from tests.fakes.plex import MOVIES
from tests.stores_contract.plex_stand_in import stand_in_world

NO_ONE = 999
HIDDEN = (("filterMovies", "contentRating=G%2CPG|label=Kids"),)
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


def fail(plex, path, kind, *, times=1):
    plex._world.faults.add(Fault(id=1, method="GET", path=re.compile(path), kind=Kind(kind), status=503, times=times))


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


@pytest.mark.parametrize("asked_for", [1, 3, 7, 8, 100])
def test_without_cuts_what_is_asked_for_does_not_matter(plex, monkeypatch, asked_for):
    monkeypatch.setattr("chalicelib.plexapi_client.lists.PAGE", asked_for)
    assert len(survey(plex)) == 7


def test_where_each_time_somebody_leaves_while_pages_are_read_the_list_is_no_answer(plex):
    plex._world.options.page_size, plex._world.options.pages_shift_after = 3, 1
    with pytest.raises(TemporaryPlexError):
        survey(plex)


def test_a_list_that_changed_while_it_was_read_is_read_once_more(plex):
    options = plex._world.options
    options.page_size, options.pages_shift_after, options.pages_shift_times = 3, 2, 1
    assert len(survey(plex)) == 7


def test_without_totals_several_pages_count_once_they_were_read_twice_alike(plex, monkeypatch):
    monkeypatch.setattr("chalicelib.plexapi_client.lists.PAGE", 3)
    options = plex._world.options
    options.page_size, options.pages_tell_totals = 3, False
    options.pages_shift_after, options.pages_shift_times = 1, 2
    with pytest.raises(TemporaryPlexError):
        survey(plex)
    options.pages_shift_times = 0
    plex._world.calls.clear()
    assert len(survey(plex)) == 7
    assert calls(plex).count(("GET", f"/api/servers/{plex.server.machine_id}/shared_servers")) == 6


@pytest.mark.parametrize("path", [SHARES, PEOPLE, "/api/home/users"])
@pytest.mark.parametrize("kind", ["empty", "html", "truncate", "garbage", "wrong_shape", "drop", "status"])
def test_an_answer_that_cannot_be_read_is_no_answer(plex, path, kind):
    fail(plex, path, kind)
    with pytest.raises(TemporaryPlexError):
        survey(plex)
    plex._world.faults.clear()
    assert len(survey(plex)) == 7


@pytest.mark.parametrize("path", [SHARES, PEOPLE])
def test_lists_of_different_lengths_are_no_answer(plex, path):
    fail(plex, path, "shrink")
    with pytest.raises(TemporaryPlexError):
        survey(plex)


def test_an_odd_row_among_the_shares_leaves_what_the_others_say(plex):
    fail(plex, SHARES, "odd_row", times=None)
    surveyed = plex.plex_owner().survey(plex.server.machine_id)
    assert (len(surveyed.shares.by_account), surveyed.shares.is_whole) == (7, False)


@pytest.mark.parametrize("path", [PEOPLE, "/api/home/users"])
def test_an_odd_row_among_the_people_leaves_their_shares_and_tells_nobody_s_place(plex, path):
    fail(plex, path, "odd_row", times=None)
    surveyed = plex.plex_owner().survey(plex.server.machine_id)
    assert (len(surveyed.shares.by_account), surveyed.shares.is_whole, surveyed.tells_home) == (7, True, False)
    assert {person.place for id_, person in surveyed.people.items() if id_ != plex.owner.id} == {None}
    assert surveyed.place_of(1) is None


def test_an_empty_home_tells_nobody_s_place_for_its_owner_is_in_it(plex):
    fail(plex, "/api/home/users", "shrink", times=None)
    assert not plex.plex_owner().survey(plex.server.machine_id).tells_home


def test_an_odd_row_elsewhere_leaves_the_rest(plex):
    fail(plex, "/api/v2/shared_servers/owned/pending", "odd_row")
    listed = plex.plex_owner().owned_shares(plex.server.machine_id)
    assert (len(listed.by_account), listed.is_whole) == (7, False)


# One person at a time: half a list is no answer either


@pytest.fixture
def people(plex):
    """The last ones of each list: with a share, invited into the Home, a managed user in it."""
    owner = plex.plex_owner()
    last, invited = plex.add_person("last").id, plex.add_person("invited").id
    plex.share_by_hand(last, MOVIES)
    owner.invite_home("invited")
    return last, invited, owner.create_managed("Tom")


def reads(plex, share_of, at_home, managed):
    owner = plex.plex_owner()
    return (
        owner.find_share(share_of, plex.server.machine_id) is not None,
        owner.is_at_home(at_home),
        managed in {member.account_id for member in owner.home_members()},
        at_home in owner.home_invites(),
    )


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_the_last_of_a_list_in_pages_is_found(plex, people, size, marked):
    plex._world.options.page_size, plex._world.options.users_list_home_invites = size, marked
    assert reads(plex, *people) == (True, True, True, True)


READS = {
    SHARES: lambda owner, plex: owner.find_share(NO_ONE, plex.server.machine_id),
    PEOPLE: lambda owner, _: owner.is_at_home(NO_ONE),
    "/api/home/users": lambda owner, _: owner.home_members(),
    "/api/invites/requested": lambda owner, _: owner.home_invites(),
}


@pytest.mark.parametrize("path", READS)
def test_nobody_is_absent_where_a_row_cannot_be_read(plex, people, path):
    fail(plex, path, "odd_row", times=None)
    with pytest.raises(TemporaryPlexError):
        READS[path](plex.plex_owner(), plex)


def test_who_is_listed_is_found_beside_a_row_that_cannot_be_read(plex, people):
    last, invited, _ = people
    fail(plex, f"{SHARES}|{PEOPLE}", "odd_row", times=None)
    owner = plex.plex_owner()
    assert owner.find_share(last, plex.server.machine_id)
    assert owner.is_at_home(invited)
    assert owner.email_of(invited) == "invited@example.org"


@pytest.mark.parametrize("read", READS.values())
def test_nobody_is_absent_from_a_list_that_changes_each_time(plex, people, read):
    for name in ("anna", "berta"):
        plex.plex_owner().invite_home(plex.add_person(name).name)
    plex._world.options.page_size, plex._world.options.pages_shift_after = 1, 1
    with pytest.raises(TemporaryPlexError):
        read(plex.plex_owner(), plex)
    plex._world.options.pages_shift_times = 1
    read(plex.plex_owner(), plex)


@pytest.mark.parametrize("joined_by", ["|", "&"])
@pytest.mark.parametrize("unquoted", [True, False])
@pytest.mark.parametrize("backwards", [True, False])
def test_what_is_hidden_is_read_however_it_is_written(plex, people, joined_by, unquoted, backwards):
    last, *_ = people
    plex._world.options.filters_joined_by, plex._world.options.filters_unquoted = joined_by, unquoted
    plex._world.options.filters_reversed = backwards
    (share,) = (one for one in plex._world.shares.values() if one.invitee == last)
    share.settings |= dict(HIDDEN)
    read = plex.plex_owner().find_share(last, plex.server.machine_id)
    assert same_filters(read.filters, HIDDEN)
    assert plex.plex_owner().owned_shares(plex.server.machine_id).by_account[last] == read
