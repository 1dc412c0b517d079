"""A member asks for more time, and is answered once."""

from datetime import timedelta

import pytest

from chalicelib.access.deciding.asking import AskingForMoreTime, GivingMoreTime
from chalicelib.access.ending import EndingMemberships
from chalicelib.common.people import Permission
from chalicelib.common.refusals import BadInput, NotAllowed, NotFound, NothingToRetry, TryAgain
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit

MONTH, WEEK = Term(1, Unit.MONTHS), Term(1, Unit.WEEKS)


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_USERS)


@pytest.fixture
def member(scenario):
    redemption = scenario.redeem(scenario.invite(access_for=MONTH))
    scenario.drain()
    return scenario.database.users[redemption.user.id]


def ask(scenario, member, message="please"):
    return scenario.use(AskingForMoreTime).ask(message, by=member, now=scenario.now)


def approve(scenario, member, manager, term=WEEK):
    return scenario.use(GivingMoreTime).approve(member.id, term, by=manager, now=scenario.now)


def refuse(scenario, member, manager):
    scenario.use(AskingForMoreTime).refuse(member.id, " not this time ", by=manager, now=scenario.now)


def waiting(scenario, manager):
    return [(each.user_id, each.message) for each in scenario.use(AskingForMoreTime).list(by=manager)]


def end_of(scenario, member):
    return scenario.database.accesses[member.id].decided.ends_at


def test_what_is_asked_waits_until_it_is_answered_with_more_time(scenario, member, manager):
    ends_at = end_of(scenario, member)
    ask(scenario, member, " one more week, please ")
    assert waiting(scenario, manager) == [(member.id, "one more week, please")]
    approve(scenario, member, manager)
    assert (waiting(scenario, manager), end_of(scenario, member)) == ([], ends_at + timedelta(days=7))


def test_an_answer_may_be_no_with_a_sentence(scenario, member, manager):
    ask(scenario, member)
    refuse(scenario, member, manager)
    assert waiting(scenario, manager) == []
    entry = scenario.database.journal[-1]
    assert (entry.action, entry.by, entry.after) == ("more time refused", manager.person, {"message": "not this time"})
    ask(scenario, member)


def test_there_is_one_request_at_a_time(scenario, member, manager):
    ask(scenario, member)
    with pytest.raises(NothingToRetry) as refused:
        ask(scenario, member)
    assert refused.value.detail == "asked"


def test_an_answer_counts_once(scenario, member, manager):
    ends_at = end_of(scenario, member)
    ask(scenario, member)
    scenario.database.let_come_first(lambda: refuse(scenario, member, manager))
    with pytest.raises(TryAgain):
        approve(scenario, member, manager)
    assert end_of(scenario, member) == ends_at
    for answer in (approve, refuse):
        with pytest.raises(NotFound):
            answer(scenario, member, manager)


def test_what_has_ended_can_be_asked_back(scenario, member, manager):
    scenario.now = end_of(scenario, member)
    swept = scenario.use(EndingMemberships).sweep(scenario.settings.get, now=scenario.now)
    assert sum(each.done for each in swept) == 1
    scenario.drain()
    ask(scenario, member)
    approve(scenario, member, manager)
    scenario.drain()
    access = scenario.database.accesses[member.id]
    assert (access.decided.hold, scenario.plex.share_of(access.plex_id) is None) == (None, False)
    assert waiting(scenario, manager) == []


def test_without_an_end_there_is_nothing_to_ask_for(scenario, manager):
    redemption = scenario.redeem()
    scenario.drain()
    with pytest.raises(NothingToRetry) as refused:
        ask(scenario, scenario.database.users[redemption.user.id])
    assert refused.value.detail == "no_end"


def test_an_answer_that_makes_no_sense_leaves_the_request(scenario, member, manager):
    ask(scenario, member)
    with pytest.raises(BadInput):
        approve(scenario, member, manager, Term(until=scenario.now.date() - timedelta(days=9)))
    assert len(waiting(scenario, manager)) == 1


def test_requests_are_for_those_who_manage_users(scenario, member):
    ina = scenario.user("ina")
    for attempt in (waiting, lambda scenario, by: approve(scenario, member, by)):
        with pytest.raises(NotAllowed):
            attempt(scenario, ina)
    with pytest.raises(NotAllowed):
        refuse(scenario, member, ina)
