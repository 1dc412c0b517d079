"""What announce does with events as Lambda brings them; fakes stand in for what it touches."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib import wiring
from chalicelib.common.people import Permission
from chalicelib.common.ports import Unreachable
from chalicelib.events.managing import EndpointRequest, ManagingEndpoints
from chalicelib.functions import announce, handlers
from chalicelib.stores.events.journal import DynamoJournal
from testing.invite_builders import a_user
from tests.fakes.ports import FakePorts

EVENT = json.loads((Path(__file__).parents[1] / "lambda_events" / "journal_entry_written.json").read_text())
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANNA = a_user("anna", Permission.ADMIN)


@pytest.fixture
def ports(monkeypatch):
    """An endpoint that hears of everything, in place of what the function touches."""
    fakes = FakePorts()
    fakes.database.users[ANNA.id] = ANNA
    request = EndpointRequest(name="Trial", events=("*",), url="https://example.org/")
    fakes.use(ManagingEndpoints).add(request, by=ANNA, now=NOW)
    for name in ("endpoints", "deliveries"):
        monkeypatch.setitem(vars(wiring.ports), name, getattr(fakes, name))
    monkeypatch.setitem(vars(wiring.ports), "journal_records", DynamoJournal())
    monkeypatch.setitem(vars(wiring.ports), "dead_letters", dead_letters := DeadLetters())
    monkeypatch.setattr(type(wiring.ports), "find_owners", fakes.find_owners)
    monkeypatch.setattr(type(wiring.ports), "wake_deliver", fakes.wake_deliver)
    monkeypatch.setattr(fakes, "dead_letters", dead_letters, raising=False)
    return fakes


class DeadLetters:
    def __init__(self):
        self.all = []

    def add(self, what, why):
        self.all.append((dict(what), why))


def records(*changes):
    """The recorded event with its record once for each of these changes to it."""
    (record,) = EVENT["Records"]
    return {"Records": [{**record, **change} for change in changes]}


NONSENSE = {"dynamodb": {"NewImage": {"subject": {"S": "nonsense"}, "order": {"S": "nonsense"}}}}


def test_an_entry_is_announced_once_and_sending_is_woken(ports):
    handlers.announce(EVENT, None)
    handlers.announce(EVENT, None)
    (row,) = ports.deliveries.rows.values()
    assert (row.type, row.event_id) == ("invite.created", "e1")
    assert ports.woken == 2


@pytest.mark.parametrize("name", ["REMOVE", "MODIFY"])
def test_what_is_not_new_is_passed_over(ports, name):
    handlers.announce(records({"eventName": name}), None)
    assert not ports.deliveries.rows
    assert ports.woken == 0


def test_what_makes_no_sense_is_set_aside_and_does_not_hold_back_the_rest(ports, caplog):
    with caplog.at_level(logging.ERROR):
        handlers.announce(records(NONSENSE, {"dynamodb": None}, {}), None)
    assert len(ports.deliveries.rows) == 1
    assert len(ports.dead_letters.all) == 2


def test_a_delivery_that_cannot_be_written_is_set_aside(ports, monkeypatch):
    monkeypatch.setattr(ports.deliveries, "add", lambda _: 1 / 0)
    handlers.announce(EVENT, None)
    ((what, why),) = ports.dead_letters.all
    assert (what["entry"], why) == ("e1", "ZeroDivisionError")


def test_an_entry_that_cannot_be_told_is_set_aside(ports, monkeypatch):
    monkeypatch.setattr(announce, "deliveries_of", lambda *_, **__: 1 / 0)
    handlers.announce(EVENT, None)
    assert ports.dead_letters.all == [({"entry": "e1", "subject": "invite#AbCdEfGh"}, "ZeroDivisionError")]


def test_where_the_database_does_not_answer_the_batch_comes_again(ports, monkeypatch):
    def fail(_):
        raise Unreachable

    monkeypatch.setattr(ports.deliveries, "add", fail)
    with pytest.raises(Unreachable):
        handlers.announce(EVENT, None)
    assert not ports.dead_letters.all


def test_a_call_that_is_lost_is_left_to_the_sweep(ports, monkeypatch):
    monkeypatch.setattr(type(wiring.ports), "wake_deliver", lambda: 1 / 0)
    handlers.announce(EVENT, None)
    (turn,) = ports.endpoints.turns()
    assert turn.wake_at is not None
