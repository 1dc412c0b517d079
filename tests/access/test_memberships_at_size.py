"""Many memberships that end, decisions that race each other, and functions that crash at every moment.

MEMBERS_ENDING, RACES: how many, for a run at full size.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.access.deciding.membership import DecidingMembership
from chalicelib.access.ending import EndingMemberships, Reminding
from chalicelib.access.model import Hold
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import Refusal
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit
from chalicelib.plex.errors import TemporaryPlexError
from tests.fakes.crashes import Crashed
from tests.fakes.plex import Fault
from tests.redemptions.scenario import Scenario

MEMBERS = int(os.environ.get("MEMBERS_ENDING", "60"))
RACES = int(os.environ.get("RACES", "60"))
START = datetime(2027, 3, 1, 10, tzinfo=UTC)
MONTH, WEEK = Term(1, Unit.MONTHS), Term(1, Unit.WEEKS)
MINUTE = timedelta(minutes=1)
LOST = TemporaryPlexError("the answer was lost")


def members(count):
    """People who joined for a month, ten seconds after each other."""
    scenario = Scenario()
    scenario.now = START
    scenario.change_settings(seat_limit=10_000)
    scenario.plex.people_limit = 10_000
    joined = []
    for _ in range(count):
        joined.append(scenario.redeem(scenario.invite(access_for=MONTH)))
        scenario.drain()
        scenario.later(seconds=10)
    return scenario, joined


def end_of(scenario, member):
    return scenario.access(member).decided.ends_at


def shared(scenario, member):
    return scenario.plex.share_of(scenario.plex_id(member)) is not None


def sweep(scenario, case=EndingMemberships):
    """As the schedule does, which may crash with it."""
    with scenario.moments.within():
        for batch in scenario.use(case).sweep(scenario.settings.get, now=scenario.now):
            if batch.error:
                raise batch.error


def fail_often(scenario, chance):
    """Of all calls to plex.tv, one in ten is not made, and of one in ten the answer is lost."""

    def before_call():
        lot = chance.random()
        if lot < 0.2:
            scenario.plex.faults.insert(0, Fault(scenario.plex.calls[-1], LOST, lot < 0.1, 1))

    scenario.plex.before_call = before_call


def test_many_end_in_their_time_though_plex_fails_one_call_in_five():
    scenario, joined = members(MEMBERS)
    ends = {member.id: end_of(scenario, member) for member in joined}
    gone: dict[str, datetime] = {}
    fail_often(scenario, random.Random(1))  # noqa: S311 - the same lots every time
    scenario.now = min(ends.values()) - 2 * MINUTE
    while len(gone) < len(joined) or scenario.messages:
        if scenario.now.minute % 5 == 0:
            sweep(scenario)
        while any(message.due_at <= scenario.now for message in scenario.messages):
            scenario.deliver()
        for member in joined:
            if member.id not in gone and not shared(scenario, member):
                gone[member.id] = scenario.now
        scenario.now = scenario.now.replace(second=0, microsecond=0) + MINUTE
        assert scenario.now < max(ends.values()) + timedelta(hours=3), "some never ended"
    late = sorted(gone[id_] - end for id_, end in ends.items())
    assert late[0] >= timedelta(0), "one ended early"
    assert late[len(late) // 2] <= 6 * MINUTE
    for member in joined:
        access = scenario.access(member)
        assert (access.decided.hold, access.is_settled) == (Hold.ENDED, True)


@pytest.mark.parametrize("seed", range(RACES))
def test_decisions_that_race_and_crash_leave_no_half_state(seed):
    chance = random.Random(seed)  # noqa: S311 - the same lots every time
    scenario, (member,) = members(1)
    admin = scenario.user("mona", Permission.ADMIN)
    scenario.now = end_of(scenario, member) + timedelta(minutes=chance.choice((-30, 0, 30)))

    def decide():
        what = chance.choice(("suspend", "extend", "resume", "extend", "end"))
        deciding, terms = scenario.use(DecidingMembership), {"extend": (WEEK,)}
        try:
            if what == "end":
                scenario.use(EndingMemberships).end(member.user.id, now=scenario.now)
            else:
                getattr(deciding, what)(member.user.id, *terms.get(what, ()), version=None, by=admin, now=scenario.now)
        except Refusal:
            return

    before = len(decisions(scenario, member)) - scenario.access(member).decided.edition
    if chance.random() < 0.5:
        scenario.plex.before_call = lambda: chance.random() < 0.2 and decide()
    for _ in range(4):
        scenario.database.let_come_first(decide)
        moments = scenario.moments
        moments.crash_at = moments.passed + chance.randint(1, 8)
        try:
            with moments.within():
                decide()
        except Crashed:
            pass
        scenario.database.before_write = lambda: None
        if scenario.messages and chance.random() < 0.6:
            scenario.deliver()
        scenario.later(seconds=chance.choice((1, 90, 400)))
    scenario.plex.before_call = lambda: None
    scenario.moments.crash_at = None
    scenario.drain()
    access = scenario.access(member)
    assert len(decisions(scenario, member)) - access.decided.edition == before  # none without its entry, and no other
    share = scenario.plex.share_of(access.plex_id)
    if access.decided.hold:
        assert (access.is_settled, share) == (True, None)
    else:
        assert share
        assert share.library_ids == set(member.grant.section_ids)
        assert access.is_settled or access.done.need


def decisions(scenario, member):
    subject = f"user#{member.user.id}"
    return [each for each in scenario.database.journal if each.subject == subject and each.action.startswith("access")]


def test_a_reminder_is_decided_once_wherever_the_schedule_crashes():
    moment = 1
    while True:
        scenario, joined = members(3)
        scenario.now = end_of(scenario, joined[0]) - timedelta(days=7)
        scenario.moments.crash_at = scenario.moments.passed + moment
        crashed = False
        try:
            sweep(scenario, Reminding)
        except Crashed:
            crashed = True
        scenario.moments.crash_at = None
        for _ in range(2):
            sweep(scenario, Reminding)
        told = [each.subject for each in scenario.database.journal if each.action == "reminded"]
        assert sorted(told) == sorted(f"user#{member.user.id}" for member in joined), moment
        if not crashed:
            return
        moment += 1


@pytest.mark.parametrize("permission", [Permission.ADMIN, Permission.MANAGE_USERS, Permission.MANAGE_INVITES])
def test_whoever_manages_never_ends_unattended_at_whatever_moment_they_begin_to(permission):
    moment = 0
    while True:
        scenario, (member,) = members(1)
        scenario.now = end_of(scenario, member)
        promoted = promote_at(scenario, member, permission, moment)
        sweep(scenario)
        scenario.drain()
        ended = scenario.access(member).decided.hold is Hold.ENDED
        for _ in range(3):
            scenario.later(days=30)
            sweep(scenario)
            scenario.drain()
            assert (scenario.access(member).decided.hold is Hold.ENDED) is ended  # a promotion lifts no hold, either
        assert shared(scenario, member) is not ended
        if ended:
            assert promoted
            assert "access ended" in [each.action for each in promoted[0]], "it ended after the promotion"
            return
        moment += 1


def promote_at(scenario, member, permission, moment):
    """Before the sweep's call of that number to a store; gives what the journal had told by then."""
    told: list[list[Any]] = []
    accesses = scenario.accesses

    class Promoting:
        calls = 0

        def __getattr__(self, name):
            if Promoting.calls == moment and not told:
                told.append(list(scenario.database.journal))
                user = scenario.database.users[member.user.id]
                scenario.database.users[user.id] = replace(user, permissions=frozenset({permission}))
            Promoting.calls += 1
            return getattr(accesses, name)

    scenario.accesses = Promoting()
    return told
