"""Trials that are over are ended once, and those that were extended go on."""

from datetime import timedelta

import pytest

from chalicelib.accounts.model import AccountState
from chalicelib.accounts.trials import EndingTrials
from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from testing.invite_builders import NOW, a_user
from tests.fakes.accounts import put_account
from tests.fakes.ports import FakePorts

DAY = timedelta(days=1)


@pytest.fixture
def ports():
    return FakePorts()


def put(ports, *users):
    for user in users:
        put_account(ports.database, user)


def end(ports, user, now=NOW):
    return ports.use(EndingTrials).end(user, now=now)


def test_a_trial_that_is_over_is_ended_and_told_of_once(ports):
    user = a_user("uma", trial_ends_at=NOW)
    put(ports, user)
    assert end(ports, user)
    assert not end(ports, user)  # a second sweep that read it at the same time
    assert ports.database.users["uma"].trial_ends_at is None
    (entry,) = ports.database.journal
    assert (entry.subject, entry.by.name, entry.at) == ("user#uma", "Schedule", NOW)
    assert entry.before == {"trial_ends_at": "2026-03-12T08:30:00.000000Z"}
    assert entry.after == {"trial_ends_at": None}


def test_a_trial_that_was_extended_meanwhile_goes_on(ports):
    user = a_user("uma", trial_ends_at=NOW)
    extended = replace(user, trial_ends_at=NOW + DAY)
    put(ports, extended)
    assert not end(ports, user)
    assert ports.database.users["uma"] == extended


def test_a_trial_that_is_not_over_goes_on(ports):
    user = a_user("uma", trial_ends_at=NOW + timedelta(microseconds=1))
    put(ports, user)
    assert not end(ports, user)
    assert ports.database.users["uma"] == user


def test_without_a_trial_there_is_nothing_to_end(ports):
    user = a_user("uma")
    put(ports, user)
    assert not end(ports, user)


def test_a_sweep_ends_every_trial_that_is_over_and_no_other(ports):
    over = [a_user(f"over{number}", trial_ends_at=NOW - number * DAY) for number in range(3)]
    others = [
        a_user("later", trial_ends_at=NOW + DAY),
        a_user("never"),
        a_user("gone", trial_ends_at=NOW - DAY, state=AccountState.CLOSED),
    ]
    put(ports, *over, *others)
    (batch,) = ports.use(EndingTrials).sweep(now=NOW)
    assert (batch.done, batch.failed) == (3, 0)
    assert all(ports.database.users[user.id].trial_ends_at is None for user in over)
    assert [ports.database.users[user.id] for user in others] == others


@pytest.mark.parametrize("permission", Permission)
def test_those_who_manage_users_or_invites_are_never_on_trial(permission):
    exempt = {Permission.ADMIN, Permission.MANAGE_USERS, Permission.MANAGE_INVITES}
    assert a_user("uma", permission, trial_ends_at=NOW + DAY).is_on_trial(NOW) is (permission not in exempt)


def test_a_trial_lasts_until_its_end():
    user = a_user("uma", trial_ends_at=NOW)
    assert user.is_on_trial(NOW - timedelta(microseconds=1))
    assert not user.is_on_trial(NOW)
    assert not a_user("uma").is_on_trial(NOW)
