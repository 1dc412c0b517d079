"""Looks at many people: what was done behind our back is found, and no fault of plex.tv makes anybody differ.

PEOPLE_LOOKED_AT sets how many there are: `PEOPLE_LOOKED_AT=1000 pytest tests/plex_faults/test_looks.py`.
"""

import os
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.access.differences import Difference
from chalicelib.access.looks import Outcome
from chalicelib.access.steps import is_as_wanted
from chalicelib.plex.model import Place
from local.plex.rules import homes, sharing
from local.plex.rules.people import befriend
from tests.plex_faults.everybody import Everybody
from tests.plex_faults.test_every_fault import FAULTS, HOME, SHARES

PEOPLE = int(os.environ.get("PEOPLE_LOOKED_AT") or 36)
USERS, INVITED, ELSEWHERE = "/api/users/", "/api/invites/requested", r"/api/v2/shared_servers/owned/\w+"
LISTS = (SHARES, USERS, HOME, INVITED, ELSEWHERE)


def remove(everybody, plex_id):
    sharing.end(everybody.world, everybody.share_of(plex_id))


def unfriend(everybody, plex_id):
    sharing.part_with(everybody.world, everybody.owner, plex_id)


def narrow(everybody, plex_id):
    sharing.replace_libraries(everybody.world, everybody.share_of(plex_id), [everybody.sections[0].id])


def widen(everybody, plex_id):
    ids = [section.id for section in everybody.sections[:3]]
    sharing.replace_libraries(everybody.world, everybody.share_of(plex_id), ids)


def give_everything(everybody, plex_id):
    sharing.replace_libraries(everybody.world, everybody.share_of(plex_id), [])


def replace_libraries(everybody, plex_id):
    sharing.replace_libraries(everybody.world, everybody.share_of(plex_id), [everybody.sections[3].id])


def hide(everybody, plex_id):
    everybody.share_of(plex_id).settings["filterMovies"] = "label=Kids&contentRating=PG,G"


def allow_downloads(everybody, plex_id):
    everybody.share_of(plex_id).settings["allowSync"] = True


def leave_home(everybody, plex_id):
    homes.remove(everybody.world, everybody.owner, plex_id)


def nothing(_everybody, _plex_id):
    """Of some nobody changes anything."""


def rewrite(everybody, plex_id):
    """plex.tv writes the same otherwise."""
    everybody.share_of(plex_id).settings |= {"filterMovies": "", "allowSync": False}


CHANGES = [
    (remove, {}, {Difference.MISSING}),
    (narrow, {}, {Difference.NARROWER}),
    (widen, {}, {Difference.WIDER}),
    (give_everything, {}, {Difference.EVERYTHING}),
    (replace_libraries, {}, {Difference.NARROWER, Difference.WIDER}),
    (unfriend, {}, {Difference.MISSING}),
    (leave_home, {"at_home": True}, {Difference.NOT_IN_HOME}),
    (remove, {"accepted": False}, {Difference.MISSING}),
    (hide, {}, {Difference.RESTRICTIONS}),
    (allow_downloads, {}, {Difference.FEATURES}),
    (nothing, {"at_home": True}, set()),
    (rewrite, {}, set()),
]
"""How it is done, of whom, and what is found. The eighth declines an invite."""


@pytest.fixture
def everybody(scenario, stack):
    stack.looks_at_everybody()  # the stack's own first look is over
    everybody = Everybody(scenario)
    yield everybody
    everybody.forget()


@pytest.fixture
def people(everybody):
    """Each with the change that is to happen to them."""
    chosen = [CHANGES[number % len(CHANGES)] for number in range(PEOPLE)]
    return {everybody.let_in(**who): (change, found) for change, who, found in chosen}


@pytest.fixture
def changed(everybody, people):
    """All of them adopted, and then changed."""
    for plex_id, (change, _) in people.items():
        if change is unfriend:
            befriend(everybody.world, everybody.owner.id, plex_id)
    everybody.adopt([*people])
    for plex_id, (change, _) in people.items():
        change(everybody, plex_id)
    return {plex_id: found for plex_id, (_, found) in people.items() if found}


def test_what_is_done_behind_our_back_is_found_within_two_looks_and_nothing_else(everybody, changed):
    assert (everybody.look().outcome, everybody.found()) == (Outcome.COMPLETE, {})
    assert (everybody.look().outcome, everybody.found()) == (Outcome.COMPLETE, changed)


def test_what_is_restored_is_as_it_is_wanted_by_a_read(everybody, people, changed):
    everybody.look()
    everybody.look()
    for plex_id in changed:
        everybody.restore(plex_id)
    let_it_be_done(everybody)
    assert everybody.found() == {}
    survey = everybody.ports.plex_owner.survey(everybody.server.machine_id)
    for plex_id in people:
        access = everybody.access(plex_id)
        assert access.is_settled
        assert is_as_wanted(access.wanted, survey.shares.by_account[plex_id])
        assert (survey.place_of(plex_id) is Place.MEMBER) == access.wanted.features.plex_home


def let_it_be_done(everybody):
    """The engine works on it, people accept what they are asked to, and looks notice that."""
    everybody.world.options.v2_shares_accepted_at_once = True
    everybody.deliver_what_is_due(within=timedelta(seconds=5))
    for _, invitee in list(everybody.world.home_invites):
        homes.join(everybody.world, everybody.owner.id, everybody.world.accounts[invitee])
    everybody.look()
    everybody.drain_queue(most=100 * PEOPLE)
    everybody.look()
    everybody.look()


# Under faults


GONE, CUT = {"kind": "status", "status": 410}, [{"kind": "shrink"}, {"kind": "odd_row"}]
OF_LISTS: list[Any] = [*(fault for fault in FAULTS if fault["kind"] != "slow"), GONE, *CUT]
BOTH_CUT = [{"kind": "shrink", "path": f"{SHARES}|{USERS}"}, {"kind": "shrink", "path": f"{USERS}|{HOME}"}]


WHO = [{}, {}, {"accepted": False}, {"at_home": True}, {"at_home": True}, {}, {}, {}]


@pytest.fixture
def few(everybody):
    plex_ids = [everybody.let_in(**who) for who in WHO]
    everybody.adopt(plex_ids)
    everybody.look()
    return plex_ids


def look_and_find_nobody(everybody):
    for _ in range(4):
        everybody.look()
        assert everybody.found() == {}
        everybody.clock.time += timedelta(hours=2)  # a pause ends with a probe


@pytest.mark.parametrize("path", LISTS, ids=["shares", "people", "home", "invites", "elsewhere"])
def test_no_fault_of_a_list_makes_anybody_differ(everybody, few, path):
    for fault in OF_LISTS:
        everybody.add_fault("GET", path, times=None, **fault)
        look_and_find_nobody(everybody)
        everybody.world.faults.clear()
    assert everybody.look().outcome is Outcome.COMPLETE


@pytest.mark.parametrize("fault", BOTH_CUT, ids=["shares and people", "people and home"])
def test_two_lists_that_are_cut_alike_make_nobody_differ(everybody, few, fault):
    everybody.add_fault("GET", times=None, **fault)
    look_and_find_nobody(everybody)


@pytest.mark.parametrize(
    "options",
    [
        {"page_size": 3},
        {"page_size": 3, "pages_shift_after": 1},
        {"page_size": 3, "pages_shift_after": 1, "pages_shift_times": 1},
        {"page_size": 1, "pages_shift_after": 4, "pages_shift_times": 2},
        {"users_list_home_invites": False, "v1_invites_gone": True},
        {"filters_joined_by": "&", "filters_reversed": True, "filters_unquoted": True},
    ],
    ids=str,
)
def test_no_form_of_the_lists_makes_anybody_differ(everybody, few, options):
    for name, value in options.items():
        setattr(everybody.world.options, name, value)
    look_and_find_nobody(everybody)


@pytest.mark.parametrize(
    "fault", [{"kind": "odd_row", "path": path} for path in LISTS], ids=lambda fault: fault["path"]
)
def test_what_an_odd_row_does_not_hide_is_found_all_the_same(everybody, few, fault):
    everybody.add_fault("GET", times=None, **fault)
    narrow(everybody, few[0])
    everybody.look()
    everybody.look()
    assert everybody.found() == {few[0]: {Difference.NARROWER}}


def test_after_the_faults_what_was_done_meanwhile_is_found(everybody, few):
    everybody.add_fault("GET", SHARES, "status", status=503, times=None)
    remove(everybody, few[0])
    leave_home(everybody, few[3])
    look_and_find_nobody(everybody)
    everybody.world.faults.clear()
    everybody.look()
    everybody.look()
    assert everybody.found() == {few[0]: {Difference.MISSING}, few[3]: {Difference.NOT_IN_HOME}}


def test_a_correction_of_filters_that_the_media_server_drops_is_made_again(everybody, few):
    everybody.world.options.filters_settle_seconds = 2
    hide(everybody, few[0])
    everybody.look()
    everybody.look()
    assert everybody.found() == {few[0]: {Difference.RESTRICTIONS}}
    everybody.share_of(few[0]).filtered_at = everybody.clock()
    everybody.restore(few[0])
    everybody.drain_queue()
    assert everybody.access(few[0]).is_settled
    assert everybody.share_of(few[0]).settings["filterMovies"] == ""
    changes = [call for call in everybody.world.calls.as_rows() if call["path"].startswith("/api/v2/shared_servers/")]
    assert [call["method"] for call in changes if call["method"] != "GET"] == ["POST", "POST"]
