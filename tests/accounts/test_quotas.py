"""How somebody stands with their quota."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.accounts.quotas import quota_use
from chalicelib.settings.model import Quota
from testing.invite_builders import NOW

DAY = timedelta(days=1)


def ago(*days):
    return tuple(NOW - each * DAY for each in days)


@pytest.mark.parametrize("quota", [Quota(), Quota(limit=3), Quota(days=7)])
def test_a_quota_without_a_limit_or_without_a_period_is_unlimited(quota):
    assert quota_use(quota, ago(0, 1, 2, 3), NOW).remaining is None


@pytest.mark.parametrize("quota", [Quota(limit=0, days=7), Quota(limit=0)])
def test_a_limit_of_zero_is_none_for_ever(quota):
    stands = quota_use(quota, (), NOW)
    assert (stands.remaining, stands.renews_at) == (0, None)


def test_what_was_made_within_the_period_counts_and_nothing_older():
    stands = quota_use(Quota(3, 7), ago(1, 6, 7, 30), NOW)
    assert (stands.used, stands.remaining) == (2, 1)
    assert stands.renews_at == NOW + DAY


def test_with_none_left_the_renewal_is_when_the_oldest_leaves_the_period():
    stands = quota_use(Quota(2, 7), ago(1, 3), NOW)
    assert (stands.remaining, stands.renews_at) == (0, NOW + 4 * DAY)


def test_with_more_made_than_the_limit_allows_by_now_enough_of_them_must_leave_first():
    stands = quota_use(Quota(2, 7), ago(1, 2, 3, 4), NOW)
    assert (stands.used, stands.remaining, stands.renews_at) == (4, 0, NOW + 5 * DAY)


def test_nothing_made_nothing_to_renew():
    assert quota_use(Quota(2, 7), (), NOW).renews_at is None


@given(
    limit=st.integers(1, 6),
    days=st.integers(1, 10),
    hours=st.lists(st.integers(0, 400), max_size=15),
)
def test_at_the_renewal_one_more_is_possible_than_before_and_not_a_moment_sooner(limit, days, hours):
    quota, created = Quota(limit, days), tuple(NOW - timedelta(hours=each) for each in hours)
    stands = quota_use(quota, created, NOW)
    if stands.renews_at is None:
        assert stands.used == 0
        return
    just_before = quota_use(quota, created, stands.renews_at - timedelta(microseconds=1))
    assert just_before.remaining == stands.remaining
    assert (quota_use(quota, created, stands.renews_at).remaining or 0) > (stands.remaining or 0)
