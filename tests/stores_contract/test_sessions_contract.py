"""accounts.ports.SessionStore."""

from datetime import timedelta

import pytest

from chalicelib.accounts.model import AccountState
from chalicelib.accounts.sessions import Key, Purpose, Scope, Session, SignIn, checksum, hash_secret, new_session
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import UserNotFound
from tests.stores_contract.builders import an_account, an_entry, journal_of

SECOND = timedelta(seconds=1)


@pytest.fixture
def user(ports):
    return an_account(ports)


def signed_in(ports, user_id, now, **facts):
    """A session with its token."""
    token, session = new_session(user_id, new_id=ports.new_id, now=now, **facts)
    ports.sessions.add(session, an_entry(ports))
    return token, in_whole_seconds(session)


def in_whole_seconds(value):
    return replace(value, expires_at=value.expires_at.replace(microsecond=0))


def a_sign_in(ports, now, **facts):
    return SignIn(
        id=ports.new_id(),
        purpose=Purpose.SIGN_IN,
        pin_id="p1",
        browser_hash="hash",
        created_at=now,
        expires_at=now + timedelta(minutes=5),
        **facts,
    )


def test_a_session_is_found_by_its_token_with_its_account(ports, user, now):
    token, session = signed_in(ports, user.id, now, redemption_id="r1")
    assert ports.sessions.find(token, now=now) == (session, user)
    assert ports.sessions.find_with_settings(token, now=now) == (session, user, ports.settings.get())


@pytest.mark.parametrize("token", ["", "nothing", ".secret", "someone.", "someone.secret"])
def test_a_token_that_is_none_finds_nothing(ports, now, token):
    assert ports.sessions.find(token, now=now) is None
    assert ports.sessions.find_with_settings(token, now=now) is None


def test_a_token_speaks_for_the_account_that_it_names_and_for_no_other(ports, user, now):
    token = f"{user.id}.{ports.new_id()}"
    another = an_account(ports)
    stolen = Session(token_hash=hash_secret(token), user_id=another.id, created_at=now, expires_at=now + SECOND)
    ports.sessions.add(stolen, an_entry(ports))
    assert ports.sessions.find(token, now=now) is None


def test_a_session_ends_at_its_time(ports, user, now):
    token, session = signed_in(ports, user.id, now)
    assert ports.sessions.find(token, now=session.expires_at - SECOND)
    assert ports.sessions.find(token, now=session.expires_at) is None
    assert ports.sessions.find_with_settings(token, now=session.expires_at) is None


def test_an_ended_session_is_gone_and_no_other(ports, user, now):
    token, ended = signed_in(ports, user.id, now)
    kept, session = signed_in(ports, user.id, now)
    ports.sessions.end(ended.token_hash)
    ports.sessions.end(ended.token_hash)
    assert ports.sessions.find(token, now=now) is None
    assert ports.sessions.find(kept, now=now) == (session, user)


def test_signing_out_everywhere_leaves_sessions_without_an_account(ports, user, now):
    token, session = signed_in(ports, user.id, now)
    ports.sessions.end_all(user.id)
    assert ports.sessions.find(token, now=now) == (session, None)
    assert ports.sessions.find_with_settings(token, now=now) == (session, None, ports.settings.get())
    user = ports.accounts.get(user.id)
    later, later_session = signed_in(ports, user.id, now, epoch=user.epoch)
    assert ports.sessions.find(later, now=now) == (later_session, user)
    ports.sessions.end_all(user.id)
    assert ports.sessions.find(later, now=now) == (later_session, None)


def test_signing_out_an_account_touches_no_other(ports, user, now):
    token, session = signed_in(ports, user.id, now)
    ports.sessions.end_all(an_account(ports).id)
    assert ports.sessions.find(token, now=now) == (session, user)


def test_signing_out_makes_no_account(ports, now):
    stranger = ports.new_id()
    ports.sessions.end_all(stranger)
    with pytest.raises(UserNotFound):
        ports.accounts.get(stranger)


def test_a_session_outlives_its_account(ports, now):
    token, session = signed_in(ports, ports.new_id(), now)
    assert ports.sessions.find(token, now=now) == (session, None)


def test_a_closed_account_is_shown_as_closed(ports, user, now):
    token, session = signed_in(ports, user.id, now)
    closed = replace(user, state=AccountState.CLOSED)
    ports.accounts.change(user, closed, an_entry(ports))
    assert ports.sessions.find(token, now=now) == (session, closed)


def test_a_sign_in_is_read_as_it_was_written(ports, now):
    sign_in = a_sign_in(ports, now, code="AbCdEfGh", redemption_id="r1", user_id="u1", completed_at=now)
    ports.sessions.add_sign_in(sign_in)
    found, settings = ports.sessions.get_sign_in_with_settings(sign_in.id)
    assert (found, settings) == (in_whole_seconds(sign_in), ports.settings.get())


def test_a_sign_in_that_is_not_there_is_none(ports):
    assert ports.sessions.get_sign_in_with_settings(ports.new_id()) == (None, ports.settings.get())


def test_a_sign_in_leads_to_one_session(ports, user, now):
    sign_in = a_sign_in(ports, now)
    ports.sessions.add_sign_in(sign_in)
    tokens = [new_session(user.id, new_id=ports.new_id, now=now, redemption_id="r1") for _ in range(2)]
    entry = an_entry(ports)
    ports.sessions.complete(sign_in, tokens[0][1], entry)
    completed, _ = ports.sessions.get_sign_in_with_settings(sign_in.id)
    assert (completed.user_id, completed.redemption_id, completed.completed_at) == (user.id, "r1", now)
    with pytest.raises(StaleWrite):
        ports.sessions.complete(sign_in, tokens[1][1], an_entry(ports))
    assert ports.sessions.find(tokens[0][0], now=now)
    assert ports.sessions.find(tokens[1][0], now=now) is None
    assert journal_of(ports, entry.subject) == [entry]


def test_a_sign_in_that_is_not_there_leads_to_no_session(ports, user, now):
    token, session = new_session(user.id, new_id=ports.new_id, now=now)
    with pytest.raises(StaleWrite):
        ports.sessions.complete(a_sign_in(ports, now), session, an_entry(ports))
    assert ports.sessions.find(token, now=now) is None


def test_an_account_s_sessions_are_listed_the_newest_first(ports, user, now):
    sessions = [signed_in(ports, user.id, now + number * SECOND)[1] for number in range(3)]
    signed_in(ports, an_account(ports).id, now)
    assert ports.sessions.of_user(user.id)[:2] == sessions[:0:-1]


def a_key(ports, user, now, **facts):
    """An API key's session with its text."""
    facts = {"expires_at": None, "epoch": user.epoch, **facts}
    text = f"sai_{user.id}.{ports.new_id()}"
    text += checksum(text)
    key = Key("n8n", frozenset({Scope.INVITES_READ, Scope.STATS_READ}))
    session = Session(token_hash=hash_secret(text), user_id=user.id, created_at=now, key=key, **facts)
    ports.sessions.add(session, an_entry(ports))
    return text, session


def test_a_key_is_found_as_a_session_is_and_is_not_signed_out_with_them(ports, user, now):
    text, key = a_key(ports, user, now)
    assert ports.sessions.find(text, now=now) == (key, user)
    assert ports.sessions.find_with_settings(text, now=now) == (key, user, ports.settings.get())
    ports.sessions.end_all(user.id)
    assert ports.sessions.find(text, now=now) == (key, replace(user, epoch=user.epoch + 1))
    assert key in ports.sessions.of_user(user.id)


def test_a_key_ends_at_its_time(ports, user, now):
    text, _ = a_key(ports, user, now, expires_at=now + 2 * SECOND)
    assert ports.sessions.find(text, now=now)
    assert ports.sessions.find(text, now=now + 2 * SECOND) is None


def test_a_key_s_use_is_noted_and_not_of_one_that_is_gone(ports, user, now):
    text, key = a_key(ports, user, now)
    ports.sessions.note_use(key, now)
    assert ports.sessions.find(text, now=now) == (replace(key, used_at=now), user)
    ports.sessions.delete_key(key, entry := an_entry(ports))
    assert entry in journal_of(ports, entry.subject)
    ports.sessions.note_use(key, now)
    assert ports.sessions.find(text, now=now) is None
    with pytest.raises(StaleWrite):
        ports.sessions.delete_key(key, an_entry(ports))
