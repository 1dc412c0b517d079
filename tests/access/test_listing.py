"""People with until when they have access."""

from datetime import timedelta

import pytest

from chalicelib.access.ending import state_at
from chalicelib.access.listing import ListingPeople, ends_soon_by
from chalicelib.accounts.model import AccountState
from chalicelib.common.people import Permission
from chalicelib.common.refusals import BadInput, NotAllowed
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_USERS)


@pytest.fixture
def joined(scenario):
    """Joins for so many days, or for ever; gives the account."""

    def join(days=None):
        redemption = scenario.redeem(scenario.invite(access_for=days and Term(days, Unit.DAYS)))
        scenario.drain()
        return scenario.database.users[redemption.user.id]

    return join


@pytest.fixture
def ending(scenario, manager):
    """All that end, a page at a time."""

    def walk(before=None, *, text="", limit=2):
        found, after = [], None
        while True:
            listing = scenario.use(ListingPeople)
            page = listing.list_ending(before, by=manager, text=text, after=after, limit=limit)
            assert len(page.items) <= limit
            found += [each.user for each in page.items]
            if (after := page.next) is None:
                return found

    return walk


def test_those_whose_access_ends_come_the_first_to_end_first_and_no_others(joined, ending):
    forever, later, *same_day = joined(), joined(90), joined(5), joined(5), joined(5)
    assert forever not in ending()
    assert ending()[-1] == later
    assert {user.id for user in ending()[:-1]} == {user.id for user in same_day}


def test_those_that_end_soon_are_those_whose_first_reminder_is_due_and_those_in_grace(scenario, joined, ending):
    scenario.change_settings(reminders=(7,), grace_days=14)
    over, soon, later = joined(1), joined(8), joined(20)
    scenario.later(days=2)
    assert ending(ends_soon_by(scenario.settings.get(), scenario.now)) == [over, soon]
    assert ending() == [over, soon, later]


def test_who_is_looked_for_by_name_is_found_among_them(joined, ending):
    first, second = joined(3), joined(4)
    assert ending(text=second.name.upper()) == [second]
    assert ending(text=first.email, limit=1) == [first]


def test_a_closed_account_does_not_end_any_more(scenario, joined, ending):
    user = joined(3)
    scenario.managing_users.close(user.id, by=scenario.user("root", Permission.ADMIN), now=scenario.now)
    assert ending() == []


def test_the_newest_accounts_come_with_their_access_where_they_have_one(scenario, manager, joined):
    member = joined(5)
    listing = scenario.use(ListingPeople)
    page = listing.list(by=manager, state=AccountState.ACTIVE, text="", after=None, limit=10)
    listed = {each.user.id: each.access for each in page.items}
    assert listed[manager.id] is None
    assert state_at(listed[member.id], scenario.settings.get(), scenario.now) == "ending"
    assert listed[member.id].decided.ends_at - scenario.now <= timedelta(days=5)


def test_only_who_manages_users_sees_them_and_a_search_has_its_length(scenario, joined, manager):
    listing = scenario.use(ListingPeople)
    with pytest.raises(NotAllowed):
        listing.list_ending(None, by=joined(1), text="", after=None, limit=1)
    with pytest.raises(BadInput) as refused:
        listing.list_ending(None, by=manager, text="a" * 101, after=None, limit=1)
    assert refused.value.field == "q"
