"""Endings of access: of the fake and of the real store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.access.model import Ending, Given
from chalicelib.access.ports import AccessStore
from chalicelib.accounts.model import Why
from chalicelib.common.ports import StaleWrite
from tests.stores_contract.builders import a_closed_account


@pytest.fixture
def now(ports):
    """A year ahead: nothing that is left behind is due for the stack's own sweep."""
    return ports.clock() + timedelta(days=365)


@pytest.fixture
def endings(ports) -> AccessStore:
    return ports.endings


@pytest.fixture
def ending(ports, now) -> Ending:
    given = Given(machine_id="machine", plex_id=7, home=True, home_title="Maya")
    return Ending(user_id=ports.new_id(), begun_at=now, given=given)


def is_due(endings, ending, before) -> bool:
    return ending.user_id in set(endings.due(before, 1000))


def test_an_ending_is_begun_once(endings, ending, now):
    assert endings.get(ending.user_id) is None
    assert endings.begin(ending) == ending
    assert endings.begin(replace(ending, begun_at=now + timedelta(hours=1))) == ending
    assert endings.get(ending.user_id) == ending


def test_a_save_writes_over_the_one_that_is_there(endings, ending, now):
    endings.begin(ending)
    for changed in (ending.taken(now), ending.tried(now), ending.ended(now)):
        ending = endings.save(replace(changed, version=ending.version))
        assert ending == replace(changed, version=ending.version)
        assert endings.get(ending.user_id) == ending


def test_a_save_over_another_version_is_refused(endings, ending, now):
    endings.begin(ending)
    taken = endings.save(ending.taken(now))
    with pytest.raises(StaleWrite):
        endings.save(ending.ended(now))
    with pytest.raises(StaleWrite):
        endings.finish(ending.ended(now), None, None)
    assert endings.get(ending.user_id) == taken


def test_an_end_is_noted_on_the_tombstone_of_the_plex_account(ports, endings, now):
    user, tombstone = a_closed_account(ports, now)
    ending = endings.begin(Ending(user_id=user.id, begun_at=now, given=None))
    ended = endings.finish(ending.ended(now), user.plex_id, tombstone)
    assert endings.get(user.id) == ended
    assert ports.accounts.tombstone_of(user.plex_id) == tombstone.ended(now)


def test_an_end_is_not_noted_over_another_tombstone(ports, endings, now):
    user, tombstone = a_closed_account(ports, now)
    ending = endings.begin(Ending(user_id=user.id, begun_at=now, given=None))
    with pytest.raises(StaleWrite):
        endings.finish(ending.ended(now), user.plex_id, replace(tombstone, why=Why.LEFT))
    assert endings.get(user.id) == ending
    assert ports.accounts.tombstone_of(user.plex_id) == tombstone


def test_an_ending_is_due_from_the_moment_that_it_says_until_it_ended(endings, ending, now):
    endings.begin(ending)
    assert ending.due_at
    assert not is_due(endings, ending, ending.due_at - timedelta(seconds=1))
    assert is_due(endings, ending, ending.due_at)
    endings.save(ending.ended(now))
    assert not is_due(endings, ending, now + timedelta(days=30))


def test_no_more_are_due_than_asked_for(ports, endings, ending, now):
    endings.begin(ending)
    endings.begin(replace(ending, user_id=ports.new_id()))
    assert len(list(endings.due(now + timedelta(days=30), 1))) == 1


def test_what_was_sent_again_is_due_later_until_it_is_saved(endings, ending, now):
    endings.begin(ending)
    endings.note_resent(ending.user_id, now + timedelta(hours=1))
    assert not is_due(endings, ending, ending.due_at)
    assert is_due(endings, ending, now + timedelta(hours=1))
    endings.save(ending.tried(now))
    assert is_due(endings, ending, ending.tried(now).due_at)


def test_what_ended_is_not_woken_by_being_sent_again(endings, ending, now):
    endings.begin(ending)
    endings.save(ending.ended(now))
    endings.note_resent(ending.user_id, now)
    endings.note_resent("unknown", now)
    assert not is_due(endings, ending, now + timedelta(days=30))
