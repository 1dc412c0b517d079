from datetime import timedelta

from chalicelib.access.model import Ending, Given
from tests.fakes.ports import NOW

MINUTE = timedelta(minutes=1)
ENDING = Ending(user_id="u1", begun_at=NOW, given=Given(machine_id="machine", plex_id=41))


def test_an_ending_is_due_five_minutes_after_it_was_begun():
    assert ENDING.due_at == NOW + 5 * MINUTE


def test_an_ending_that_was_tried_is_due_five_minutes_after_its_next_try():
    tried = ENDING.tried(NOW + MINUTE)
    assert (tried.tries, tried.next_try_at, tried.due_at) == (1, NOW + MINUTE, NOW + 6 * MINUTE)
    assert tried.tried(NOW).tries == 2


def test_an_ending_that_ended_is_not_due_any_more():
    ended = ENDING.tried(NOW + MINUTE).ended(NOW + 2 * MINUTE)
    assert (ended.ended_at, ended.next_try_at, ended.due_at) == (NOW + 2 * MINUTE, None, None)


def test_nothing_is_given_of_the_plex_home_unless_it_is_said():
    given = Given(machine_id="machine", plex_id=7)
    assert (given.share, given.home, given.home_title) == (False, False, None)
