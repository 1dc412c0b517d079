"""How often and how soon something is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.ports import RetryLater, StaleWrite
from chalicelib.common.refusals import TryAgain
from chalicelib.common.retrying import MOST_TRIES, doubled, spread, until_written


def an_attempt(*, stale):
    """It meets so many other writes, and counts its calls."""
    calls: list[int] = []

    def attempt():
        calls.append(len(calls))
        if len(calls) <= stale:
            raise StaleWrite
        return "written"

    return attempt, calls


@pytest.mark.parametrize("stale", [0, 1, MOST_TRIES - 1])
def test_a_write_is_tried_until_it_meets_no_other(stale):
    attempt, calls = an_attempt(stale=stale)
    assert until_written(attempt) == "written"
    assert len(calls) == stale + 1


def test_after_so_many_tries_it_is_given_up():
    attempt, calls = an_attempt(stale=MOST_TRIES)
    with pytest.raises(TryAgain):
        until_written(attempt)
    assert len(calls) == MOST_TRIES


def test_what_else_goes_wrong_is_not_tried_again():
    def attempt():
        raise RetryLater(3)

    with pytest.raises(RetryLater, match="3 s") as later:
        until_written(attempt)
    assert later.value.seconds == 3


@pytest.mark.parametrize(("times", "seconds"), [(0, 2), (1, 4), (5, 64), (6, 100), (10**6, 100)])
def test_waits_double_up_to_the_longest(times, seconds):
    assert doubled(2, times, longest=100) == seconds


def test_doubling_ends_before_numbers_do():
    assert doubled(1, 10**9, longest=10**12) == 2**30


@pytest.mark.parametrize(
    ("seconds", "chance", "spread_to"), [(100, 0, 75), (100, 0.5, 100), (100, 1, 125), (0.2, 0, 1), (0, 0.5, 1)]
)
def test_a_wait_is_spread_by_a_quarter_and_is_a_second_at_least(seconds, chance, spread_to):
    assert spread(seconds, chance) == spread_to


@given(st.floats(0, 10**6), st.floats(0, 1))
def test_a_wait_is_whole_seconds_near_what_was_asked(seconds, chance):
    waits = spread(seconds, chance)
    assert isinstance(waits, int)
    assert waits == 1 or 0.75 * seconds - 1 <= waits <= 1.25 * seconds + 1
