"""What a schedule starts; fakes stand in for the chores."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib import wiring
from chalicelib.common.sweeping import Batch
from chalicelib.functions import handlers, sweep
from chalicelib.functions.sweep import ChoresFailed
from chalicelib.metrics import Metric

EVENT = json.loads((Path(__file__).parents[1] / "lambda_events" / "scheduled.json").read_text())
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


class Context:
    """100 seconds are left."""

    def get_remaining_time_in_millis(self):
        return 100_000


@pytest.fixture
def recorded(monkeypatch):
    recorded: list[tuple[Metric, float, str]] = []
    monkeypatch.setattr(
        sweep, "record", lambda metric, value, **about: recorded.append((metric, value, about["chore"]))
    )
    return recorded


@pytest.fixture
def sweeps(monkeypatch):
    """Sweeps with these chores; each batch may be a function, called when its turn comes."""
    clock = [NOW]
    monkeypatch.setattr(wiring, "now", lambda: clock[0])

    def sweeps(**chores):
        given = {name: _batches(clock, batches) for name, batches in chores.items()}
        monkeypatch.setattr(wiring, "chores", lambda _: given)
        handlers.sweep(EVENT, Context())

    return sweeps


def _batches(clock, batches):
    for batch, seconds in batches:
        clock[0] += timedelta(seconds=seconds)
        yield batch


def test_what_was_done_is_counted_by_chore_and_nothing_is_not(sweeps, recorded):
    sweeps(trials=[(Batch(2), 1), (Batch(3), 1)], images=[])
    assert recorded == [(Metric.SWEPT, 5, "trials")]


def test_what_failed_fails_the_function_once_the_rest_is_done(sweeps, recorded):
    broken = ConnectionError("no answer")
    with pytest.raises(ChoresFailed, match="trials: 2") as failure:
        sweeps(trials=[(Batch(1, 2, broken), 1)], images=[(Batch(4), 1)])
    assert failure.value.__cause__ is broken
    assert set(recorded) == {
        (Metric.SWEPT, 1, "trials"),
        (Metric.SWEPT, 4, "images"),
    }


def test_it_stops_while_a_fifth_of_its_time_is_left(sweeps, recorded):
    sweeps(images=[(Batch(1), 30)] * 5)
    assert recorded == [(Metric.SWEPT, 3, "images")]
