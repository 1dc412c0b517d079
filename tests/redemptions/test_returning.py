import pytest

from chalicelib.access.progress import StepName
from chalicelib.accounts.sessions import SESSION_LIFETIME
from chalicelib.common.ports import StaleWrite
from chalicelib.redemptions.returning import ReturningRedeemers


@pytest.fixture
def returning(scenario):
    return scenario.use(ReturningRedeemers)


@pytest.fixture
def redemption(scenario):
    return scenario.redeem()


@pytest.fixture
def user(scenario, redemption):
    return scenario.database.users[redemption.user.id]


def a_sign_in(scenario, redemption):
    invite = scenario.invite()
    sign_in_id, secret = scenario.sign_in(invite.code, scenario.plex_id(redemption))
    return scenario.database.sign_ins[sign_in_id], secret


def test_who_comes_back_has_a_new_session_for_the_same_redemption(scenario, returning, redemption, user):
    again = returning.welcome(user, redemption, *a_sign_in(scenario, redemption), now=scenario.now)
    assert (again.redemption, again.new) == (redemption, False)
    session, account = scenario.sessions.find(again.token, now=scenario.now)
    assert (session.redemption_id, account) == (redemption.id, user)
    assert session.expires_at == scenario.now + SESSION_LIFETIME


def test_a_sign_in_brings_them_back_once(scenario, returning, redemption, user):
    sign_in, secret = a_sign_in(scenario, redemption)
    returning.welcome(user, redemption, sign_in, secret, now=scenario.now)
    with pytest.raises(StaleWrite):
        returning.welcome(user, redemption, sign_in, secret, now=scenario.now)


def test_the_message_of_a_redemption_that_no_worker_saw_yet_is_sent_again(scenario, returning, redemption, user):
    scenario.messages.clear()
    again = returning.resume_locally(user, redemption, now=scenario.now)
    assert [message.id for message in scenario.messages] == [redemption.user.id]
    assert scenario.sessions.find(again.token, now=scenario.now)[1] == user
    scenario.messages.clear()
    assert returning.repeat("token", redemption).token == "token"
    assert [message.id for message in scenario.messages] == [redemption.user.id]


def seen_by_a_worker(redemption):
    return redemption.progress.working(StepName.SHARE, redemption.created_at)


def test_no_message_is_sent_for_one_that_a_worker_saw(scenario, returning, redemption, user):
    scenario.messages.clear()
    scenario.accesses.save(scenario.access(redemption).doing(progress=seen_by_a_worker(redemption)))
    returning.resume_locally(user, scenario.current(redemption), now=scenario.now)
    assert scenario.messages == []


def test_no_message_is_sent_by_a_mere_welcome(scenario, returning, redemption, user):
    scenario.messages.clear()
    returning.welcome(user, redemption, *a_sign_in(scenario, redemption), now=scenario.now)
    assert scenario.messages == []
