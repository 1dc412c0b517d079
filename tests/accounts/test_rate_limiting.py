"""Counting, blocking and waiting, on counters in memory."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.accounts import rate_limiting
from chalicelib.accounts.rate_limits import LIMITS, Route, address_key, surcharge
from chalicelib.common.ports import Contention
from chalicelib.common.refusals import InviteExpired, InviteNotFound, TooManyRequests

START_OF_A_WINDOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIMIT = LIMITS[Route.VALIDATE]


class Counters:
    def __init__(self) -> None:
        self.sums: dict[str, int] = {}
        self.blocked: set[str] = set()
        self.writes = 0

    def add(self, key, amount, _expires_at):
        self.writes += 1
        self.sums[key] = self.sums.get(key, 0) + amount
        return self.sums[key], key in self.blocked

    def block(self, key, amount, expires_at):
        self.add(key, amount, expires_at)
        self.blocked.add(key)

    def forget(self, key):
        self.sums.pop(key, None)


class OverrunCounters(Counters):
    def add(self, *_):
        raise Contention


def knocks(counters, *, times=1, hits=1, seconds=0.0, who="192.0.2.1"):
    now = START_OF_A_WINDOW + timedelta(seconds=seconds)
    for _ in range(times):
        rate_limiting.knock(Route.VALIDATE, who, counters=counters, now=now, hits=hits)


def test_as_many_as_the_limit_are_let_through_with_one_write_each():
    counters = Counters()
    knocks(counters, times=LIMIT.hits)
    assert counters.writes == LIMIT.hits


def test_one_more_is_blocked_until_the_next_window_is_over():
    counters = Counters()
    knocks(counters, times=LIMIT.hits)
    with pytest.raises(TooManyRequests) as refused:
        knocks(counters, seconds=20)
    assert refused.value.retry_after == pytest.approx(100, abs=1)
    with pytest.raises(TooManyRequests) as refused:
        knocks(counters, seconds=110)
    assert refused.value.retry_after == pytest.approx(10, abs=1)
    knocks(counters, seconds=121)


def test_waiting_as_long_as_was_asked_is_long_enough():
    for second in range(60):
        counters = Counters()
        with pytest.raises(TooManyRequests) as refused:
            knocks(counters, times=LIMIT.hits + 1, seconds=second)
        knocks(counters, seconds=second + refused.value.retry_after)


def test_going_on_while_blocked_makes_the_block_no_longer():
    counters = Counters()
    for second in range(120):
        for _ in range(5):
            try:
                knocks(counters, seconds=second)
            except TooManyRequests:
                continue
    knocks(counters, seconds=121)


def test_a_blocked_caller_costs_one_write_a_request_after_the_one_that_blocked():
    counters = Counters()
    with pytest.raises(TooManyRequests):
        knocks(counters, times=LIMIT.hits + 1)
    before = counters.writes
    with pytest.raises(TooManyRequests):
        knocks(counters)
    assert counters.writes == before + 1


def test_nobody_is_blocked_for_somebody_else():
    counters = Counters()
    with pytest.raises(TooManyRequests):
        knocks(counters, times=LIMIT.hits + 1)
    knocks(counters, who="192.0.2.2")


def test_more_than_the_table_takes_is_more_than_anybody_may():
    with pytest.raises(TooManyRequests):
        knocks(OverrunCounters())


def test_a_wrong_code_counts_more_and_any_other_refusal_does_not():
    assert surcharge(InviteNotFound()) > 0
    assert surcharge(InviteExpired()) == 0


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("", "unknown"),
        ("192.0.2.7, 198.51.100.1", "unknown"),
        ("x" * 5000, "unknown"),
    ],
)
def test_whom_an_address_counts_for(address, counted_as):
    assert address_key(address) == counted_as
