"""Access that is for a time: reminders, the end, and what stands against it."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.access.ending import EndingMemberships, Reminding, state_at
from chalicelib.access.model import Hold
from chalicelib.accounts.trials import SCHEDULE
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit
from chalicelib.plex.errors import PlexRefused
from chalicelib.settings.model import Trial, TrialOutcome

MONTH = Term(1, Unit.MONTHS)


def joined(scenario, **facts):
    redemption = scenario.redeem(scenario.invite(**facts))
    scenario.drain()
    return redemption


@pytest.fixture
def member(scenario):
    """Who joined for a month, at ten in the morning."""
    scenario.now = datetime(2027, 3, 1, 10, tzinfo=UTC)
    return joined(scenario, access_for=MONTH)


def end_of(scenario, member):
    return scenario.access(member).decided.ends_at


def sweep(scenario):
    """How many were ended, and how many reminded."""
    ended = scenario.use(EndingMemberships).sweep(scenario.settings.get, now=scenario.now)
    reminded = scenario.use(Reminding).sweep(scenario.settings.get, now=scenario.now)
    return sum(batch.done for batch in ended), sum(batch.done for batch in reminded)


def told(scenario, action):
    return [entry for entry in scenario.database.journal if entry.action == action]


def test_it_is_counted_from_when_access_is_there_and_not_from_the_click(scenario):
    redemption = scenario.redeem(scenario.invite(access_for=MONTH))
    assert end_of(scenario, redemption) is None
    scenario.later(minutes=5)
    scenario.drain()
    decided = scenario.access(redemption).decided
    assert decided.starts_at >= scenario.current(redemption).created_at + timedelta(minutes=5)
    assert decided.ends_at == MONTH.ends(decided.starts_at, scenario.settings.get().zone)


def test_without_a_term_it_is_for_ever(scenario):
    redemption = joined(scenario)
    assert (end_of(scenario, redemption), scenario.access(redemption).decided.starts_at is None) == (None, False)
    scenario.later(days=9999)
    assert sweep(scenario)[0] == 0


def test_it_ends_at_its_end_and_plex_has_nothing_any_more(scenario, member):
    scenario.now = end_of(scenario, member) - timedelta(seconds=1)
    assert sweep(scenario)[0] == 0
    scenario.later(seconds=1)
    assert (sweep(scenario)[0], sweep(scenario)[0]) == (1, 0)
    scenario.drain()
    access = scenario.access(member)
    assert (access.decided.hold, access.is_settled) == (Hold.ENDED, True)
    assert scenario.plex.share_of(access.plex_id) is None
    assert scenario.database.users[member.user.id].is_open
    (entry,) = told(scenario, "access ended")
    assert entry.by == SCHEDULE


def test_grace_lets_it_go_on_for_so_many_days(scenario, member):
    scenario.change_settings(grace_days=3)
    scenario.now = end_of(scenario, member) + timedelta(days=3) - timedelta(seconds=1)
    state = state_at(scenario.access(member), scenario.settings.get(), scenario.now)
    assert (sweep(scenario)[0], state) == (0, "grace")
    scenario.later(seconds=1)
    assert sweep(scenario)[0] == 1


def test_a_longer_grace_lets_nobody_in_again(scenario, member):
    scenario.now = end_of(scenario, member)
    sweep(scenario)
    scenario.drain()
    scenario.change_settings(grace_days=14)
    sweep(scenario)
    scenario.drain()
    assert scenario.access(member).decided.hold is Hold.ENDED


@pytest.mark.parametrize("permission", [Permission.ADMIN, Permission.MANAGE_USERS, Permission.MANAGE_INVITES])
def test_whoever_manages_something_never_ends_unattended(scenario, member, permission):
    user = scenario.database.users[member.user.id]
    scenario.now = end_of(scenario, member)

    def becomes_a_manager():
        scenario.database.users[user.id] = replace(user, permissions=frozenset({permission}))

    scenario.database.let_come_first(becomes_a_manager)
    assert (sweep(scenario)[0], sweep(scenario)[0]) == (0, 0)
    scenario.drain()
    assert scenario.access(member).decided.hold is None


def test_an_extension_at_the_same_moment_wins(scenario, member):
    access = scenario.access(member)
    scenario.now = end_of(scenario, member)
    later = replace(access.decided, ends_at=scenario.now + timedelta(days=30))
    scenario.database.let_come_first(lambda: scenario.accesses.decide(access.deciding(later)))
    assert sweep(scenario)[0] == 0
    assert scenario.access(member).decided.hold is None


def test_the_first_reminder_is_where_its_end_begins_to_show(scenario, member):
    scenario.change_settings(reminders=(7, 1))
    for before, state in ((timedelta(days=7, seconds=1), "active"), (timedelta(days=7), "ending")):
        now = end_of(scenario, member) - before
        assert state_at(scenario.access(member), scenario.settings.get(), now) == state


def test_each_reminder_is_decided_once_at_ten_o_clock_there(scenario, member):
    scenario.change_settings(reminders=(7, 1), time_zone="Europe/Berlin")
    scenario.now = datetime(2027, 3, 20, 0, 0, tzinfo=UTC)
    days = []
    while scenario.now < end_of(scenario, member):
        before = len(told(scenario, "reminded"))
        sweep(scenario)
        sweep(scenario)
        if len(told(scenario, "reminded")) > before:
            days.append((scenario.now.day, scenario.now.hour))
        scenario.later(minutes=5)
    assert [entry.after["days"] for entry in told(scenario, "reminded")] == [7, 1]
    assert days == [(25, 9), (31, 8)]  # on the 28th the clocks there go forward


def test_of_reminders_that_were_missed_the_nearest_is_decided_and_no_other(scenario, member):
    scenario.change_settings(reminders=(30, 7, 1))
    scenario.now = datetime(2027, 3, 29, 12, 0, tzinfo=UTC)
    assert (sweep(scenario)[1], sweep(scenario)[1]) == (1, 0)
    assert [entry.after["days"] for entry in told(scenario, "reminded")] == [7]


def test_another_end_is_reminded_of_anew(scenario, member):
    scenario.change_settings(reminders=(7,))
    scenario.now = datetime(2027, 3, 26, 12, 0, tzinfo=UTC)
    assert sweep(scenario)[1] == 1
    access = scenario.access(member)
    scenario.accesses.decide(
        access.deciding(replace(access.decided, ends_at=end_of(scenario, member) + timedelta(days=30)))
    )
    scenario.later(days=30)
    assert sweep(scenario)[1] == 1


def test_a_reminder_is_decided_once_by_two_sweeps_at_once(scenario, member):
    scenario.change_settings(reminders=(7,))
    scenario.now = datetime(2027, 3, 26, 12, 0, tzinfo=UTC)
    scenario.database.let_come_first(lambda: sweep(scenario))
    sweep(scenario)
    assert len(told(scenario, "reminded")) == 1


def test_a_trial_that_ends_in_a_suspension_is_access_for_so_many_days(scenario):
    scenario.change_settings(trial=Trial(enabled=True, days=5, outcome=TrialOutcome.SUSPEND))
    on_trial, longer = joined(scenario), joined(scenario, access_for=MONTH)
    decided = scenario.access(on_trial).decided
    assert decided.ends_at - decided.starts_at == timedelta(days=5)
    assert end_of(scenario, longer) > decided.ends_at


def test_a_renewal_that_fails_leaves_the_end_that_was_there(scenario, member):
    ends_at, account = end_of(scenario, member), scenario.plex_id(member)
    scenario.plex.end_shares(account)
    scenario.plex.fail("share", PlexRefused("no", status=403))
    scenario.redeem(account_id=account)
    scenario.drain()
    assert (end_of(scenario, member), scenario.access(member).decided.hold) == (ends_at, None)
