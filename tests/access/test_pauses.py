from datetime import timedelta

from chalicelib.access.pauses import Pause, begin_pause
from tests.fakes.ports import NOW


def seconds(number):
    return timedelta(seconds=number)


def test_a_pause_begins_with_a_probe_after_fifteen_seconds():
    assert begin_pause(NOW, "1") == Pause(NOW, "1", NOW + seconds(15), 0)


def test_a_pause_holds_until_its_next_probe():
    pause = begin_pause(NOW, "1")
    assert pause.holds(NOW + seconds(15) - timedelta.resolution)
    assert not pause.holds(NOW + seconds(15))


def test_each_probe_that_is_refused_doubles_the_wait_up_to_five_minutes():
    pause, waits = begin_pause(NOW, "1"), []
    for _ in range(6):
        pause = pause.probed(NOW, "1")
        waits.append((pause.next_probe_at - NOW).total_seconds())
    assert waits == [30, 60, 120, 240, 300, 300]


def test_a_probe_notes_the_token_that_was_tried_and_keeps_when_the_pause_began():
    later = NOW + seconds(60)
    probed = begin_pause(NOW, "1").probed(later, "2")
    assert (probed.since, probed.token_version, probed.probes) == (NOW, "2", 1)
    assert probed.next_probe_at == later + seconds(30)
