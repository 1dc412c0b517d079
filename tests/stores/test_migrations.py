"""The migrations that there are, and how one walks, on the running stack with migrations that only tests have."""

import itertools
import json

import pytest

from chalicelib import wiring
from chalicelib.accounts.model import AccountState
from chalicelib.functions import handlers
from chalicelib.setup.migrating import Migration, MigrationFailed
from chalicelib.setup.model import Progress
from chalicelib.stores.accounts.records import UserModel
from chalicelib.stores.database.transactions import update_if
from chalicelib.stores.invites.records import InviteModel
from chalicelib.stores.migrations import MIGRATIONS, SCHEMA
from chalicelib.stores.migrations.walking import walk
from local.lambda_events import sqs_event
from tests.fakes.plex import FakeWorkQueue
from tests.stores_contract.builders import a_kept_invite, an_account

QUEUE = "arn:aws:sqs:us-east-1:000000000000:provision"


def test_migrations_are_numbered_from_2_on_without_a_gap():
    assert [each.number for each in MIGRATIONS] == list(range(2, 2 + len(MIGRATIONS)))
    assert 1 + len(MIGRATIONS) == SCHEMA


@pytest.fixture
def ports(stack):
    return wiring.ports


@pytest.fixture
def migrations(ports, monkeypatch):
    """Takes the place of the migrations that there are; the schema is as it was, afterwards."""
    before = ports.schema.progress()

    def take(*steps):
        newer = tuple(
            Migration(before.schema + place, f"step {place}", step) for place, step in enumerate(steps, start=1)
        )
        monkeypatch.setattr(type(ports), "migrations", newer)

    yield take
    ports.schema.save(before, was=ports.schema.progress())


class Context:
    """Of a function with so many seconds left."""

    def __init__(self, seconds):
        self.seconds = seconds

    def get_remaining_time_in_millis(self):
        return self.seconds * 1000


def deliver(seconds=60):
    """The message, as the queue brings it."""
    message = {"Body": json.dumps({"kind": "migrate"}), "MessageId": "1", "ReceiptHandle": "r", "MD5OfBody": "none"}
    handlers.provision(sqs_event([message], QUEUE), Context(seconds))


def named_by_shape(shape):
    """Adds what a newer shape has; an item that has it, or is gone, stays as it is."""

    def change(record):
        lacks = InviteModel.code.exists() & ~InviteModel.note.startswith(shape)
        text = f"{shape} {record.note}" if record.note else shape
        return update_if(InviteModel(code=record.code), [InviteModel.note.set(text)], lacks)

    return change


@pytest.fixture
def invites(ports, creator):
    made = [a_kept_invite(ports, created_by=creator) for _ in range(7)]
    return lambda: [ports.invites.get_even_deleted(invite.code).note for invite in made]


def note(met):
    return lambda record: met.append(getattr(record, record._hash_keyname))


def all_batches(run_batch, met):
    """Gives before each batch how many records were met, and once more at the end."""
    cursor = ""
    while cursor is not None:
        before = len(met)
        cursor = run_batch(cursor)
        yield before


@pytest.mark.parametrize("page", [1, 2, 3, 7, 100])
def test_walking_meets_every_record_of_the_partition_once(ports, creator, invites, page):
    met: list[str] = []
    for before in all_batches(walk(InviteModel.by_creator.query, creator.id, note(met), page=page), met):
        assert len(met) - before <= page
    assert sorted(met) == sorted(set(met))
    assert len(met) == 7


def test_walking_where_nothing_is_ends_at_once(ports, creator):
    assert walk(InviteModel.by_creator.query, creator.id, pytest.fail)("") is None


def test_a_message_migrates_all_there_is_and_a_second_one_changes_nothing(ports, creator, invites, migrations):
    steps = [
        walk(InviteModel.by_creator.query, creator.id, named_by_shape(shape), page=2) for shape in ("two", "three")
    ]
    before = ports.schema.progress()
    migrations(*steps)
    deliver()
    assert invites() == ["three two"] * 7
    assert ports.schema.progress() == Progress(before.schema + 2)
    deliver()
    assert invites() == ["three two"] * 7


def test_it_goes_on_by_messages_where_the_time_is_short(ports, creator, invites, migrations, monkeypatch):
    queue = FakeWorkQueue(ports.clock)
    monkeypatch.setitem(vars(ports), "work_queue", queue)
    migrations(walk(InviteModel.by_creator.query, creator.id, named_by_shape("two"), page=2))
    before = ports.schema.progress()
    for number in itertools.count(1):
        deliver(seconds=10)
        if not ports.schema.progress().is_under_way:
            break
        assert len(queue.messages) == number
    assert number >= 4
    assert (invites(), ports.schema.progress()) == (["two"] * 7, Progress(before.schema + 1))


def test_one_that_fails_is_tried_again_by_the_queue_and_begun_anew_by_the_sweep(ports, migrations, monkeypatch):
    queue = FakeWorkQueue(ports.clock)
    monkeypatch.setitem(vars(ports), "work_queue", queue)

    def fail(_):
        raise ConnectionError

    migrations(fail)
    with pytest.raises(MigrationFailed, match="step 1"):
        deliver()
    assert ports.schema.progress().is_under_way
    assert sum(batch.done for batch in wiring.chores(wiring.now())["migrations"]) == 1
    assert [(message.kind, message.delay) for message in queue.messages] == [("migrate", 0)]


def test_people_of_a_state_are_walked(ports, stack):
    user = an_account(ports)
    met: list[str] = []
    for _ in all_batches(walk(UserModel.by_state.query, AccountState.ACTIVE.value, note(met), page=3), met):
        pass
    assert user.id in met
