"""Who takes a seat, and how they are counted."""

from datetime import timedelta

import pytest

from chalicelib.access.deciding.adopting import Adopting
from chalicelib.access.deciding.restoring import Restoring
from chalicelib.access.deciding.seating import ShowingSeats
from chalicelib.access.looking import AskingForLooks, Looking
from chalicelib.access.looks import Outcome
from chalicelib.access.model import Part
from chalicelib.access.seats import NO_SEATS, Gate, Room, Seats
from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import NotAllowed, SeatsTaken
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.settings.model import OnDifference, Policy, Refresh
from tests.fakes.plex import MOVIES


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_USERS)


def look(scenario):
    scenario.use(AskingForLooks).schedule(now=scenario.now)
    scenario.messages.clear()
    scenario.use(Looking).look(deadline=scenario.now + timedelta(seconds=60))
    scenario.later(seconds=1)


def counted(scenario):
    return scenario.database.gate.server, scenario.database.gate.home


def a_stranger(scenario, name="fred"):
    person = scenario.plex.add_person(name)
    scenario.plex.share_by_hand(person.id, MOVIES)
    return person


def test_whoever_joins_takes_a_seat_from_the_claim_on_and_keeps_it(scenario):
    redemption = scenario.redeem()
    assert counted(scenario) == (1, 0)
    scenario.drain()
    assert counted(scenario) == (1, 0)
    assert scenario.access(redemption).done.seats == Seats(server=True)


def test_a_place_in_the_home_is_a_seat_of_its_own(scenario):
    scenario.redeem(scenario.invite(plex_home=True))
    assert counted(scenario) == (1, 1)
    scenario.drain()
    assert counted(scenario) == (1, 1)


def test_the_seat_is_free_once_a_read_showed_that_nothing_is_left(scenario):
    redemption = scenario.redeem()
    scenario.drain()
    scenario.close_account(redemption)
    assert counted(scenario) == (1, 0)
    scenario.drain()
    assert counted(scenario) == (0, 0)


def test_without_a_seat_nobody_is_let_in_and_no_use_is_spent(scenario):
    scenario.change_settings(seat_limit=1)
    scenario.redeem()
    invite = scenario.invite()
    with pytest.raises(SeatsTaken):
        scenario.redeem(invite)
    assert scenario.database.invites[invite.code].uses == 0
    scenario.change_settings(seat_limit=2)
    scenario.redeem(invite)


def test_where_the_home_is_full_only_its_own_invites_are_refused(scenario):
    read = Refresh(home_limit=1)
    scenario.change_settings(libraries_refresh=read)
    scenario.redeem(scenario.invite(plex_home=True))
    with pytest.raises(SeatsTaken):
        scenario.redeem(scenario.invite(plex_home=True))
    scenario.redeem()


def test_who_is_missing_on_plex_keeps_the_seat_and_needs_no_second_one(scenario):
    redemption = scenario.redeem()
    scenario.drain()
    scenario.change_settings(seat_limit=1)
    scenario.plex.end_shares(scenario.plex_id(redemption))
    look(scenario)
    assert scenario.database.gate.server == 1


def test_people_without_an_account_here_take_seats_as_the_last_look_saw_them(scenario, manager):
    fred = a_stranger(scenario)
    scenario.plex_owner.create_managed("Kid")
    look(scenario)
    assert scenario.database.gate == Gate(server=1, home=2, others=1, home_others=2)
    scenario.plex.end_shares(fred.id)
    gina = a_stranger(scenario, "gina")
    look(scenario)
    look(scenario)
    assert (counted(scenario), list(scenario.database.strangers)) == ((1, 2), [gina.id])


def test_whoever_is_adopted_keeps_their_seat(scenario, manager):
    fred = a_stranger(scenario)
    look(scenario)
    scenario.use(Adopting).adopt((fred.id,), by=manager, now=scenario.now)
    assert scenario.database.gate == Gate(server=1, home=1, others=0, home_others=1)
    look(scenario)
    assert scenario.database.gate == Gate(server=1, home=1, others=0, home_others=1)


def test_people_are_adopted_by_themselves_where_the_settings_say_so_once_two_looks_saw_them(scenario):
    scenario.change_settings(on_difference=OnDifference(unknown_person=Policy.ACCEPT))
    fred = a_stranger(scenario)
    look(scenario)
    assert list(scenario.database.strangers) == [fred.id]
    look(scenario)
    assert scenario.database.strangers == {}
    (access,) = scenario.database.accesses.values()
    assert (access.plex_id, access.is_settled) == (fred.id, True)
    look(scenario)
    assert scenario.database.gate == Gate(server=1, home=1, others=0, home_others=1)


def test_seats_are_shown_to_those_who_manage_users(scenario, manager):
    scenario.redeem()
    a_stranger(scenario)
    look(scenario)
    scenario.change_settings(seat_limit=50)
    showing = scenario.use(ShowingSeats)
    seating = showing.show(scenario.settings.get(), by=manager)
    assert (seating.gate.server, seating.room, seating.pending, seating.claimed) == (2, Room(50, 15), 0, 1)
    with pytest.raises(NotAllowed):
        showing.show(scenario.settings.get(), by=scenario.user("ina"))


@pytest.fixture
def from_before(scenario):
    """Members of a version that did not count seats: gives their accesses' ids."""
    redeemed = [scenario.redeem(), scenario.redeem(scenario.invite(plex_home=True)), scenario.redeem()]
    scenario.drain()
    redeemed.append(scenario.redeem())
    for id_, access in scenario.database.accesses.items():
        scenario.database.accesses[id_] = access.doing(seats=NO_SEATS)
    scenario.database.gate = Gate()
    return [redemption.user.id for redemption in redeemed]


def test_those_who_were_members_before_seats_were_counted_are_counted_by_the_first_look(scenario, from_before):
    scenario.plex.fail("survey", TemporaryPlexError("no"))
    look(scenario)
    assert counted(scenario) == (4, 1)
    look(scenario)
    assert scenario.database.gate == Gate(server=4, home=2, home_others=1)
    scenario.drain()
    assert counted(scenario) == (4, 2)


def test_whom_a_worker_has_just_then_is_counted_by_the_next_look(scenario, from_before):
    access = scenario.database.accesses[from_before[1]]
    scenario.accesses.save(access.taken("another's", scenario.now + timedelta(seconds=60), scenario.now))
    look(scenario)
    assert not scenario.database.look.is_seated
    scenario.accesses.save(scenario.database.accesses[from_before[1]].let_go(None), lease="another's")
    look(scenario)
    assert (scenario.database.look.is_seated, scenario.database.gate.server) == (True, 4)


def test_members_are_not_read_again_once_they_are_counted(scenario, from_before):
    look(scenario)
    look(scenario)
    scenario.database.accesses[from_before[0]] = scenario.database.accesses[from_before[0]].doing(seats=NO_SEATS)
    look(scenario)
    assert scenario.database.accesses[from_before[0]].done.seats == NO_SEATS


def test_a_count_over_another_than_was_read_is_refused(scenario):
    scenario.looks.count_others(3, 1, was=Gate())
    with pytest.raises(StaleWrite):
        scenario.looks.count_others(4, 1, was=Gate())
    assert counted(scenario) == (3, 1)


def test_a_place_in_the_home_that_another_hand_gave_a_member_is_counted_once_a_look_saw_it(scenario):
    redemption = scenario.redeem()
    scenario.drain()
    scenario.later(seconds=1)
    scenario.plex.join_home_by_hand(scenario.plex_id(redemption))
    look(scenario)
    assert scenario.database.gate == Gate(server=1, home=2, home_others=1)
    scenario.plex.home.remove(scenario.plex_id(redemption))
    look(scenario)
    assert scenario.database.gate == Gate(server=1, home=1, home_others=1)


def test_accepting_that_a_member_is_out_of_the_home_frees_their_seat(scenario, manager):
    redemption = scenario.redeem(scenario.invite(plex_home=True))
    scenario.drain()
    scenario.later(seconds=1)
    scenario.plex.home.remove(scenario.plex_id(redemption))
    look(scenario)
    assert counted(scenario) == (1, 2)
    scenario.use(Restoring).accept(redemption.user.id, version=None, by=manager, now=scenario.now)
    assert counted(scenario) == (1, 1)


def test_who_is_missing_in_a_suspect_look_takes_a_seat_still(scenario):
    for name in ("fred", "gina", "hugo"):
        a_stranger(scenario, name)
    look(scenario)
    scenario.plex.shares.clear()
    look(scenario)
    assert (scenario.database.look.outcome, counted(scenario)) == (Outcome.SUSPECT, (3, 1))


def test_whoever_is_adopted_while_a_look_is_on_is_not_counted_twice(scenario, manager):
    fred = a_stranger(scenario)
    look(scenario)
    scenario.plex.before_call = lambda: scenario.use(Adopting).adopt((fred.id,), by=manager, now=scenario.now)
    look(scenario)
    scenario.plex.before_call = lambda: None
    assert scenario.database.gate == Gate(server=1, home=1, others=0, home_others=1)


def test_people_of_the_home_who_are_adopted_by_themselves_keep_their_seats(scenario):
    scenario.change_settings(on_difference=OnDifference(unknown_person=Policy.ACCEPT))
    fred = a_stranger(scenario)
    scenario.plex.join_home_by_hand(fred.id)
    look(scenario)
    look(scenario)
    assert scenario.database.gate == Gate(server=1, home=2, others=0, home_others=1)


def test_what_plex_did_not_tell_of_the_home_is_kept_when_the_rest_is_accepted(scenario, manager):
    redemption = scenario.redeem(scenario.invite(plex_home=True))
    scenario.drain()
    access = scenario.access(redemption)
    untold = access.doing(observed=replace(access.done.observed, home=None))
    scenario.database.accesses[access.user_id] = untold
    scenario.use(Restoring).accept(redemption.user.id, version=None, by=manager, now=scenario.now)
    assert scenario.access(redemption).entry(Part.HOME).is_owed
    assert counted(scenario) == (1, 1)
