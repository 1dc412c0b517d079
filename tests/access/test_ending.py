from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.access.ending import EndingAccess, ResendingEndings
from chalicelib.access.model import Ending
from chalicelib.access.reasons import ACCOUNT_CLOSED
from chalicelib.accounts.model import AccountState
from chalicelib.common.ports import RetryLater, StaleWrite
from chalicelib.common.refusals import UserNotFound
from chalicelib.plex.errors import OwnerTokenRefused, PlexRefused, TemporaryPlexError
from chalicelib.redemptions.model import State
from tests.fakes.plex import MOVIES

UNWELL = TemporaryPlexError("down")
MINUTE = timedelta(minutes=1)


def end(scenario, user_id):
    return scenario.use(EndingAccess).end(user_id, deadline=scenario.now + MINUTE)


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
    assert (ending.given, ending.begun_at, ending.ended_at) == (left.given, scenario.now, scenario.now)
    assert scenario.endings.get(left.user.id) == ending
    scenario.must_have_left(left)


def test_the_tombstone_says_when_nothing_was_left(scenario, left):
    plex_id = scenario.database.users[left.user.id].plex_id
    assert scenario.accounts.tombstone_of(plex_id).ended_at is None
    ended_at = scenario.later(minutes=1)
    end(scenario, left.user.id)
    assert scenario.accounts.tombstone_of(plex_id).ended_at == ended_at


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


def test_what_the_owner_shared_by_hand_with_an_account_that_came_without_an_invite_stays(scenario):
    maya = scenario.plex.add_person("maya").id
    scenario.plex.share_by_hand(maya, MOVIES)
    user = scenario.user("maya", plex_id=maya)
    scenario.database.users[user.id] = closed(user)
    ended = end(scenario, user.id)
    assert (ended.given, ended.ended_at) == (None, scenario.now)
    assert scenario.plex.share_of(maya)
    assert scenario.plex.calls == []


def test_what_was_shared_by_hand_before_anything_was_given_stays(scenario):
    maya = scenario.plex.add_person("maya").id
    redemption = scenario.redeem(account_id=maya)
    scenario.plex.share_by_hand(maya, MOVIES)
    scenario.messages.clear()
    scenario.close_account(redemption)
    scenario.drain()
    assert scenario.endings.get(redemption.user.id).ended_at
    assert scenario.plex.share_of(maya)


def test_a_place_at_home_that_the_person_had_before_stays(scenario):
    maya = scenario.plex.add_person("maya").id
    scenario.plex.join_home_by_hand(maya)
    redemption = scenario.redeem(account_id=maya, plex_home=True)
    scenario.drain()
    scenario.must_be_settled(redemption)
    scenario.close_account(redemption)
    scenario.drain()
    assert scenario.plex.share_of(maya) is None
    assert maya in scenario.plex.home


@pytest.mark.parametrize(("left_for", "seconds"), [(41, 41), (2.5, 3)])
def test_while_another_worker_has_it_the_message_comes_again_once_that_one_is_gone(scenario, left, left_for, seconds):
    ending = scenario.endings.begin(Ending(user_id=left.user.id, begun_at=scenario.now, given=left.given))
    scenario.endings.save(ending.taken(scenario.now + timedelta(seconds=left_for)))
    scenario.plex.calls.clear()
    with pytest.raises(RetryLater) as later:
        end(scenario, left.user.id)
    assert later.value.seconds == seconds
    assert scenario.plex.calls == []
    scenario.later(seconds=left_for)
    assert end(scenario, left.user.id).ended_at


def test_of_two_workers_at_once_one_takes_it_away(scenario, left):
    ending = scenario.endings.begin(Ending(user_id=left.user.id, begun_at=scenario.now, given=left.given))
    scenario.plex.calls.clear()
    scenario.database.let_come_first(lambda: scenario.endings.save(ending.taken(scenario.now + MINUTE)))
    with pytest.raises(StaleWrite):
        end(scenario, left.user.id)
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
        assert ending.working_until is None
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


CALLS = {("friend", "given"): 3, ("friend", "refused"): 3, ("home", "given"): 6, ("home", "refused"): 8}
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
    late = scenario.messages[-1]
    scenario.drain()
    scenario.later(minutes=1)
    again = scenario.redeem(account_id=maya)
    scenario.drain()
    assert again.user.id == first.user.id
    assert end(scenario, late.id) is None
    assert scenario.must_be_settled(again).state is State.DONE
    scenario.close_account(again)
    scenario.drain()
    scenario.must_have_left(again)


def test_an_ending_is_noted_before_plex_is_asked_so_that_the_sweep_sees_to_it(scenario, left):
    scenario.messages.clear()
    scenario.plex.fail("find_share", UNWELL)
    noted = []
    scenario.database.before_write = lambda: noted.append(len(scenario.plex.calls))
    calls = len(scenario.plex.calls)
    end(scenario, left.user.id)
    assert noted[:2] == [calls, calls]  # that it began, and that this worker has it


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
