from datetime import timedelta

import pytest

from chalicelib.access.model import Given
from chalicelib.access.reasons import ACCOUNT_CLOSED
from chalicelib.common.ports import RetryLater, StaleWrite
from chalicelib.redemptions.model import State
from chalicelib.redemptions.stopping import StoppingRedemptions


def stop(scenario, redemption):
    user = scenario.database.users[redemption.user.id]
    return scenario.use(StoppingRedemptions).stop(user)


def test_a_redemption_in_progress_ends_because_the_account_is_closed(scenario):
    redemption = scenario.redeem(plex_home=True)
    given = stop(scenario, redemption)
    stopped = scenario.current(redemption)
    assert (stopped.state, stopped.reason) == (State.FAILED, ACCOUNT_CLOSED)
    assert given == redemption.given
    scenario.forget_tokens()
    assert redemption.id not in scenario.database.tokens


def test_a_redemption_that_is_over_stays_as_it_is(scenario):
    redemption = scenario.redeem()
    scenario.drain()
    done = scenario.current(redemption)
    scenario.tokens.hold(redemption.id, "token", expires_at=scenario.later(hours=1))
    assert stop(scenario, redemption) == done.given
    assert scenario.current(redemption) == done
    scenario.forget_tokens()
    assert redemption.id not in scenario.database.tokens


def test_an_account_without_a_redemption_has_nothing_to_stop(scenario):
    user = scenario.user("noah", plex_id=5)
    assert scenario.use(StoppingRedemptions).stop(user) is None


def test_what_was_never_given_is_not_there_to_be_taken_back(scenario):
    redemption = scenario.redeem_locally()
    assert stop(scenario, redemption) == Given(machine_id=redemption.grant.machine_id, plex_id=None)


def test_a_managed_user_is_told_by_the_redemption(scenario):
    redemption = scenario.redeem_locally(plex_home=True)
    scenario.drain()
    managed = scenario.current(redemption)
    assert managed.plex_id
    assert stop(scenario, redemption) == managed.given


@pytest.mark.parametrize(("left", "seconds"), [(41, 41), (2.5, 3), (0.000001, 1)])
def test_while_a_worker_has_it_the_message_comes_again_once_that_one_is_gone(scenario, left, seconds):
    redemption = scenario.redeem()
    taken = scenario.redemptions.save(redemption.taken(scenario.now, scenario.now + timedelta(seconds=left)))
    with pytest.raises(RetryLater) as later:
        stop(scenario, redemption)
    assert later.value.seconds == seconds
    assert scenario.current(redemption) == taken
    assert redemption.id in scenario.database.tokens


def test_a_worker_that_crashed_does_not_hold_it_up(scenario):
    redemption = scenario.redeem()
    scenario.redemptions.save(redemption.taken(scenario.now, scenario.now))
    stop(scenario, redemption)
    assert scenario.current(redemption).state is State.FAILED


def test_a_worker_that_takes_it_meanwhile_is_not_written_over(scenario):
    redemption = scenario.redeem()
    scenario.database.let_come_first(lambda: scenario.redemptions.save(redemption))
    with pytest.raises(StaleWrite):
        stop(scenario, redemption)
