"""Each migration is applied to all there is, in order, wherever it is interrupted."""

from datetime import timedelta
from itertools import count

import pytest

from chalicelib.common.ports import StaleWrite
from chalicelib.setup.migrating import BEGUN_AFTER, LONGEST_BATCH, Migrating, Migration, MigrationFailed, schema_of
from chalicelib.setup.model import Progress
from tests.fakes.crashes import Crashed, Watched, watch
from tests.fakes.ports import FakePorts

ITEMS = 5
PER_BATCH = 2


class Data:
    """Five items, each with the number of the shape that it has. ``runs``: every batch, by migration and cursor."""

    def __init__(self):
        self.shapes = [1] * ITEMS
        self.runs: list[tuple[int, str]] = []
        self.broken: set[int] = set()

    def migration(self, number):
        """From the shape before; an item of any other shape stays as it is."""

        def run_batch(cursor):
            self.runs.append((number, cursor))
            if number in self.broken:
                raise ConnectionError
            first = int(cursor or 0)
            for place in range(first, min(first + PER_BATCH, ITEMS)):
                if self.shapes[place] == number - 1:
                    self.shapes[place] = number
            return str(first + PER_BATCH) if first + PER_BATCH < ITEMS else None

        return Migration(number, f"items of shape {number}", run_batch)


@pytest.fixture
def data():
    return Data()


@pytest.fixture
def ports(data):
    ports = FakePorts()
    ports.migrations = (data.migration(2), data.migration(3))
    return ports


def migrate(ports, *, seconds=60):
    return ports.use(Migrating).migrate(deadline=ports.now + timedelta(seconds=seconds))


def work_off(ports):
    """Deliver messages until none is left, as the queue does; the sweep sends one where data are behind."""
    for _ in range(100):
        list(ports.use(Migrating).sweep())
        if not ports.queue.messages:
            return
        ports.queue.messages.clear()
        migrate(ports)
    pytest.fail("it does not end")


def must_be_done(ports, data):
    assert ports.database.progress == Progress(3)
    assert data.shapes == [3] * ITEMS


def test_all_is_migrated_in_order(ports, data):
    assert migrate(ports) == Progress(3)
    must_be_done(ports, data)
    assert data.runs == [(number, cursor) for number in (2, 3) for cursor in ("", "2", "4")]
    assert ports.queue.messages == []


def test_what_has_run_runs_no_more(ports, data):
    for _ in range(2):
        migrate(ports)
    assert len(data.runs) == 6
    assert list(ports.use(Migrating).sweep()) == []


def test_a_new_installation_and_one_without_migrations_have_nothing_to_run(ports, data):
    ports.database.progress = Progress(3)
    assert migrate(ports) == Progress(3)
    ports.migrations = ()
    ports.database.progress = Progress()
    assert migrate(ports) == Progress()
    assert (data.runs, ports.queue.messages, list(ports.use(Migrating).sweep())) == ([], [], [])


@pytest.mark.parametrize("newer", [Progress(4), Progress(4, "5")])
def test_an_older_version_leaves_data_of_a_newer_schema_alone(ports, data, newer):
    ports.database.progress = newer
    assert migrate(ports) == newer
    assert (data.runs, list(ports.use(Migrating).sweep())) == ([], [])


def test_it_begins_a_quarter_of_an_hour_after_the_sweep_saw_it_and_goes_on_at_once(ports):
    assert sum(batch.done for batch in ports.use(Migrating).sweep()) == 1
    ports.database.progress = Progress(1, "2")
    list(ports.use(Migrating).sweep())
    assert [(message.kind, message.delay) for message in ports.queue.messages] == [
        ("migrate", BEGUN_AFTER),
        ("migrate", 0),
    ]


def test_with_little_time_left_it_does_one_batch_and_a_message_goes_on(ports, data):
    for done in range(1, 6):
        migrate(ports, seconds=LONGEST_BATCH.total_seconds() - 1)
        assert (len(data.runs), len(ports.queue.messages)) == (done, done)
    migrate(ports, seconds=LONGEST_BATCH.total_seconds() - 1)
    must_be_done(ports, data)
    assert len(ports.queue.messages) == 5


def test_that_it_begins_is_known_before_anything_changes(ports, data):
    data.broken = {2}
    with pytest.raises(MigrationFailed):
        migrate(ports)
    assert ports.database.progress == Progress(1, "")


def test_a_migration_that_fails_says_which_and_goes_on_where_it_was_later(ports, data):
    data.broken = {3}
    with pytest.raises(MigrationFailed, match="migration 3 failed: items of shape 3") as failure:
        migrate(ports)
    assert isinstance(failure.value.__cause__, ConnectionError)
    assert ports.database.progress == Progress(2, "")
    data.broken.clear()
    work_off(ports)
    must_be_done(ports, data)


def migrate_and_crash(ports, moment):
    """In a function that crashes at that moment; whether it came to its end before. Afterwards the ports are sound."""
    sound = dict(vars(ports)) | {"queue": ports.queue, "schema": ports.schema}
    moments = watch(ports)
    moments.crash_at = moment
    ports.migrations = tuple(
        Migration(each.number, each.what, Watched(each.run_batch, moments)) for each in ports.migrations
    )
    try:
        with moments.within():
            migrate(ports)
    except Crashed:
        return False
    finally:
        vars(ports).update(sound)
    return True


def test_a_crash_at_any_moment_loses_nothing():
    for moment in count(1):
        data, ports = Data(), FakePorts()
        ports.migrations = (data.migration(2), data.migration(3))
        came_to_its_end = migrate_and_crash(ports, moment)
        ports.queue.messages.clear()  # the message is lost as well
        work_off(ports)
        must_be_done(ports, data)
        if came_to_its_end:
            break
    assert moment == 1 + 1 + 8 + 6 + 1  # at first, after the first read, each of the saves and the batches; and at none


@pytest.mark.parametrize("write", range(1, 9))
def test_of_two_workers_at_any_point_one_stops_and_nothing_is_left_out(ports, data, write):
    """The other does all of it just before this one's write of that number."""
    others = [lambda: None] * (write - 1) + [lambda: migrate(ports)]
    ports.database.let_come_first(*others)
    stopped = migrate(ports)
    must_be_done(ports, data)
    assert ports.queue.messages == []
    assert stopped.schema < 3


@pytest.mark.parametrize("batches", range(1, 7))
def test_a_worker_that_wakes_up_late_spoils_nothing(ports, data, batches):
    """It read how far they were, slept while another did it all, and runs its batch on what is of a later shape."""
    for _ in range(batches - 1):
        migrate(ports, seconds=0)
    late = ports.database.progress
    work_off(ports)
    migration = next(each for each in ports.migrations if each.number == late.schema + 1)
    with pytest.raises(StaleWrite):
        ports.use(Migrating)._run_batch(migration, late)
    must_be_done(ports, data)


def test_the_schema_is_that_of_the_last_migration(ports):
    assert schema_of(ports.migrations) == 3
    assert schema_of(()) == 1
