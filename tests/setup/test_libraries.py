"""Reading the libraries from Plex, with Plex in all its moods."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.common.ports import RetryLater, StaleWrite
from chalicelib.common.refusals import SetupIncomplete
from chalicelib.plex.errors import PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Refresh, RefreshState, Settings
from chalicelib.setup import libraries

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)
SERVER = Server("machine", "Home", 41)
MOVIES = Library("100", "1", "Movies", "movie")
KNOWN = Settings(server=SERVER, libraries=(MOVIES,), libraries_refresh=Refresh(refreshed_at=EARLIER))


class Stack:
    def __init__(self, settings=KNOWN, *, server_by_then=SERVER):
        self.settings, self.server_by_then = settings, server_by_then
        self.noted: Any = None
        self.read: Any = None

    def get(self):
        return self.settings

    def note_refresh(self, refresh, *, was):
        self._must_be_that(was)
        self.noted = refresh

    def refreshed(self, server, found, refresh, *, was):
        self._must_be_that(was)
        self.read = (server, found, refresh)

    def _must_be_that(self, server):
        if server != self.server_by_then:
            raise StaleWrite


class Plex:
    def __init__(self, outcome):
        self.outcome = outcome

    def of(self, machine_id):
        assert machine_id == SERVER.machine_id
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Queue:
    sent = 0

    def refresh_libraries(self):
        self.sent += 1


def refresh(outcome, stack: Any):
    plex: Any = Plex(outcome)
    return libraries.refresh(settings=stack, plex=plex, now=NOW)


def ask(stack: Any, queue: Any):
    return libraries.ask(settings=stack, queue=queue, now=NOW)


def test_what_plex_says_is_written_with_the_server_s_name_of_today():
    stack, music = Stack(), Library("101", "2", "Music", "artist")
    refresh(("Attic", (MOVIES, music)), stack)
    assert stack.read == (Server("machine", "Attic", 41), (MOVIES, music), Refresh(refreshed_at=NOW))


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        (TemporaryPlexError("503"), 30),
        (TemporaryPlexError("429", retry_after=120), 120),
        (TemporaryPlexError("429", retry_after=86400), 900),
        (PlexTokenRefused("401"), 900),
    ],
)
def test_what_may_pass_is_tried_again_and_told_meanwhile(trouble, seconds):
    stack = Stack()
    with pytest.raises(RetryLater) as later:
        refresh(trouble, stack)
    assert later.value.seconds == seconds
    assert stack.noted.state(NOW) is RefreshState.FAILED
    assert stack.noted.message(NOW)
    assert stack.noted.refreshed_at == EARLIER
    assert stack.read is None


def test_a_refusal_is_told_and_not_tried_again():
    stack = Stack()
    ended = refresh(PlexRefused("404", status=404), stack)
    assert ended == stack.noted
    assert "not yours" in ended.message(NOW)


def test_a_server_chosen_meanwhile_is_read_instead():
    with pytest.raises(RetryLater):
        refresh(("Home", ()), Stack(server_by_then=Server("another", "Attic", 41)))


def test_without_a_server_there_is_nothing_to_read():
    assert refresh(("Home", ()), Stack(Settings())).failure
    queue = Queue()
    with pytest.raises(SetupIncomplete):
        ask(Stack(Settings()), queue)
    assert queue.sent == 0


def test_a_reading_that_never_came_back_counts_as_failed():
    stack, queue = Stack(), Queue()
    asked = ask(stack, queue).libraries_refresh
    assert queue.sent == 1
    assert asked.state(NOW) is RefreshState.RUNNING
    assert asked.state(NOW + timedelta(minutes=10)) is RefreshState.FAILED
    assert asked.message(NOW + timedelta(minutes=10))
