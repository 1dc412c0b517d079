"""Counting, blocking and waiting, on counters in memory."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.accounts.rate_limiting import count_request, forget_requests
from chalicelib.accounts.rate_limits import LIMITS, RateLimit, Route, account_key, address_key, surcharge
from chalicelib.common.refusals import InviteExpired, InviteNotFound, SetupTokenRefused, TooManyRequests
from tests.fakes.accounts import FakeCounters

START_OF_A_WINDOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIMIT = LIMITS[Route.VALIDATE]


def ask(counters, *, times=1, hits=1, seconds=0.0, caller="192.0.2.1", route=Route.VALIDATE):
    now = START_OF_A_WINDOW + timedelta(seconds=seconds)
    for _ in range(times):
        count_request(route, caller, counters=counters, now=now, hits=hits)


def is_refused(counters, **facts):
    try:
        ask(counters, **facts)
    except TooManyRequests:
        return True
    return False


def test_as_many_as_the_limit_are_let_through_with_one_write_each():
    counters = FakeCounters()
    ask(counters, times=LIMIT.hits)
    assert counters.writes == LIMIT.hits


def test_one_more_is_blocked_until_the_next_window_is_over():
    counters = FakeCounters()
    ask(counters, times=LIMIT.hits)
    with pytest.raises(TooManyRequests) as refused:
        ask(counters, seconds=20)
    assert refused.value.retry_after == pytest.approx(100, abs=1)
    with pytest.raises(TooManyRequests) as refused:
        ask(counters, seconds=110)
    assert refused.value.retry_after == pytest.approx(10, abs=1)
    ask(counters, seconds=121)


def test_waiting_as_long_as_was_asked_is_long_enough():
    for second in range(60):
        counters = FakeCounters()
        with pytest.raises(TooManyRequests) as refused:
            ask(counters, times=LIMIT.hits + 1, seconds=second)
        ask(counters, seconds=second + refused.value.retry_after)


def test_going_on_while_blocked_makes_the_block_no_longer():
    counters = FakeCounters()
    for second in range(120):
        for _ in range(5):
            try:
                ask(counters, seconds=second)
            except TooManyRequests:
                continue
    ask(counters, seconds=121)


def test_a_blocked_caller_costs_one_write_a_request_after_the_one_that_blocked():
    counters = FakeCounters()
    with pytest.raises(TooManyRequests):
        ask(counters, times=LIMIT.hits + 1)
    before = counters.writes
    with pytest.raises(TooManyRequests):
        ask(counters)
    assert counters.writes == before + 1


def test_no_caller_is_blocked_for_another():
    counters = FakeCounters()
    with pytest.raises(TooManyRequests):
        ask(counters, times=LIMIT.hits + 1)
    ask(counters, caller="192.0.2.2")


def test_more_than_the_table_takes_is_more_than_any_caller_may():
    counters = FakeCounters()
    counters.overrun = {"add"}
    with pytest.raises(TooManyRequests) as refused:
        ask(counters, seconds=20)
    assert refused.value.retry_after == 41


def test_a_wrong_code_counts_more_and_any_other_refusal_does_not():
    assert surcharge(InviteNotFound()) == 5
    assert surcharge(SetupTokenRefused()) == 4
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
def test_an_address_counts_for_one_connection(address, counted_as):
    assert address_key(address) == counted_as


def test_the_wait_is_told_in_whole_seconds_and_is_one_at_least():
    counters = FakeCounters()
    assert is_refused(counters, times=LIMIT.hits + 1)
    with pytest.raises(TooManyRequests) as refused:
        ask(counters, seconds=119.9)
    assert refused.value.retry_after == 1


def test_a_surcharge_that_goes_over_the_limit_blocks_the_next_window_once():
    counters = FakeCounters()
    ask(counters, times=LIMIT.hits - 2)
    assert is_refused(counters, hits=5)
    assert counters.writes == LIMIT.hits
    assert is_refused(counters, hits=5)
    assert counters.writes == LIMIT.hits + 1
    assert is_refused(counters, seconds=60)
    assert not is_refused(counters, seconds=120)


def test_hits_up_to_the_limit_itself_block_nothing():
    counters = FakeCounters()
    ask(counters, hits=LIMIT.hits)
    assert counters.blocked == set()


def test_a_window_after_a_blocked_one_is_not_blocked_by_what_came_meanwhile():
    counters = FakeCounters()
    assert is_refused(counters, times=LIMIT.hits + 1)
    assert is_refused(counters, hits=LIMIT.hits + 1, seconds=60)
    assert not is_refused(counters, seconds=120)


def test_a_block_that_the_table_does_not_take_still_ends_this_window():
    counters = FakeCounters()
    counters.overrun = {"block"}
    with pytest.raises(TooManyRequests) as refused:
        ask(counters, times=LIMIT.hits + 1)
    assert refused.value.retry_after == 121
    assert is_refused(counters)
    assert not is_refused(counters, seconds=60)


def test_rows_may_go_once_no_request_can_ask_for_them_any_more():
    counters = FakeCounters()
    assert is_refused(counters, times=LIMIT.hits + 1)
    this_window, next_window = sorted(counters.gone_after.values())
    assert this_window == START_OF_A_WINDOW + 2 * LIMIT.window
    assert next_window == START_OF_A_WINDOW + 3 * LIMIT.window


def test_each_class_of_routes_has_counters_of_its_own():
    counters = FakeCounters()
    assert is_refused(counters, times=LIMIT.hits + 1)
    assert not is_refused(counters, route=Route.START_SIGN_IN)


def test_what_is_forgotten_is_this_window_of_one_caller():
    counters = FakeCounters()
    for caller in ("anna", "bert"):
        ask(counters, times=10, route=Route.PASSWORD, caller=caller)
    forget_requests(Route.PASSWORD, "anna", counters=counters, now=START_OF_A_WINDOW)
    assert not is_refused(counters, route=Route.PASSWORD, caller="anna", times=10)
    assert is_refused(counters, route=Route.PASSWORD, caller="bert")


def test_windows_are_the_same_for_all_and_follow_each_other():
    limit = RateLimit(1, timedelta(minutes=15))
    number = limit.number(START_OF_A_WINDOW)
    end = limit.end(number)
    assert end == START_OF_A_WINDOW + timedelta(minutes=15)
    assert limit.number(end - timedelta(microseconds=1)) == number
    assert limit.number(end) == number + 1
    assert limit.number(START_OF_A_WINDOW - timedelta(microseconds=1)) == number - 1


def test_every_route_has_a_limit_and_an_account_the_strictest():
    assert LIMITS.keys() == set(Route)
    rates = {route: limit.hits / limit.window.total_seconds() for route, limit in LIMITS.items()}
    del rates[Route.EXPLAIN]  # over which nothing is refused
    assert min(rates, key=lambda route: rates[route]) is Route.PASSWORD


def test_an_account_is_counted_without_keeping_its_address():
    assert account_key("maya@example.org") != account_key("mayb@example.org")
    assert "maya" not in account_key("maya@example.org")
    assert len(account_key("maya@example.org")) == 64
