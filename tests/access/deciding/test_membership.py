"""Suspending, resuming and extending."""

from datetime import date, timedelta

import pytest

from chalicelib.access.deciding.batches import Action, DecidingForMany, WorkingOnBatches
from chalicelib.access.deciding.editing import AccessEdit, EditingAccess
from chalicelib.access.deciding.membership import DecidingMembership
from chalicelib.access.ending import EndingMemberships
from chalicelib.access.model import Hold
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    AccessOutOfDate,
    BadInput,
    NotAllowed,
    NothingToRetry,
    OwnerProtected,
    SeatsTaken,
    TryAgain,
)
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit

MONTH = Term(1, Unit.MONTHS)
WEEK = Term(1, Unit.WEEKS)


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_USERS)


@pytest.fixture
def member(scenario):
    redemption = scenario.redeem(scenario.invite(access_for=MONTH))
    scenario.drain()
    return redemption


@pytest.fixture
def decide(scenario, manager, member):
    """One of suspend, resume, extend; against the version that is there."""

    def take(what, *args, by=manager, version=None):
        seen = scenario.access(member).decided.edition if version is None else version
        way = getattr(scenario.use(DecidingMembership), what)
        return way(member.user.id, *args, version=seen, by=by, now=scenario.now)

    return take


def shared(scenario, member):
    return scenario.plex.share_of(scenario.plex_id(member)) is not None


def end(scenario, member):
    scenario.now = scenario.access(member).decided.ends_at
    swept = scenario.use(EndingMemberships).sweep(scenario.settings.get, now=scenario.now)
    assert sum(each.done for each in swept) == 1
    scenario.drain()


def test_suspended_is_nothing_shared_and_resumed_is_what_was_wanted(scenario, member, decide, manager):
    was = scenario.access(member).decided.grant
    decide("suspend")
    scenario.drain()
    assert (shared(scenario, member), scenario.access(member).state) == (False, "suspended")
    assert scenario.database.users[member.user.id].is_open
    decide("resume")
    scenario.drain()
    scenario.plex.accept_by_hand(scenario.plex_id(member))
    scenario.queue.align(member.user.id)
    scenario.drain()
    access = scenario.access(member)
    assert (shared(scenario, member), access.decided.grant, access.state) == (True, was, "active")
    told = [(entry.action, entry.by) for entry in scenario.database.journal[-2:]]
    assert told == [("access suspended", manager.person), ("access resumed", manager.person)]


def test_resuming_takes_a_seat_unless_it_is_still_held(scenario, member, decide):
    scenario.change_settings(seat_limit=1)
    decide("suspend")
    decide("resume")
    decide("suspend")
    scenario.drain()
    assert scenario.database.gate.server == 0
    scenario.redeem()
    with pytest.raises(SeatsTaken):
        decide("resume")
    scenario.change_settings(seat_limit=2)
    decide("resume")
    assert scenario.database.gate.server == 2


def test_extending_counts_from_the_later_of_now_and_the_end(scenario, member, decide):
    ends_at = scenario.access(member).decided.ends_at
    decide("extend", WEEK)
    assert scenario.access(member).decided.ends_at == ends_at + timedelta(days=7)
    decide("extend", Term(until=date(2028, 1, 1)))
    assert scenario.access(member).decided.ends_at.date() == date(2028, 1, 2)


def test_what_ended_is_shared_again_by_an_extension_and_not_by_resuming(scenario, member, decide):
    end(scenario, member)
    assert not shared(scenario, member)
    with pytest.raises(NothingToRetry):
        decide("resume")
    scenario.later(days=3)
    in_a_week = scenario.now + timedelta(days=7)
    decide("extend", WEEK)
    scenario.drain()
    decided = scenario.access(member).decided
    assert (shared(scenario, member), decided.ends_at, decided.hold) == (True, in_a_week, None)


def test_a_suspension_whose_time_is_over_meanwhile_takes_another_end(scenario, member, decide):
    decide("suspend")
    scenario.later(days=60)
    with pytest.raises(NothingToRetry):
        decide("resume")
    decide("extend", WEEK)
    assert scenario.access(member).decided.hold is Hold.SUSPENDED
    decide("resume")


def test_an_end_that_has_passed_is_refused_by_its_field(scenario, member, decide, manager):
    with pytest.raises(BadInput) as refused:
        decide("extend", Term(until=date(2020, 1, 1)))
    assert refused.value.field == "until"
    editing, edit = scenario.use(EditingAccess), AccessEdit(ends_at=scenario.now, moves_end=True)
    with pytest.raises(BadInput) as refused:
        editing.edit(member.user.id, edit, version=1, by=manager, now=scenario.now)
    assert refused.value.field == "ends_at"


def test_an_edit_sets_an_end_or_takes_it_away(scenario, member, manager):
    editing = scenario.use(EditingAccess)
    soon = scenario.now + timedelta(days=2)
    editing.edit(member.user.id, AccessEdit(ends_at=soon, moves_end=True), version=1, by=manager, now=scenario.now)
    assert scenario.access(member).decided.ends_at == soon
    editing.edit(member.user.id, AccessEdit(moves_end=True), version=2, by=manager, now=scenario.now)
    assert scenario.access(member).decided.ends_at is None


def test_what_has_ended_is_extended_rather_than_edited(scenario, member, manager):
    end(scenario, member)
    edit = AccessEdit(ends_at=scenario.now + timedelta(days=1), moves_end=True)
    with pytest.raises(BadInput):
        scenario.use(EditingAccess).edit(member.user.id, edit, version=2, by=manager, now=scenario.now)


def test_refusals_say_what_stands_against_it(scenario, member, decide, manager):
    with pytest.raises(NothingToRetry):
        decide("resume")
    with pytest.raises(AccessOutOfDate):
        decide("suspend", version=9)
    with pytest.raises(NotAllowed):
        decide("suspend", by=scenario.user("ina"))
    decide("suspend")
    with pytest.raises(NothingToRetry):
        decide("suspend")


def test_an_admin_is_not_suspended(scenario, member, decide):
    user = scenario.database.users[member.user.id]
    scenario.database.users[user.id] = replace(user, permissions=frozenset({Permission.ADMIN}))
    with pytest.raises(OwnerProtected):
        decide("suspend")


def test_of_a_suspension_and_an_extension_at_once_one_is_asked_again(scenario, member, decide):
    scenario.database.let_come_first(lambda: decide("suspend"))
    with pytest.raises(TryAgain):
        decide("extend", WEEK)
    assert scenario.access(member).decided.hold is Hold.SUSPENDED


def test_many_are_extended_once_each_whatever_comes_twice(scenario, member, manager):
    ends_at = scenario.access(member).decided.ends_at
    asking = scenario.use(DecidingForMany)
    ask = {"by": manager, "now": scenario.now}
    batch = asking.ask(Action.EXTEND, AccessEdit(), (member.user.id,), term=WEEK, **ask)
    for _ in range(2):
        scenario.use(WorkingOnBatches).work(batch.id, deadline=scenario.now + timedelta(seconds=60))
    assert scenario.access(member).decided.ends_at == ends_at + timedelta(days=7)
    for action in (Action.SUSPEND, Action.RESUME):
        batch = asking.ask(action, AccessEdit(), (member.user.id,), **ask)
        scenario.use(WorkingOnBatches).work(batch.id, deadline=scenario.now + timedelta(seconds=60))
        assert asking.show(batch.id, by=manager).results == {member.user.id: None}
    with pytest.raises(BadInput):
        asking.ask(Action.EXTEND, AccessEdit(), (member.user.id,), **ask)
    with pytest.raises(BadInput):
        asking.ask(Action.EXTEND, AccessEdit(), (member.user.id,), term=Term(until=date(2020, 1, 1)), **ask)
