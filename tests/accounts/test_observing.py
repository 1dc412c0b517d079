from datetime import timedelta

import pytest

from chalicelib.accounts.model import Observed
from chalicelib.accounts.observing import Observing, ObservingPlex
from chalicelib.common.refusals import TryAgain
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plex.model import Server
from chalicelib.settings.model import Settings
from tests.fakes.plex import MOVIES
from tests.fakes.ports import FakePorts


@pytest.fixture
def ports():
    ports = FakePorts()
    server = ports.plex.server
    ports.database.settings = Settings(server=Server(server.machine_id, server.name, server.owner_id))
    return ports


@pytest.fixture
def maya(ports):
    """With an account here."""
    account = ports.plex.add_person("maya")
    ports.database.identities[f"plex#{account.id}"] = "maya"
    return account.id


def observe(ports, plex_id):
    return ports.use(Observing).observe(plex_id)


def ask(ports, plex_id):
    return ports.use(ObservingPlex).ask(plex_id, now=ports.now)


def test_what_is_not_known_is_asked_by_way_of_the_queue(ports, maya):
    with pytest.raises(TryAgain) as refused:
        ask(ports, maya)
    assert (refused.value.key, refused.value.retry_after) == ("TryAgain.observing", 2)
    assert [(message.kind, message.id) for message in ports.queue.messages] == [("observe", str(maya))]
    observe(ports, maya)
    assert ask(ports, maya) == Observed(maya, has_access=False, email=None, at=ports.now)


@pytest.mark.parametrize("seconds", [0, 119])
def test_it_counts_for_two_minutes(ports, maya, seconds):
    observe(ports, maya)
    ports.now += timedelta(seconds=seconds)
    assert ask(ports, maya)
    ports.now += timedelta(seconds=120 - seconds)
    with pytest.raises(TryAgain):
        ask(ports, maya)


def test_a_share_is_access_and_shows_the_address(ports, maya):
    ports.plex.share_by_hand(maya, MOVIES, accepted=False)
    assert observe(ports, maya) == Observed(maya, has_access=True, email="maya@example.org", at=ports.now)


def test_a_place_in_the_home_is_access(ports, maya):
    ports.plex.join_home_by_hand(maya)
    assert observe(ports, maya).has_access


def test_an_address_that_is_none_is_not_noted(ports, maya):
    ports.plex.change_person(maya, email="not an address")
    ports.plex.share_by_hand(maya, MOVIES)
    assert observe(ports, maya).email is None


def test_without_a_server_nothing_is_asked(ports, maya):
    ports.database.settings = Settings()
    assert observe(ports, maya) is None
    assert ports.plex.calls == []


@pytest.mark.parametrize("call", ["find_share", "is_at_home", "email_of"])
def test_an_answer_that_is_missing_notes_nothing(ports, maya, call):
    ports.plex.fail(call, TemporaryPlexError("no answer"))
    with pytest.raises(TemporaryPlexError):
        observe(ports, maya)
    assert ports.database.observed == {}
