from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.access.progress import State
from chalicelib.access.reasons import STUCK
from chalicelib.common.people import Permission
from chalicelib.common.refusals import NotAllowed, NothingToRetry, RedemptionNotFound
from chalicelib.redemptions.retrying import RetryingRedemptions


@pytest.fixture
def retrying(scenario):
    return scenario.use(RetryingRedemptions)


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_INVITES)


@pytest.fixture
def stuck(scenario):
    """One that rests until a person does something."""
    redemption = scenario.redemptions.save(replace(scenario.redeem().in_need(scenario.now, STUCK, None), tries=10))
    scenario.messages.clear()
    return redemption


def sent(scenario):
    return [(message.id, message.delay) for message in scenario.messages]


def test_managers_list_redemptions_by_state_or_all_of_them(scenario, retrying, manager, stuck):
    pending = scenario.redeem()

    def listed(*states):
        page = retrying.list(frozenset(states), by=manager, after=None, limit=10)
        return {redemption.id for redemption in page.items}

    assert listed(State.NEEDS_ATTENTION) == {stuck.id}
    assert listed(State.PENDING) == {pending.id}
    assert listed() == {stuck.id, pending.id}


def test_a_list_goes_on_where_its_page_ended(scenario, retrying, manager, stuck):
    scenario.later(minutes=1)
    newer = scenario.redeem()
    first = retrying.list(frozenset(), by=manager, after=None, limit=1)
    assert first.items == (newer,)
    assert retrying.list(frozenset(), by=manager, after=first.next, limit=1).items == (stuck,)


def test_redemptions_are_listed_for_those_who_see_all_invites(scenario, retrying):
    viewer, inviter = scenario.user("vera", Permission.VIEW_INVITES), scenario.user("ruth", Permission.CREATE_INVITES)
    assert retrying.list(frozenset(), by=viewer, after=None, limit=1).items == ()
    with pytest.raises(NotAllowed):
        retrying.list(frozenset(), by=inviter, after=None, limit=1)


def test_a_click_has_it_tried_at_once_with_all_its_patience(scenario, retrying, manager, stuck):
    scenario.later(days=3)
    nudged = retrying.retry(stuck.id, by=manager, now=scenario.now)
    assert nudged == scenario.current(stuck)
    assert (nudged.next_try_at, nudged.tries) == (scenario.now, 0)
    assert nudged.watched_until == scenario.now + timedelta(days=7)
    assert sent(scenario) == [(stuck.id, 0)]


def test_only_managers_have_it_tried_again(scenario, retrying, stuck):
    with pytest.raises(NotAllowed):
        retrying.retry(stuck.id, by=scenario.user("vera", Permission.VIEW_INVITES), now=scenario.now)
    assert sent(scenario) == []


def test_one_that_is_unknown_is_not_tried(scenario, retrying, manager):
    with pytest.raises(RedemptionNotFound):
        retrying.retry("unknown", by=manager, now=scenario.now)


@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_one_that_is_over_has_nothing_to_retry(scenario, retrying, manager, stuck, state):
    scenario.redemptions.save(replace(stuck, state=state))
    with pytest.raises(NothingToRetry) as refused:
        retrying.retry(stuck.id, by=manager, now=scenario.now)
    assert (refused.value.detail, sent(scenario)) == (None, [])


def test_one_that_waits_to_be_linked_has_nothing_to_retry(scenario, retrying, manager):
    redemption = scenario.redeem_locally()
    with pytest.raises(NothingToRetry) as refused:
        retrying.retry(redemption.id, by=manager, now=scenario.now)
    assert (refused.value.detail, sent(scenario)) == ("link_plex", [])


def test_one_that_a_worker_has_is_left_to_it(scenario, retrying, manager, stuck):
    taken = scenario.redemptions.save(stuck.taken(scenario.now, scenario.now + timedelta(minutes=1)))
    assert retrying.retry(stuck.id, by=manager, now=scenario.now) == taken
    assert scenario.current(stuck) == taken
    assert sent(scenario) == []


def test_one_that_is_written_meanwhile_is_sent_all_the_same(scenario, retrying, manager, stuck):
    scenario.database.let_come_first(lambda: scenario.redemptions.save(stuck))
    assert retrying.retry(stuck.id, by=manager, now=scenario.now) == stuck
    assert sent(scenario) == [(stuck.id, 0)]


def sweep(scenario, retrying):
    return [(batch.done, batch.failed) for batch in retrying.sweep(now=scenario.now)]


def test_the_sweep_sends_again_what_no_message_carries_any_more(scenario, retrying, stuck):
    lost = scenario.redeem()
    scenario.messages.clear()
    assert sweep(scenario, retrying) == []
    scenario.later(minutes=5)
    assert sweep(scenario, retrying) == [(1, 0)]
    assert sent(scenario) == [(lost.id, 0)]


def test_what_was_sent_again_is_looked_for_five_minutes_later(scenario, retrying):
    scenario.redeem()
    scenario.later(minutes=5)
    sweep(scenario, retrying)
    assert sweep(scenario, retrying) == []
    scenario.later(minutes=5)
    assert sweep(scenario, retrying) == [(1, 0)]
