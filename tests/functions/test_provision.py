"""What the queue function makes of a message; fakes stand in for the work itself."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from chalicelib.access.ending import EndingAccess
from chalicelib.redemptions.provisioning import Provisioned, Provisioning

from chalicelib import wiring
from chalicelib.access.pausing import Pausing
from chalicelib.access.reasons import REFUSED_BY_PLEX
from chalicelib.common.ports import RetryLater
from chalicelib.functions import handlers, provision
from chalicelib.metrics import Metric
from chalicelib.plex.model import Features, Grant
from chalicelib.redemptions.model import new_redemption
from chalicelib.setup.libraries import ReadingLibraries
from chalicelib.setup.migrating import Migrating
from chalicelib.setup.model import Progress
from local.lambda_events import sqs_event
from testing.invite_builders import a_user

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
REDEMPTION = new_redemption(
    "redemption1",
    code="AbCdEfGh",
    user=a_user("guest"),
    creator_id="ruth",
    grant=Grant("m", 1, (), Features()),
    now=NOW,
)
QUEUE = "arn:aws:sqs:us-east-1:000000000000:provision"


class Work:
    """Any use case: notes what it is asked, and answers what it was told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.answer: Any = Provisioned(REDEMPTION, changed=True)

    def use(self, case):
        def ask(*arguments, **named):
            self.asked.append((case, *arguments, *named))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return SimpleNamespace(provision=ask, end=ask, end_if_token_changed=ask, read=ask, migrate=ask)


@pytest.fixture
def work(monkeypatch):
    work = Work()
    monkeypatch.setattr(provision, "use", work.use)
    return work


@pytest.fixture
def recorded(monkeypatch):
    """The metrics, with their values."""
    recorded: list[tuple[Metric, float]] = []
    monkeypatch.setattr(provision, "record", lambda metric, value=1, **_: recorded.append((metric, value)))
    monkeypatch.setattr(provision, "now", lambda: NOW + timedelta(seconds=30))
    return recorded


class Context:
    def get_remaining_time_in_millis(self):
        return 60_000


def deliver(**message):
    about = {"MessageId": "1", "ReceiptHandle": "receipt1", "MD5OfBody": "none"}
    handlers.provision(sqs_event([{"Body": json.dumps(message), **about}], QUEUE), Context())


def test_each_kind_of_message_starts_its_work(work):
    deliver(kind="provision", redemption_id="redemption1")
    work.answer = None
    deliver(kind="end_access", user_id="user1")
    work.answer = SimpleNamespace(failure=None)
    deliver(kind="refresh_libraries")
    work.answer = Progress(2)
    deliver(kind="migrate")
    assert work.asked == [
        (Provisioning, "redemption1", "deadline"),
        (EndingAccess, "user1", "deadline"),
        (Pausing,),
        (ReadingLibraries,),
        (Migrating, "deadline"),
    ]


def test_a_message_of_an_unknown_kind_fails_and_so_becomes_a_dead_letter(work):
    with pytest.raises(ValueError, match="unknown kind"):
        deliver(kind="nonsense")
    assert work.asked == []


def test_a_message_that_is_to_come_later_is_postponed_and_fails(work, monkeypatch):
    postponed = []
    queue = SimpleNamespace(postpone=lambda *arguments: postponed.append(arguments))
    monkeypatch.setitem(vars(wiring.ports), "work_queue", queue)
    work.answer = RetryLater(42)
    with pytest.raises(RetryLater):
        deliver(kind="provision", redemption_id="redemption1")
    assert postponed == [("receipt1", 42)]


def test_a_redemption_that_is_done_is_timed_from_its_claim(work, recorded):
    work.answer = Provisioned(REDEMPTION.done(NOW), changed=True)
    deliver(kind="provision", redemption_id="redemption1")
    assert recorded == [(Metric.PROVISIONING_SECONDS, 30.0)]


def test_a_redemption_that_failed_is_counted(work, recorded):
    work.answer = Provisioned(REDEMPTION.given_up(NOW, REFUSED_BY_PLEX).failed(NOW), changed=True)
    deliver(kind="provision", redemption_id="redemption1")
    assert recorded == [(Metric.PROVISIONING_FAILED, 1)]


@pytest.mark.parametrize(
    "ended", [REDEMPTION.done(NOW), REDEMPTION.given_up(NOW, REFUSED_BY_PLEX).failed(NOW)], ids=["done", "failed"]
)
def test_a_message_delivered_again_is_counted_once(work, recorded, ended):
    for changed in (True, False):
        work.answer = Provisioned(ended, changed=changed)
        deliver(kind="provision", redemption_id="redemption1")
    assert len(recorded) == 1


def test_a_refused_owner_s_token_is_an_error_in_the_log_which_the_alarm_looks_for(work, caplog):
    work.answer = Provisioned(replace(REDEMPTION, waits_for_owner=True), changed=True)
    with caplog.at_level(logging.ERROR):
        deliver(kind="provision", redemption_id="redemption1")
    (line,) = caplog.records
    assert vars(line)["error"] == "PlexTokenRefused"
