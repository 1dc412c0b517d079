"""Signing in with a password, which tells no one whether there is an account."""

from datetime import timedelta

import pytest

from chalicelib.accounts.model import AccountState, Kind
from chalicelib.accounts.password_sign_in import SigningInWithPassword
from chalicelib.accounts.rate_limits import LIMITS, Route
from chalicelib.common.refusals import LocalSigninDisabled, SignInFailed, TooManyRequests
from chalicelib.settings.model import Settings
from testing.invite_builders import NOW, a_user
from tests.fakes.accounts import put_account
from tests.fakes.ports import FakePorts

PASSWORD = "correct horse"
MAYA = a_user("maya", email="maya@example.org", kind=Kind.LOCAL)


@pytest.fixture
def ports():
    ports = FakePorts()
    ports.database.settings = Settings(local_signin_enabled=True)
    put_account(ports.database, MAYA, password_hash=ports.passwords.hash(PASSWORD))
    return ports


def sign_in(ports, email=MAYA.email, password=PASSWORD, now=NOW):
    return ports.use(SigningInWithPassword).sign_in(email, password, now=now)


def test_the_right_password_gives_a_session(ports):
    signed_in = sign_in(ports)
    assert signed_in.user == MAYA
    session, user = ports.sessions.find(signed_in.token, now=NOW)
    assert (session.user_id, session.created_at, user) == ("maya", NOW, MAYA)


@pytest.mark.parametrize("email", ["MAYA@Example.org", " maya@example.org "])
def test_an_address_may_be_written_in_any_way(ports, email):
    assert sign_in(ports, email).user == MAYA


@pytest.mark.parametrize("email", ["\uff4daya@example.org", "\ufdfa" * 200, "no address"])
def test_what_is_no_address_is_refused_as_an_unknown_one_is(ports, email):
    with pytest.raises(SignInFailed):
        sign_in(ports, email)
    assert ports.passwords.compared == 1


def test_a_wrong_password_and_an_address_without_an_account_are_refused_alike_and_take_the_same_time(ports):
    refusals, compared = [], []
    for email, password in ((MAYA.email, "wrong"), ("carl@example.org", PASSWORD)):
        before = ports.passwords.compared
        with pytest.raises(SignInFailed) as refused:
            sign_in(ports, email, password)
        refusals.append((refused.value.key, refused.value.field, refused.value.facts))
        compared.append(ports.passwords.compared - before)
    assert refusals[0] == refusals[1]
    assert compared == [1, 1]
    assert ports.database.sessions == {}


def test_an_account_that_signs_in_with_plex_has_no_password(ports):
    put_account(ports.database, a_user("olga", email="olga@example.org", plex_id=7))
    with pytest.raises(SignInFailed):
        sign_in(ports, "olga@example.org", "")


def test_a_closed_account_is_refused_as_a_wrong_password_is(ports):
    ports.database.users["maya"] = a_user("maya", email=MAYA.email, kind=Kind.LOCAL, state=AccountState.CLOSED)
    with pytest.raises(SignInFailed):
        sign_in(ports)
    assert ports.database.sessions == {}


def test_switched_off_no_password_is_even_looked_at(ports):
    ports.database.settings = Settings()
    with pytest.raises(LocalSigninDisabled) as refused:
        sign_in(ports)
    assert refused.value.key == "LocalSigninDisabled"
    assert ports.passwords.compared == ports.counters.writes == 0


def test_an_account_takes_so_many_wrong_passwords_and_then_not_even_the_right_one(ports):
    limit = LIMITS[Route.PASSWORD]
    for _ in range(limit.hits):
        with pytest.raises(SignInFailed):
            sign_in(ports, password="wrong")
    with pytest.raises(TooManyRequests):
        sign_in(ports)
    sign_in(ports, now=NOW + 2 * limit.window)


def test_an_address_without_an_account_is_counted_as_well(ports):
    for _ in range(LIMITS[Route.PASSWORD].hits):
        with pytest.raises(SignInFailed):
            sign_in(ports, "carl@example.org")
    with pytest.raises(TooManyRequests):
        sign_in(ports, " CARL@example.org")


def test_the_right_password_has_the_wrong_ones_forgotten(ports):
    for _ in range(3):
        for _ in range(LIMITS[Route.PASSWORD].hits - 1):
            with pytest.raises(SignInFailed):
                sign_in(ports, password="wrong")
        sign_in(ports, now=NOW + timedelta(seconds=1))
