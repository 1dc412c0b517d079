"""The counters on real DynamoDB semantics, under concurrency."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from chalicelib.accounts import rate_limiting
from chalicelib.accounts.rate_limits import LIMITS, Route
from chalicelib.common.refusals import TooManyRequests


def test_of_many_at_once_exactly_as_many_as_the_limit_are_let_through(stack):
    from chalicelib import wiring

    limit, caller = LIMITS[Route.LOCAL_SIGN_IN], wiring.ports.new_id()
    now = limit.end(limit.number(wiring.now()))  # fixed, so that no window ends meanwhile

    def is_let_through(_):
        try:
            rate_limiting.count_request(Route.LOCAL_SIGN_IN, caller, counters=wiring.ports.counters, now=now)
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(40) as crowd:
        let_through = list(crowd.map(is_let_through, range(3 * limit.hits)))
    assert sum(let_through) == limit.hits
    assert not is_let_through(None)


def test_a_block_reaches_through_the_next_window_and_no_further(stack):
    from chalicelib import wiring

    limit, caller = LIMITS[Route.VALIDATE], wiring.ports.new_id()
    now = limit.end(limit.number(wiring.now()))

    def is_let_through(at, hits=1):
        try:
            rate_limiting.count_request(Route.VALIDATE, caller, counters=wiring.ports.counters, now=at, hits=hits)
        except TooManyRequests:
            return False
        return True

    assert not is_let_through(now, hits=limit.hits + 1)
    assert not is_let_through(now + limit.window)
    assert is_let_through(now + 2 * limit.window)


def test_rows_carry_when_they_may_go(stack):
    from chalicelib import wiring
    from chalicelib.stores.accounts.counters import RateLimitModel

    key, soon = f"test#{wiring.ports.new_id()}", wiring.now().replace(microsecond=0) + timedelta(minutes=5)
    wiring.ports.counters.add(key, 3, soon)
    row = RateLimitModel.get(key)
    assert (int(row.hits), row.expires_at) == (3, soon)
    wiring.ports.counters.forget(key)
    assert RateLimitModel.count(key) == 0
