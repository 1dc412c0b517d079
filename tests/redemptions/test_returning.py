import pytest

from chalicelib.accounts.sessions import SESSION_LIFETIME
from chalicelib.redemptions.returning import ReturningRedeemers


@pytest.fixture
def returning(scenario):
    return scenario.use(ReturningRedeemers)


def test_who_comes_back_has_a_new_session_for_the_same_redemption(scenario, returning):
    redemption = scenario.redeem()
    again = returning.welcome(redemption, now=scenario.now)
    assert (again.redemption, again.new) == (redemption, False)
    session, user = scenario.sessions.find(again.token, now=scenario.now)
    assert (session.redemption_id, user.id) == (redemption.id, redemption.user.id)
    assert session.expires_at == scenario.now + SESSION_LIFETIME


def test_the_message_of_a_redemption_that_no_worker_saw_yet_is_sent_again(scenario, returning):
    redemption = scenario.redeem()
    scenario.messages.clear()
    again = returning.resume(redemption, now=scenario.now)
    assert [message.id for message in scenario.messages] == [redemption.id]
    assert scenario.sessions.find(again.token, now=scenario.now)


def test_no_message_is_sent_for_one_that_a_worker_saw(scenario, returning):
    redemption = scenario.redeem()
    scenario.messages.clear()
    returning.resume(scenario.redemptions.save(redemption), now=scenario.now)
    assert scenario.messages == []


def test_no_message_is_sent_by_a_mere_welcome(scenario, returning):
    redemption = scenario.redeem()
    scenario.messages.clear()
    returning.welcome(redemption, now=scenario.now)
    assert scenario.messages == []
