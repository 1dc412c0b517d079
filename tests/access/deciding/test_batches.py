"""One decision for many members, each once."""

from datetime import timedelta

import pytest

from chalicelib.access.deciding.batches import Action, DecidingForMany, Refused, WorkingOnBatches
from chalicelib.access.deciding.editing import AccessEdit, EditingAccess
from chalicelib.access.entitlement import Rule
from chalicelib.access.looking import AskingForLooks, Looking
from chalicelib.accounts.model import AccountState
from chalicelib.common.people import Permission
from chalicelib.common.ports import RetryLater
from chalicelib.common.records import replace
from chalicelib.common.refusals import BadInput, NotAllowed, NotFound
from tests.fakes.plex import MUSIC, SERIES

TO_SERIES = AccessEdit(libraries=(SERIES.id,))


@pytest.fixture
def manager(scenario):
    return scenario.user("mona", Permission.MANAGE_USERS)


@pytest.fixture
def members(scenario):
    redeemed = [scenario.redeem() for _ in range(3)]
    scenario.drain()
    return [redemption.user.id for redemption in redeemed]


@pytest.fixture
def ask(scenario, manager, members):
    def begin(action=Action.EDIT, edit=TO_SERIES, user_ids=None, by=manager):
        asking = scenario.use(DecidingForMany)
        return asking.ask(action, edit, user_ids or (*members, members[0]), by=by, now=scenario.now)

    return begin


@pytest.fixture
def work(scenario):
    def go_on(batch, seconds=60):
        deadline = scenario.now + timedelta(seconds=seconds)
        return scenario.use(WorkingOnBatches).work(batch.id, deadline=deadline)

    return go_on


def closed(user):
    return replace(user, state=AccountState.CLOSED)


def show(scenario, batch, by):
    return scenario.use(DecidingForMany).show(batch.id, by=by)


def test_it_is_decided_for_each_of_them_and_plex_has_it_moments_later(scenario, manager, members, ask, work):
    batch = ask()
    assert (batch.left, [each.kind for each in scenario.messages]) == (tuple(members), ["batch"])
    work(batch)
    done = show(scenario, batch, manager)
    assert (done.left, done.results) == ((), dict.fromkeys(members))
    scenario.drain()
    for user_id in members:
        access = scenario.database.accesses[user_id]
        assert (access.is_settled, access.decided.grant.libraries, access.decided.edition) == (True, (SERIES,), 2)
        assert scenario.plex.share_of(access.plex_id).library_ids == {SERIES.id}
        assert scenario.database.journal[-1].by == manager.person


def test_whoever_it_cannot_be_decided_for_stops_no_other_and_the_reason_is_kept(scenario, manager, members, ask, work):
    scenario.database.users[members[1]] = closed(scenario.database.users[members[1]])
    batch = ask(user_ids=(members[0], members[1], "unknown", members[2]))
    work(batch)
    assert show(scenario, batch, manager).results == {
        members[0]: None,
        members[1]: Refused("AccountClosed"),
        "unknown": Refused("UserNotFound"),
        members[2]: None,
    }


def test_a_message_that_comes_twice_decides_nothing_twice(scenario, members, ask, work):
    batch = ask(Action.RESTORE, AccessEdit())
    work(batch)
    work(batch)
    assert [scenario.database.accesses[each].decided.edition for each in members] == [2, 2, 2]


def test_two_workers_at_once_decide_once_for_each(scenario, members, ask, work):
    batch = ask(Action.RESTORE, AccessEdit())
    scenario.database.let_come_first(lambda: work(batch))
    work(batch)
    assert [scenario.database.accesses[each].decided.edition for each in members] == [2, 2, 2]


@pytest.mark.parametrize("moment", range(1, 16))
def test_a_crash_at_any_moment_decides_nothing_twice_and_nothing_never(scenario, members, ask, moment):
    ask(Action.RESTORE, AccessEdit())
    scenario.moments.crash_at = scenario.moments.passed + moment
    scenario.drain()
    assert scenario.moments.passed > scenario.moments.crash_at
    assert [scenario.database.accesses[each].decided.edition for each in members] == [2, 2, 2]
    assert [entry.action for entry in scenario.database.journal].count("access restored") == len(members)


def test_a_decision_that_comes_first_is_not_lost(scenario, manager, members, ask, work):
    batch = ask()
    downloads = AccessEdit(downloads=True)
    scenario.database.let_come_first(
        lambda: scenario.use(EditingAccess).edit(members[0], downloads, version=1, by=manager, now=scenario.now)
    )
    work(batch)
    decided = scenario.database.accesses[members[0]].decided
    assert (decided.grant.libraries, decided.grant.features.downloads, decided.edition) == ((SERIES,), True, 3)


def test_where_time_is_short_the_next_message_goes_on(scenario, manager, members, ask, work):
    batch = ask()
    scenario.database.before_write = lambda: scenario.later(seconds=4)
    with pytest.raises(RetryLater):
        work(batch, seconds=8)
    assert show(scenario, batch, manager).left == tuple(members[2:])
    scenario.database.before_write = lambda: None
    work(batch)
    assert show(scenario, batch, manager).left == ()


def test_it_is_decided_with_what_the_asker_may_do_by_now(scenario, manager, members, ask, work):
    batch = ask()
    scenario.database.users[manager.id] = closed(manager)
    work(batch)
    results = show(scenario, batch, scenario.user("olga", Permission.MANAGE_USERS)).results
    assert {refused.code for refused in results.values()} == {"NotAllowed"}
    assert [scenario.database.accesses[each].decided.edition for each in members] == [1, 1, 1]


def test_what_plex_has_can_be_accepted_for_many(scenario, manager, members, ask, work):
    for user_id in members[:2]:
        scenario.plex.share_of(scenario.database.accesses[user_id].plex_id).library_ids = frozenset({MUSIC.id})
    scenario.messages.clear()
    for _ in range(2):
        scenario.use(AskingForLooks).schedule(now=scenario.now)
        scenario.use(Looking).look(deadline=scenario.now + timedelta(seconds=60))
        scenario.now += scenario.look_every
    batch = ask(Action.ACCEPT, AccessEdit())
    work(batch)
    assert show(scenario, batch, manager).results[members[0]] is None
    grant = scenario.database.accesses[members[0]].decided.grant
    assert (grant.rule, grant.libraries) == (Rule.SPECIFIC, (MUSIC,))


def test_what_is_wrong_with_it_is_said_at_once(scenario, ask):
    with pytest.raises(BadInput) as refused:
        ask(edit=AccessEdit(libraries=("99",)))
    assert refused.value.field == "libraries"
    with pytest.raises(NotAllowed):
        ask(by=scenario.user("ina"))
    assert scenario.messages == []


def test_a_batch_that_is_not_kept_any_more_is_not_found(scenario, manager, ask, work):
    batch = ask()
    del scenario.database.batches[batch.id]
    assert work(batch) is None
    with pytest.raises(NotFound):
        show(scenario, batch, manager)
    with pytest.raises(NotAllowed):
        show(scenario, batch, scenario.user("ina"))
