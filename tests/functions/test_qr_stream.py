"""What tidy_qr does with handlers as Lambda brings them; fakes stand in for what it touches."""

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.functions import handlers
from chalicelib.qr_codes.cleanup import CleaningUpQrCodes
from chalicelib.qr_codes.model import Format
from chalicelib.stores.qr_codes.records import DynamoImageRecords
from tests.fakes.old_qr import FakeImages, FakeInvites, FakeRecords

EVENTS = Path(__file__).parents[1] / "handlers"
KEY = "qr/AbCdEfGh/5d41402abc4b2a76b9719d911017c592.png"
ENDED = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


class Scene:
    def __init__(self):
        self.invites: Any = FakeInvites()
        self.records, self.images = FakeRecords(self.invites), FakeImages()
        self.images.put(KEY, b"image", Format.PNG)
        self.parked = []

    def park(self, what, why):
        self.parked.append((dict(what), why))

    def tidying(self):
        return CleaningUpQrCodes(self.invites, self.records, self.images, lambda: ENDED + timedelta(minutes=7))


@pytest.fixture
def scene(monkeypatch):
    scene = Scene()
    reader = DynamoImageRecords(connection=None)  # type: ignore[arg-type]  # it only reads what the stream brought
    monkeypatch.setattr(wiring, "tidying", scene.tidying)
    monkeypatch.setattr(wiring, "qr_records", lambda: reader)
    monkeypatch.setattr(wiring, "parking", lambda: scene)
    return scene


def deliver(name):
    handlers.tidy_qr(json.loads((EVENTS / f"{name}.json").read_text()), None)


@pytest.mark.parametrize("name", ["qr_record_expired", "qr_record_deleted"])
def test_a_removal_by_dynamodb_or_by_hand_takes_the_object_along(scene, name):
    deliver(name)
    deliver(name)
    assert not scene.images.all
    assert not scene.parked


def test_a_record_written_or_changed_is_passed_over(scene, monkeypatch):
    monkeypatch.setattr(wiring, "tidying", lambda: pytest.fail("nothing was removed"))
    deliver("qr_record_written")
    assert scene.images.all


def test_what_cannot_be_read_is_parked_and_does_not_hold_back_the_rest(scene, caplog):
    with caplog.at_level(logging.ERROR):
        deliver("qr_records_of_all_kinds")
    assert not scene.images.all
    assert scene.parked == [
        ({"event_id": "c4ca4238a0b923820dcc509a6f758495", "keys": {"object_key": {"S": "qr/x.png"}}}, "KeyError"),
        ({"event_id": "c4ca4238a0b923820dcc509a6f758496", "keys": None}, "KeyError"),
    ]


def test_what_s3_does_not_take_is_parked(scene, monkeypatch):
    def out_of_order(_):
        raise ConnectionError

    monkeypatch.setattr(scene.images, "delete", out_of_order)
    deliver("qr_record_expired")
    assert [why for _, why in scene.parked] == ["ConnectionError"]


def test_what_cannot_even_be_parked_comes_again(scene, monkeypatch):
    def out_of_order(*_):
        raise ConnectionError

    monkeypatch.setattr(scene, "park", out_of_order)
    with pytest.raises(ConnectionError):
        deliver("qr_records_of_all_kinds")
