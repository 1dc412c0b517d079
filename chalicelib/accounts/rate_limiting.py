"""Counting requests, one unconditional write each time: correct however many come at once."""

from contextlib import suppress
from datetime import datetime

from chalicelib.accounts.ports import Counters
from chalicelib.accounts.rate_limits import LIMITS, RateLimit, Route
from chalicelib.common.ports import Contention
from chalicelib.common.refusals import TooManyRequests


def count_request(route: Route, caller: str, *, counters: Counters, now: datetime, hits: int = 1) -> None:
    """Count ``hits`` of that caller. Raises TooManyRequests when over the limit, or blocked.

    The first request over the limit, and no other, marks the next window as blocked too: sums only grow, so each
    request sees one of its own. A crash between the two writes shortens the block and does no other harm.
    """
    limit = LIMITS[route]
    window = limit.number(now)
    total, blocked_before = _counted(counters, _key(route, caller, window), hits, limit, now)
    if total <= limit.hits:
        return
    if not blocked_before and total - hits <= limit.hits:
        with suppress(Contention):
            counters.block(_key(route, caller, window + 1), limit.hits + 1, _gone_after(limit, window + 1))
    raise TooManyRequests(retry_after=_wait(limit, window if blocked_before else window + 1, now))


def forget_requests(route: Route, caller: str, *, counters: Counters, now: datetime) -> None:
    """Forget what was counted in this window: a right password shows that the tries were its owner's."""
    counters.forget(_key(route, caller, LIMITS[route].number(now)))


def _counted(counters: Counters, key: str, hits: int, limit: RateLimit, now: datetime) -> tuple[int, bool]:
    window = limit.number(now)
    try:
        return counters.add(key, hits, _gone_after(limit, window))
    except Contention as error:  # more than DynamoDB takes for one key, which is far more than any caller may
        raise TooManyRequests(retry_after=_wait(limit, window, now)) from error


def _key(route: Route, caller: str, window: int) -> str:
    return f"{route}#{caller}#{window}"


def _gone_after(limit: RateLimit, window: int) -> datetime:
    return limit.end(window + 1)


def _wait(limit: RateLimit, window: int, now: datetime) -> int:
    return max(1, int((limit.end(window) - now).total_seconds()) + 1)
