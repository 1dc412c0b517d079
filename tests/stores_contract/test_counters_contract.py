"""accounts.ports.Counters."""

from datetime import timedelta

import pytest


@pytest.fixture
def key(ports):
    return f"test#{ports.new_id()}"


@pytest.fixture
def soon(now):
    return now + timedelta(minutes=5)


def test_sums_grow_each_under_its_key(ports, key, soon):
    assert ports.counters.add(key, 2, soon) == (2, False)
    assert ports.counters.add(key, 3, soon) == (5, False)
    assert ports.counters.add(f"{key}#other", 1, soon) == (1, False)


def test_a_counter_that_was_begun_blocked_says_so(ports, key, soon):
    ports.counters.block(key, 121, soon)
    assert ports.counters.add(key, 1, soon) == (122, True)


def test_a_counter_can_be_blocked_under_way(ports, key, soon):
    ports.counters.add(key, 1, soon)
    ports.counters.block(key, 121, soon)
    assert ports.counters.add(key, 1, soon) == (123, True)


def test_a_forgotten_counter_begins_again(ports, key, soon):
    ports.counters.block(key, 121, soon)
    ports.counters.forget(key)
    ports.counters.forget(key)
    assert ports.counters.add(key, 1, soon) == (1, False)
