"""accounts.ports.HeldTokens."""

from datetime import timedelta

import pytest

from chalicelib.accounts.ports import Held


@pytest.fixture
def key(ports):
    return ports.new_id()


@pytest.fixture
def expires_at(now):
    return now.replace(microsecond=0) + timedelta(hours=1)


def test_the_latest_token_counts_until_it_expires(ports, key, expires_at):
    ports.tokens.hold(key, "old", expires_at=expires_at)
    ports.tokens.hold(key, "new", expires_at=expires_at)
    assert ports.tokens.latest(key, now=expires_at - timedelta(seconds=1)) == "new"
    assert ports.tokens.latest(key, now=expires_at) is None


def test_all_tokens_are_kept_to_be_signed_out(ports, key, expires_at):
    ports.tokens.hold(key, "old", expires_at=expires_at - timedelta(minutes=5))
    ports.tokens.hold(key, "new", expires_at=expires_at)
    assert ports.tokens.all(key) == Held(("old", "new"), expires_at)
    assert "new" not in repr(ports.tokens.all(key))


def test_what_was_never_held_is_not_there(ports, key, now):
    assert ports.tokens.all(key) is None
    assert ports.tokens.latest(key, now=now) is None


def test_tokens_are_dropped_and_may_be_dropped_twice(ports, key, now, expires_at):
    ports.tokens.hold(key, "token", expires_at=expires_at)
    for _ in range(2):
        ports.tokens.drop(key, 1)
        assert ports.tokens.all(key) is None
        assert ports.tokens.latest(key, now=now) is None


def test_a_token_that_came_meanwhile_keeps_them(ports, key, expires_at):
    ports.tokens.hold(key, "old", expires_at=expires_at)
    ports.tokens.hold(key, "new", expires_at=expires_at)
    ports.tokens.drop(key, 1)
    assert ports.tokens.all(key) == Held(("old", "new"), expires_at)
