import pytest

from chalicelib.access.pauses import begin_pause
from chalicelib.access.pausing import Pausing
from tests.access.builders import an_access
from tests.fakes.ports import NOW, FakePorts
from tests.redemptions.builders import MINUTE


@pytest.fixture
def ports():
    return FakePorts()


@pytest.fixture
def pausing(ports):
    return ports.use(Pausing)


def waiting(ports, *ids):
    for id_ in ids:
        ports.database.accesses[id_] = an_access(id_).doing(edition=1).paused(NOW + MINUTE, NOW)


def sent(ports):
    return [message.id for message in ports.queue.messages]


def test_a_pause_holds_while_the_token_is_the_one_that_was_refused(ports, pausing):
    pause = begin_pause(NOW, "1")
    assert pausing.holds(pause, now=NOW)
    ports.keep_owner_token("another")
    assert not pausing.holds(pause, now=NOW)


def test_a_pause_does_not_hold_once_a_probe_is_due(pausing):
    pause = begin_pause(NOW, "1")
    assert not pausing.holds(pause, now=pause.next_probe_at)


def test_a_first_refusal_begins_a_pause(ports, pausing):
    assert pausing.note_refusal(None, now=NOW) == begin_pause(NOW, "1")
    assert ports.accesses.pause() == begin_pause(NOW, "1")


def test_a_further_refusal_is_noted_with_the_token_that_was_tried(ports, pausing):
    ports.keep_owner_token("another")
    noted = pausing.note_refusal(begin_pause(NOW, "1"), now=NOW + MINUTE)
    assert noted == begin_pause(NOW, "1").probed(NOW + MINUTE, "2")
    assert ports.accesses.pause() == noted


def test_the_end_of_a_pause_has_all_that_waited_go_on(ports, pausing):
    pausing.note_refusal(None, now=NOW)
    waiting(ports, "u1", "u2")
    ports.database.accesses["u3"] = an_access("u3")
    pausing.end()
    assert ports.accesses.pause() is None
    assert sorted(sent(ports)) == ["u1", "u2"]


def test_no_more_than_two_hundred_go_on_at_once(ports, pausing):
    waiting(ports, *(f"u{number}" for number in range(201)))
    pausing.end()
    assert len(sent(ports)) == 200


def test_another_token_ends_the_pause_at_once(ports, pausing):
    pausing.note_refusal(None, now=NOW)
    waiting(ports, "u1")
    ports.keep_owner_token("another")
    pausing.end_if_token_changed()
    assert ports.accesses.pause() is None
    assert sent(ports) == ["u1"]


def test_the_same_token_does_not_end_the_pause(ports, pausing):
    pausing.note_refusal(None, now=NOW)
    waiting(ports, "u1")
    pausing.end_if_token_changed()
    assert ports.accesses.pause()
    assert sent(ports) == []


def test_without_a_pause_nothing_goes_on_that_was_not_waiting(ports, pausing):
    waiting(ports, "u1")
    ports.keep_owner_token("another")
    pausing.end_if_token_changed()
    assert sent(ports) == []
