from datetime import timedelta

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.refusals import NotAllowed
from chalicelib.invites.model import Status
from chalicelib.redemptions.statistics import Counting


@pytest.fixture
def counting(scenario):
    return scenario.use(Counting)


def test_the_numbers_reach_back_thirty_days_today_included(scenario, counting):
    redemption = scenario.redeem()
    numbers = counting.count(by=scenario.user("mona", Permission.MANAGE_INVITES), now=scenario.now)
    today = scenario.now.date()
    assert set(numbers.redemptions) == {today - timedelta(days=number) for number in range(30)}
    assert numbers.redemptions[redemption.created_at.date()] == 1
    assert (numbers.invites[Status.REDEEMED], numbers.users, numbers.paused_since) == (1, 3, None)


@pytest.mark.parametrize("permission", [Permission.MANAGE_INVITES, Permission.VIEW_INVITES, Permission.MANAGE_USERS])
def test_they_are_for_those_who_see_invites_or_manage_accounts(scenario, counting, permission):
    assert counting.count(by=scenario.user("mona", permission), now=scenario.now)


def test_they_are_not_for_others(scenario, counting):
    with pytest.raises(NotAllowed):
        counting.count(by=scenario.user("ruth", Permission.CREATE_INVITES), now=scenario.now)
