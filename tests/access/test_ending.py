from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.access.ending import EndingAccess, ResendingEndings
from chalicelib.access.model import Ending, Given
from chalicelib.access.reasons import ACCOUNT_CLOSED
from chalicelib.accounts.model import AccountState
from chalicelib.common.refusals import UserNotFound
from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, TemporaryPlexError
from chalicelib.redemptions.model import State
from tests.fakes.plex import MOVIES

UNWELL = TemporaryPlexError("down")
MINUTE = timedelta(minutes=1)


def end(scenario, user_id):
    return scenario.use(EndingAccess).end(user_id)


def closed(user):
    return replace(user, state=AccountState.CLOSED)


@pytest.fixture
def left(scenario):
    """A redemption that was done when its account was closed."""
    redemption = scenario.redeem()
    scenario.drain()
    scenario.close_account(redemption)
    return scenario.current(redemption)


def test_what_a_closed_account_was_given_is_taken_away(scenario, left):
    ending = end(scenario, left.user.id)
    assert ending == Ending(user_id=left.user.id, begun_at=scenario.now, given=left.given, ended_at=scenario.now)
    assert scenario.endings.get(left.user.id) == ending
    scenario.must_have_left(left)


@pytest.mark.parametrize("locally", [True, False])
def test_a_place_at_home_is_taken_away_with_it(scenario, locally):
    redeem = scenario.redeem_locally if locally else scenario.redeem
    redemption = redeem(plex_home=True)
    scenario.drain()
    scenario.must_be_settled(redemption)
    scenario.close_account(redemption)
    scenario.drain()
    scenario.must_have_left(redemption)


def test_an_account_that_is_open_keeps_its_access(scenario):
    redemption = scenario.redeem()
    scenario.drain()
    assert end(scenario, redemption.user.id) is None
    assert scenario.database.endings == {}
    scenario.must_be_settled(redemption)


def test_an_account_that_never_was_is_not_found(scenario):
    with pytest.raises(UserNotFound):
        end(scenario, "unknown")


def test_a_second_message_does_nothing(scenario, left):
    ended, writes = end(scenario, left.user.id), []
    scenario.plex.calls.clear()
    scenario.later(minutes=1)
    scenario.database.before_write = lambda: writes.append("a write")
    assert end(scenario, left.user.id) == ended
    assert (scenario.plex.calls, writes) == ([], [])


def test_what_the_owner_shared_with_an_account_that_came_without_an_invite_ends_as_well(scenario):
    maya = scenario.plex.add_person("maya").id
    scenario.plex.share_by_hand(maya, MOVIES)
    user = scenario.user("maya", plex_id=maya)
    scenario.database.users[user.id] = closed(user)
    assert end(scenario, user.id).given == Given(machine_id=scenario.plex.server.machine_id, plex_id=maya)
    assert scenario.plex.share_of(maya) is None


def test_without_a_server_and_without_an_account_at_plex_there_is_nothing_to_take_away(scenario):
    local = scenario.user("tom")
    scenario.database.users[local.id] = closed(local)
    assert end(scenario, local.id).ended_at
    scenario.change_settings(server=None)
    maya = scenario.user("maya", plex_id=41)
    scenario.database.users[maya.id] = closed(maya)
    ended = end(scenario, maya.id)
    assert (ended.given.machine_id, ended.ended_at) == (None, scenario.now)
    assert scenario.plex.calls == []


def test_a_failure_is_tried_again_after_a_wait_that_doubles_up_to_a_quarter_of_an_hour(scenario, left):
    scenario.plex.fail("find_share", UNWELL, times=None)
    scenario.messages.clear()
    delays = []
    for tries in range(1, 12):
        ending = end(scenario, left.user.id)
        (message,) = scenario.messages
        assert (message.kind, message.id) == ("end_access", left.user.id)
        assert (ending.tries, ending.ended_at) == (tries, None)
        assert ending.next_try_at == scenario.now + timedelta(seconds=message.delay)
        assert scenario.endings.get(left.user.id) == ending
        delays.append(message.delay)
        scenario.messages.clear()
    assert delays == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


@pytest.mark.parametrize(("chance", "delay"), [(0.0, 12), (1.0, 20)])
def test_those_that_failed_together_are_not_tried_again_together(scenario, left, monkeypatch, chance, delay):
    monkeypatch.setattr(type(scenario), "chance", lambda _: chance)
    scenario.plex.fail("find_share", UNWELL, times=None)
    for _ in range(4):
        ending = end(scenario, left.user.id)
    assert ending.next_try_at == scenario.now + timedelta(seconds=delay)


@pytest.mark.parametrize(("asked", "delay"), [(77, 77), (5000, 900)])
def test_plex_tv_is_given_the_time_that_it_asks_for(scenario, left, asked, delay):
    scenario.plex.fail("find_share", TemporaryPlexError("busy", retry_after=asked))
    assert end(scenario, left.user.id).next_try_at == scenario.now + timedelta(seconds=delay)


@pytest.mark.parametrize("error", [OwnerTokenRefused("void"), PlexRefused("no", status=403)])
def test_whatever_plex_says_it_is_tried_for_ever(scenario, left, error):
    scenario.plex.fail("unshare", error, times=30)
    scenario.drain()
    assert scenario.endings.get(left.user.id).tries == 30
    scenario.must_have_left(left)


def test_what_is_under_way_is_stopped_first(scenario):
    redemption = scenario.redeem()
    scenario.close_account(redemption)
    end(scenario, redemption.user.id)
    stopped = scenario.current(redemption)
    assert (stopped.state, stopped.reason) == (State.FAILED, ACCOUNT_CLOSED)
    scenario.drain()
    assert scenario.current(redemption) == stopped
    scenario.must_have_left(redemption)


def closes_at_call(number, scenario, redemption):
    """The admin's click comes while Plex is asked for the nth time, and its message is delivered at once."""
    begun = len(scenario.plex.calls)

    def close():
        if len(scenario.plex.calls) == begun + number:
            scenario.close_account(redemption)
            scenario.try_to_work(scenario.messages.pop())

    scenario.plex.before_call = close


CALLS = {("friend", "given"): 3, ("friend", "refused"): 3, ("home", "given"): 5, ("home", "refused"): 7}
"""How often Plex is asked on the way."""


@pytest.mark.parametrize(
    ("what", "how", "number"), [(*way, number) for way, calls in CALLS.items() for number in range(1, calls + 1)]
)
def test_an_account_closed_while_it_is_provisioned_keeps_no_access(scenario, what, how, number):
    redemption = scenario.redeem(plex_home=what == "home")
    if how == "refused":
        scenario.plex.fail("share", PlexRefused("no", status=403), times=None)
    closes_at_call(number, scenario, redemption)
    scenario.drain()
    scenario.must_have_left(redemption)
    assert not scenario.current(redemption).in_progress


def test_a_person_who_came_back_keeps_what_they_have_now(scenario):
    maya = scenario.plex.add_person("maya").id
    first = scenario.redeem(account_id=maya)
    scenario.drain()
    scenario.close_account(first)
    ending = scenario.messages.pop()
    scenario.plex.end_shares(maya)
    again = scenario.redeem(account_id=maya)
    scenario.drain()
    assert end(scenario, ending.id).ended_at
    assert scenario.must_be_settled(again).state is State.DONE


def test_an_ending_is_noted_before_plex_is_asked_so_that_the_sweep_sees_to_it(scenario, left):
    scenario.messages.clear()
    scenario.plex.fail("find_share", UNWELL)
    noted = []
    scenario.database.before_write = lambda: noted.append(len(scenario.plex.calls))
    calls = len(scenario.plex.calls)
    end(scenario, left.user.id)
    assert noted == [calls]


def test_an_ending_that_another_worker_began_meanwhile_counts(scenario, left):
    theirs = Ending(user_id=left.user.id, begun_at=scenario.now - MINUTE, given=left.given)
    scenario.database.let_come_first(lambda: scenario.endings.begin(theirs))
    assert end(scenario, left.user.id).begun_at == theirs.begun_at


def test_the_sweep_sends_again_what_no_message_carries_any_more(scenario, left):
    def sweep():
        return [(batch.done, batch.failed) for batch in scenario.use(ResendingEndings).sweep(now=scenario.now)]

    scenario.plex.fail("find_share", TemporaryPlexError("busy", retry_after=60))
    end(scenario, left.user.id)
    scenario.messages.clear()
    scenario.later(minutes=5)
    assert sweep() == []
    scenario.later(minutes=1)
    assert sweep() == [(1, 0)]
    assert [(message.kind, message.id) for message in scenario.messages] == [("end_access", left.user.id)]
    assert sweep() == []
    scenario.later(minutes=5)
    assert sweep() == [(1, 0)]
