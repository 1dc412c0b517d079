"""How much of a quota is used, and what the next invite is held to."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.accounts.quotas import (
    QuotaGuard,
    QuotaUse,
    period_start,
    quota_guard,
    quota_in_force,
    quota_use,
    read_quota_use,
)
from chalicelib.common.people import Permission
from chalicelib.common.refusals import QuotaExceeded
from chalicelib.settings.model import Quota, Settings
from testing.invite_builders import NOW, a_user
from tests.fakes.accounts import FakeAccounts
from tests.fakes.database import Database

DAY = timedelta(days=1)


def guard(quota, created, made=100):
    return quota_guard(quota, made, quota_use(quota, created, now=NOW))


def ago(*days):
    return tuple(NOW - each * DAY for each in days)


@pytest.mark.parametrize("quota", [Quota(), Quota(limit=3), Quota(days=7)])
def test_a_quota_without_a_limit_or_without_a_period_is_unlimited(quota):
    assert quota_use(quota, ago(0, 1, 2, 3), now=NOW).remaining is None


@pytest.mark.parametrize("quota", [Quota(limit=0, days=7), Quota(limit=0)])
def test_a_limit_of_zero_is_none_for_ever(quota):
    use = quota_use(quota, (), now=NOW)
    assert (use.remaining, use.renews_at) == (0, None)


def test_what_was_made_within_the_period_counts_and_nothing_older():
    use = quota_use(Quota(3, 7), ago(1, 6, 7, 30), now=NOW)
    assert (use.used, use.remaining) == (2, 1)
    assert use.renews_at == NOW + DAY


def test_with_none_left_the_renewal_is_when_the_oldest_leaves_the_period():
    use = quota_use(Quota(2, 7), ago(1, 3), now=NOW)
    assert (use.remaining, use.renews_at) == (0, NOW + 4 * DAY)


def test_with_more_made_than_the_limit_allows_by_now_enough_of_them_must_leave_first():
    use = quota_use(Quota(2, 7), ago(1, 2, 3, 4), now=NOW)
    assert (use.used, use.remaining, use.renews_at) == (4, 0, NOW + 5 * DAY)


def test_nothing_made_nothing_to_renew():
    assert quota_use(Quota(2, 7), (), now=NOW).renews_at is None


@given(
    limit=st.integers(1, 6),
    days=st.integers(1, 10),
    hours=st.lists(st.integers(0, 400), max_size=15),
)
def test_at_the_renewal_one_more_is_possible_than_before_and_not_a_moment_sooner(limit, days, hours):
    quota, created = Quota(limit, days), tuple(NOW - timedelta(hours=each) for each in hours)
    use = quota_use(quota, created, now=NOW)
    if use.renews_at is None:
        assert use.used == 0
        return
    just_before = quota_use(quota, created, now=use.renews_at - timedelta(microseconds=1))
    assert just_before.remaining == use.remaining
    assert (quota_use(quota, created, now=use.renews_at).remaining or 0) > (use.remaining or 0)


def test_what_is_unlimited_is_counted_all_the_same():
    assert quota_use(Quota(None, 7), ago(1, 8), now=NOW) == QuotaUse(None, 7, 1)


@pytest.mark.parametrize(
    ("quota", "limit"),
    [
        (Quota(), None),
        (Quota(3, None), None),
        (Quota(None, 7), None),
        (Quota(1, None), None),
        (Quota(0, None), 0),
        (Quota(0, 7), 0),
        (Quota(1, 1), 1),
    ],
)
def test_limit_and_period_make_a_quota_and_no_invites_at_all_need_no_period(quota, limit):
    assert quota.enforced_limit == limit


@pytest.mark.parametrize("quota", [Quota(0, None), Quota(3, None)])
def test_without_a_period_nothing_counts_as_used(quota):
    assert quota_use(quota, ago(0, 0.5, 1), now=NOW).used == 0


def test_a_user_s_own_quota_comes_before_the_default_even_where_it_is_unlimited():
    settings = Settings(default_quota=Quota(2, 7))
    assert quota_in_force(a_user("ruth"), settings) == Quota(2, 7)
    assert quota_in_force(a_user("ruth", quota=Quota(5, 30)), settings) == Quota(5, 30)
    assert quota_in_force(a_user("ruth", quota=Quota()), settings) == Quota()


@pytest.mark.parametrize("permission", Permission)
def test_those_who_manage_users_or_invites_are_exempt(permission):
    exempt = {Permission.ADMIN, Permission.MANAGE_USERS, Permission.MANAGE_INVITES}
    in_force = quota_in_force(a_user("ruth", permission, quota=Quota(0, 1)), Settings())
    assert in_force == (Quota() if permission in exempt else Quota(0, 1))


def test_as_many_more_may_be_made_as_remain():
    assert guard(Quota(3, 7), ago(1, 30), made=40) == QuotaGuard(42)
    assert period_start(Quota(2, 7), now=NOW) == NOW - 7 * DAY


@pytest.mark.parametrize(("quota", "used"), [(Quota(3, 7), 2), (Quota(None, 7), 2), (Quota(3, None), 0)])
def test_what_counts_is_read_from_the_period_s_beginning(quota, used):
    accounts = FakeAccounts(Database(created={"ruth": list(ago(0, 6, 7, 8))}))
    assert read_quota_use(accounts, "ruth", quota, now=NOW).used == used


@pytest.mark.parametrize("quota", [Quota(), Quota(limit=1), Quota(days=7)])
def test_an_unlimited_quota_holds_the_next_invite_to_nothing(quota):
    assert guard(quota, ago(0, 1, 2)) is None


def test_over_the_quota_the_refusal_says_when_the_next_one_is_possible():
    with pytest.raises(QuotaExceeded) as refused:
        guard(Quota(2, 7), ago(1, 3, 4))
    assert refused.value.key == "QuotaExceeded.renews"
    assert refused.value.facts == {"used": 3, "limit": 2, "days": 7, "at": NOW + 4 * DAY}


@pytest.mark.parametrize("quota", [Quota(0, 7), Quota(0, None)])
def test_a_quota_of_none_is_never_renewed(quota):
    with pytest.raises(QuotaExceeded) as refused:
        guard(quota, ())
    assert (refused.value.key, refused.value.facts) == ("QuotaExceeded.none", {})


def test_a_quota_of_none_has_no_renewal_though_some_were_made():
    assert quota_use(Quota(0, 7), ago(1), now=NOW) == QuotaUse(0, 7, 1, 0, None)


@given(limit=st.integers(0, 5), days=st.integers(1, 9), hours=st.lists(st.integers(0, 300), max_size=12))
def test_the_next_invite_is_refused_exactly_where_none_remains(limit, days, hours):
    quota, created = Quota(limit, days), tuple(NOW - timedelta(hours=each) for each in hours)
    if remaining := quota_use(quota, created, now=NOW).remaining:
        assert guard(quota, created) == QuotaGuard(100 + remaining)
        return
    with pytest.raises(QuotaExceeded):
        guard(quota, created)
