from datetime import timedelta

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import NotAllowed
from chalicelib.invites.closing import MOST_COUNTED, ClosingInviters
from tests.fakes.invites import FakeInvites
from tests.redemptions.scenario import RUTH, Scenario


@pytest.fixture
def scenario() -> Scenario:
    return Scenario()


@pytest.fixture
def admin(scenario):
    return scenario.user("admin", Permission.ADMIN)


def close(scenario, admin):
    scenario.use(ClosingInviters).close(RUTH.id, by=admin, now=scenario.now)


def stored(scenario, invite):
    return scenario.database.invites[invite.code]


def test_closing_an_account_switches_its_open_invites_off(scenario, admin):
    invites = [scenario.invite() for _ in range(MOST_COUNTED + 3)]
    close(scenario, admin)
    assert not any(stored(scenario, invite).enabled for invite in invites)
    assert all(stored(scenario, invite).edition == invite.edition + 1 for invite in invites)
    switched = [entry for entry in scenario.database.journal if entry.subject.startswith("invite#")]
    assert len(switched) == len(invites)
    assert {entry.by for entry in switched} == {admin.person}


def test_closing_again_switches_off_what_is_left_and_nothing_twice(scenario, admin):
    scenario.invite()
    close(scenario, admin)
    entries = list(scenario.database.journal)
    close(scenario, admin)
    assert scenario.database.journal == entries


def test_what_is_used_up_or_over_or_another_person_s_stays_as_it_is(scenario, admin):
    others = [
        scenario.invite(uses=1),
        scenario.invite(expires_at=scenario.now - timedelta(days=1)),
        scenario.invite(enabled=False),
        scenario.invite(created_by=admin.person),
    ]
    close(scenario, admin)
    assert [stored(scenario, invite) for invite in others] == others


def test_an_invite_that_is_deleted_meanwhile_is_passed_over(scenario, admin, monkeypatch):
    gone, kept = scenario.invite(), scenario.invite()
    find = FakeInvites.page

    def page(store, *search, **how):
        found = find(store, *search, **how)
        scenario.database.invites.pop(gone.code, None)
        return found

    monkeypatch.setattr(FakeInvites, "page", page)
    close(scenario, admin)
    assert not stored(scenario, kept).enabled


def test_an_invite_that_is_switched_off_meanwhile_stays_as_it_is(scenario, admin, monkeypatch):
    invite, find = scenario.invite(), FakeInvites.page

    def page(store, *search, **how):
        found = find(store, *search, **how)
        scenario.database.invites[invite.code] = replace(invite, enabled=False)
        return found

    monkeypatch.setattr(FakeInvites, "page", page)
    close(scenario, admin)
    assert stored(scenario, invite) == replace(invite, enabled=False)


def test_leaving_switches_one_s_own_invites_off(scenario):
    ruth = scenario.database.users[RUTH.id]
    invite = scenario.invite()
    scenario.use(ClosingInviters).leave(by=ruth, now=scenario.now)
    assert not stored(scenario, invite).enabled


def test_open_invites_are_counted_for_those_who_manage_users(scenario, admin):
    scenario.invite()
    scenario.invite(uses=1)
    closing = scenario.use(ClosingInviters)
    assert closing.count_open(RUTH.id, by=admin, now=scenario.now) == 1
    with pytest.raises(NotAllowed):
        closing.count_open(RUTH.id, by=scenario.database.users[RUTH.id], now=scenario.now)
