"""Accounts of people whose access has ended are closed some time after, where the settings say so."""

from datetime import timedelta

import pytest

from chalicelib.access.aligning import ResendingWork
from chalicelib.access.closing import ClosingEnded, closes_at
from chalicelib.access.deciding.membership import DecidingMembership
from chalicelib.access.ending import EndingMemberships
from chalicelib.access.model import Hold
from chalicelib.accounts.trials import SCHEDULE
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import AccountClosed, NotForYou
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit
from chalicelib.events.catalogue import name_of
from chalicelib.plex.errors import PlexRefused
from tests.fakes.crashes import Crashed

DAYS = 30
MONTH = Term(1, Unit.MONTHS)


@pytest.fixture
def member(scenario):
    """Whose access has ended just now."""
    redemption = scenario.redeem(scenario.invite(access_for=MONTH))
    scenario.drain()
    end(scenario, redemption)
    return redemption


def end(scenario, member):
    scenario.now = max(scenario.now, scenario.access(member).decided.ends_at)
    swept = scenario.use(EndingMemberships).sweep(scenario.settings.get, now=scenario.now)
    assert sum(batch.done for batch in swept) == 1
    scenario.drain()


def sweep(scenario):
    """How many accounts were closed."""
    swept = scenario.use(ClosingEnded).sweep(scenario.settings.get, now=scenario.now)
    return sum(batch.done for batch in swept)


def user(scenario, member):
    return scenario.database.users[member.user.id]


def extend(scenario, member):
    manager = scenario.user("mona", Permission.MANAGE_USERS)
    membership = scenario.use(DecidingMembership)
    return membership.extend(member.user.id, MONTH, version=None, by=manager, now=scenario.now)


def test_by_default_the_account_stays_for_ever(scenario, member):
    scenario.later(days=9999)
    assert sweep(scenario) == 0
    assert user(scenario, member).is_open


def test_it_is_closed_so_many_days_after_access_ended_and_once(scenario, member):
    scenario.change_settings(close_after_days=DAYS)
    at = closes_at(scenario.access(member), user(scenario, member), scenario.settings.get())
    assert at
    scenario.now = at - timedelta(seconds=1)
    assert sweep(scenario) == 0
    scenario.later(seconds=1)
    assert (sweep(scenario), sweep(scenario)) == (1, 0)
    assert at == scenario.access(member).decided.ended_at + timedelta(days=DAYS)
    assert not user(scenario, member).is_open
    scenario.drain()
    access = scenario.access(member)
    assert (access.decided.hold, access.is_settled) == (Hold.CLOSED, True)
    (entry,) = [each for each in scenario.database.journal if name_of(each) == "member.closed"]
    assert (entry.by, entry.before, entry.after) == (SCHEDULE, {"state": "active"}, {"state": "closed"})


def test_the_days_count_from_the_end_of_grace(scenario):
    scenario.change_settings(grace_days=10, close_after_days=1)
    redemption = scenario.redeem(scenario.invite(access_for=MONTH))
    scenario.drain()
    scenario.now = scenario.access(redemption).decided.ends_at + timedelta(days=10)
    end(scenario, redemption)
    assert sweep(scenario) == 0
    scenario.later(days=1)
    assert sweep(scenario) == 1


def test_sessions_end_and_the_names_are_free_and_an_older_invite_lets_nobody_back(scenario, member):
    scenario.change_settings(close_after_days=DAYS)
    before, account = user(scenario, member), scenario.plex_id(member)
    older = scenario.invite()
    scenario.later(days=DAYS)
    sweep(scenario)
    scenario.drain()
    assert user(scenario, member).epoch == before.epoch + 1
    assert before.id not in scenario.database.identities.values()
    tombstone = scenario.accounts.tombstone_of(account)
    assert (tombstone.user_id, tombstone.ended_at is not None) == (before.id, True)
    with pytest.raises(NotForYou):
        scenario.redeem(older, account_id=account)
    scenario.later(hours=1)
    assert scenario.redeem(scenario.invite(), account_id=account).user.id == before.id


def test_their_invites_are_switched_off(scenario, member):
    inviter = replace(user(scenario, member), permissions=frozenset({Permission.CREATE_INVITES}))
    scenario.database.users[inviter.id] = inviter
    invite = scenario.invite(created_by=inviter.person)
    scenario.change_settings(close_after_days=DAYS)
    scenario.later(days=DAYS)
    assert sweep(scenario) == 1
    assert not scenario.database.invites[invite.code].enabled


def test_those_who_were_suspended_by_a_person_are_not_closed(scenario):
    redemption = scenario.redeem(scenario.invite(access_for=MONTH))
    scenario.drain()
    manager = scenario.user("mona", Permission.MANAGE_USERS)
    scenario.use(DecidingMembership).suspend(redemption.user.id, version=None, by=manager, now=scenario.now)
    scenario.change_settings(close_after_days=DAYS)
    scenario.later(days=9999)
    assert sweep(scenario) == 0


@pytest.mark.parametrize("permission", [Permission.ADMIN, Permission.MANAGE_USERS, Permission.MANAGE_INVITES])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_whoever_manages_something_is_never_closed_unattended(scenario, member, permission, meanwhile):
    scenario.change_settings(close_after_days=DAYS)
    scenario.later(days=DAYS)

    def becomes_a_manager():
        promoted = replace(user(scenario, member), permissions=frozenset({permission}))
        scenario.database.users[promoted.id] = promoted

    if meanwhile:
        scenario.database.let_come_first(becomes_a_manager)
    else:
        becomes_a_manager()
    assert (sweep(scenario), sweep(scenario)) == (0, 0)
    assert closes_at(scenario.access(member), user(scenario, member), scenario.settings.get()) is None
    assert user(scenario, member).is_open


def test_an_extension_at_the_same_moment_wins(scenario, member):
    scenario.change_settings(close_after_days=DAYS)
    scenario.later(days=DAYS)
    scenario.database.let_come_first(lambda: extend(scenario, member))
    assert (sweep(scenario), sweep(scenario)) == (0, 0)
    scenario.drain()
    assert user(scenario, member).is_open
    assert scenario.plex.share_of(scenario.plex_id(member)) is not None


def test_an_extension_after_it_finds_the_account_closed(scenario, member):
    scenario.change_settings(close_after_days=DAYS)
    scenario.later(days=DAYS)
    sweep(scenario)
    with pytest.raises(AccountClosed):
        extend(scenario, member)


def test_who_was_extended_and_ends_again_has_all_the_days_again(scenario, member):
    scenario.change_settings(close_after_days=DAYS)
    scenario.later(days=DAYS - 1)
    extend(scenario, member)
    scenario.drain()
    end(scenario, member)
    assert sweep(scenario) == 0
    scenario.later(days=DAYS)
    assert sweep(scenario) == 1


def test_a_renewal_that_fails_leaves_the_day_that_it_was(scenario, member):
    before = scenario.access(member).decided.ended_at
    scenario.plex.fail("share", PlexRefused("no", status=403))
    scenario.redeem(scenario.invite(), account_id=scenario.plex_id(member))
    scenario.drain()
    decided = scenario.access(member).decided
    assert (decided.hold, decided.ended_at) == (Hold.ENDED, before)


def test_a_sweep_that_crashes_at_any_moment_is_made_good_by_the_next(scenario, member):
    scenario.change_settings(close_after_days=DAYS)
    scenario.later(days=DAYS)
    crashed = 0
    while True:
        crashed += 1
        scenario.moments.passed, scenario.moments.crash_at = 0, crashed
        try:
            with scenario.moments.within():
                scenario.use(ClosingEnded).close(member.user.id, now=scenario.now)
        except Crashed:
            if user(scenario, member).is_open:
                continue
        break
    scenario.moments.crash_at = None
    assert crashed > 1
    assert sweep(scenario) == 0
    scenario.messages.clear()
    scenario.later(minutes=10)
    assert sum(batch.done for batch in scenario.use(ResendingWork).sweep(now=scenario.now)) == 1
    scenario.drain()
    access = scenario.access(member)
    assert (access.decided.hold, access.is_settled) == (Hold.CLOSED, True)
    assert len([each for each in scenario.database.journal if each.action == "closed"]) == 1
