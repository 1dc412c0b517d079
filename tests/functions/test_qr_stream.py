"""What tidy_qr does with events as Lambda brings them; fakes stand in for what it touches."""

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib import wiring
from chalicelib.functions import handlers, qr_stream
from chalicelib.qr_codes.model import Format
from chalicelib.stores.qr_codes.records import DynamoImageRecords
from tests.fakes.database import Database
from tests.fakes.invites import FakeInvites
from tests.fakes.qr_codes import FakeImageRecords, FakeImages

EVENTS = Path(__file__).parents[1] / "lambda_events"
KEY = "qr/AbCdEfGh/5d41402abc4b2a76b9719d911017c592.png"
ENDED = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


class Records(FakeImageRecords):
    """In memory, but reading the stream as the real one does."""

    read_stream = DynamoImageRecords.read_stream


class DeadLetters:
    def __init__(self):
        self.all = []

    def add(self, what, why):
        self.all.append((dict(what), why))


@pytest.fixture
def images(monkeypatch):
    """The images, with one of an invite that is over."""
    database, images = Database(), FakeImages()
    images.put(KEY, b"image", Format.PNG)
    stand_ins = {
        "invites": FakeInvites(database),
        "image_records": Records(database),
        "qr_images": images,
        "clock": lambda: ENDED + timedelta(minutes=7),
    }
    for name, stand_in in stand_ins.items():
        monkeypatch.setitem(vars(wiring.ports), name, stand_in)
    return images


@pytest.fixture
def dead_letters(monkeypatch):
    dead_letters = DeadLetters()
    monkeypatch.setitem(vars(wiring.ports), "dead_letters", dead_letters)
    return dead_letters


def deliver(name):
    handlers.tidy_qr(json.loads((EVENTS / f"{name}.json").read_text()), None)


def fail(*_):
    raise ConnectionError


@pytest.mark.parametrize("name", ["qr_record_expired", "qr_record_deleted"])
def test_a_removal_by_dynamodb_or_by_hand_takes_the_object_along(images, dead_letters, name):
    deliver(name)
    deliver(name)
    assert not images.contents
    assert not dead_letters.all


def test_a_record_written_or_changed_is_passed_over(images, monkeypatch):
    monkeypatch.setattr(qr_stream, "use", lambda _: pytest.fail("nothing was removed"))
    deliver("qr_record_written")
    assert images.contents


def test_what_cannot_be_read_is_set_aside_and_does_not_hold_back_the_rest(images, dead_letters, caplog):
    with caplog.at_level(logging.ERROR):
        deliver("qr_records_of_all_kinds")
    assert not images.contents
    assert dead_letters.all == [
        ({"event_id": "c4ca4238a0b923820dcc509a6f758495", "keys": {"object_key": {"S": "qr/x.png"}}}, "KeyError"),
        ({"event_id": "c4ca4238a0b923820dcc509a6f758496", "keys": None}, "KeyError"),
    ]


def test_what_s3_does_not_take_is_set_aside(images, dead_letters, monkeypatch):
    monkeypatch.setattr(images, "delete", fail)
    deliver("qr_record_expired")
    assert [why for _, why in dead_letters.all] == ["ConnectionError"]


def test_what_cannot_even_be_set_aside_comes_again(images, dead_letters, monkeypatch):
    monkeypatch.setattr(dead_letters, "add", fail)
    with pytest.raises(ConnectionError):
        deliver("qr_records_of_all_kinds")
