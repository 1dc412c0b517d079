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
    redemption = scenario.redeem()
    stuck = scenario.access(redemption).doing(edition=1, tries=10).in_need(STUCK, None, scenario.now)
    scenario.accesses.save(stuck)
    scenario.messages.clear()
    return scenario.current(redemption)


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
    assert retrying.retry(stuck.id, by=manager, now=scenario.now) == stuck
    nudged = scenario.access(stuck).done
    assert (nudged.next_try_at, nudged.tries) == (scenario.now, 0)
    assert nudged.watched_until == scenario.now + timedelta(days=7)
    assert sent(scenario) == [(stuck.user.id, 0)]


def test_only_managers_have_it_tried_again(scenario, retrying, stuck):
    with pytest.raises(NotAllowed):
        retrying.retry(stuck.id, by=scenario.user("vera", Permission.VIEW_INVITES), now=scenario.now)
    assert sent(scenario) == []


def test_one_that_is_unknown_is_not_tried(scenario, retrying, manager):
    with pytest.raises(RedemptionNotFound):
        retrying.retry("unknown", by=manager, now=scenario.now)


@pytest.mark.parametrize("end", ["done", "failed"])
def test_one_that_is_over_has_nothing_to_retry(scenario, retrying, manager, stuck, end):
    over = stuck.progress.done(scenario.now) if end == "done" else stuck.progress.failed(STUCK, scenario.now)
    scenario.accesses.save(scenario.access(stuck).doing(progress=over))
    with pytest.raises(NothingToRetry) as refused:
        retrying.retry(stuck.id, by=manager, now=scenario.now)
    assert (refused.value.detail, sent(scenario)) == (None, [])


def test_one_that_waits_to_be_linked_has_nothing_to_retry(scenario, retrying, manager):
    redemption = scenario.redeem_locally()
    with pytest.raises(NothingToRetry) as refused:
        retrying.retry(redemption.id, by=manager, now=scenario.now)
    assert (refused.value.detail, sent(scenario)) == ("link_plex", [])


def test_one_that_a_worker_has_is_left_to_it(scenario, retrying, manager, stuck):
    until = scenario.now + timedelta(minutes=1)
    taken = scenario.accesses.save(scenario.access(stuck).taken("another", until, scenario.now))
    retrying.retry(stuck.id, by=manager, now=scenario.now)
    assert scenario.access(stuck) == taken
    assert sent(scenario) == []


def test_one_that_is_written_meanwhile_is_sent_all_the_same(scenario, retrying, manager, stuck):
    scenario.database.let_come_first(lambda: scenario.accesses.save(scenario.access(stuck)))
    assert retrying.retry(stuck.id, by=manager, now=scenario.now) == stuck
    assert sent(scenario) == [(stuck.user.id, 0)]
