"""Sessions and their tokens."""

from datetime import timedelta

import pytest

from chalicelib.accounts.sessions import SESSION_LIFETIME, hash_secret, new_session, user_id_in
from testing.invite_builders import NOW


def test_a_session_is_kept_under_the_hash_of_its_token_for_thirty_days():
    token, session = new_session("u1", new_id=lambda: "secret", now=NOW, redemption_id="r1")
    assert token == "u1.secret"
    assert session.token_hash == hash_secret(token)
    assert "secret" not in session.token_hash
    assert (session.user_id, session.redemption_id, session.created_at) == ("u1", "r1", NOW)
    assert session.expires_at == NOW + SESSION_LIFETIME == NOW + timedelta(days=30)


def test_a_session_need_not_come_with_a_redemption():
    assert new_session("u1", new_id=lambda: "secret", now=NOW)[1].redemption_id is None


def test_a_token_names_its_account():
    assert user_id_in("u1.secret") == "u1"
    assert user_id_in("u1.secret.more") == "u1"


@pytest.mark.parametrize("token", ["", ".", "u1", "u1.", ".secret"])
def test_what_is_no_token_names_no_account(token):
    assert user_id_in(token) is None


def test_a_hash_tells_secrets_apart_and_takes_any_text():
    assert hash_secret("a") != hash_secret("b")
    assert hash_secret("a") == hash_secret("a")
    assert len(hash_secret("half a character: \ud800")) == 64
