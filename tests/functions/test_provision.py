"""What the queue function makes of a message; fakes stand in for the work itself."""

import json
import logging
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.access.aligning import Aligned, Aligning
from chalicelib.access.pausing import Pausing
from chalicelib.access.reasons import REFUSED_BY_PLEX
from chalicelib.common.ports import RetryLater
from chalicelib.functions import handlers, provision
from chalicelib.metrics import Metric
from chalicelib.setup.libraries import ReadingLibraries
from chalicelib.setup.migrating import Migrating
from chalicelib.setup.model import Progress
from local.lambda_events import sqs_event
from tests.access.builders import an_access
from tests.fakes.ports import NOW

BEGUN = an_access("user1")
PROGRESS = BEGUN.done.progress
assert PROGRESS
JOINED = BEGUN.doing(progress=PROGRESS.done(NOW + timedelta(seconds=30)))
GIVEN_UP = BEGUN.doing(progress=PROGRESS.failed(REFUSED_BY_PLEX, NOW))
QUEUE = "arn:aws:sqs:us-east-1:000000000000:provision"


class Work:
    """Any use case: notes what it is asked, and answers what it was told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.answer: Any = Aligned(BEGUN, changed=True, joining="r1")

    def use(self, case):
        def ask(*arguments, **named):
            self.asked.append((case, *arguments, *named))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return SimpleNamespace(align=ask, end_if_token_changed=ask, read=ask, migrate=ask)


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
    deliver(kind="align", user_id="user1")
    work.answer = SimpleNamespace(failure=None)
    deliver(kind="refresh_libraries")
    work.answer = Progress(2)
    deliver(kind="migrate")
    assert work.asked == [
        (Aligning, "user1", "deadline"),
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
        deliver(kind="align", user_id="user1")
    assert postponed == [("receipt1", 42)]


def test_a_redemption_that_is_done_is_timed_from_its_claim(work, recorded):
    work.answer = Aligned(JOINED, changed=True, joining="r1")
    deliver(kind="align", user_id="user1")
    assert recorded == [(Metric.PROVISIONING_SECONDS, 30.0)]


def test_a_redemption_that_failed_is_counted(work, recorded):
    work.answer = Aligned(GIVEN_UP, changed=True, joining="r1")
    deliver(kind="align", user_id="user1")
    assert recorded == [(Metric.PROVISIONING_FAILED, 1)]


@pytest.mark.parametrize("ended", [JOINED, GIVEN_UP], ids=["done", "failed"])
def test_a_message_delivered_again_is_counted_once(work, recorded, ended):
    for changed in (True, False):
        work.answer = Aligned(ended, changed=changed, joining="r1")
        deliver(kind="align", user_id="user1")
    assert len(recorded) == 1


def test_a_refused_owner_s_token_is_an_error_in_the_log_which_the_alarm_looks_for(work, caplog):
    work.answer = Aligned(BEGUN.doing(waits_for_owner=True), changed=True)
    with caplog.at_level(logging.ERROR):
        deliver(kind="align", user_id="user1")
    (line,) = caplog.records
    assert vars(line)["error"] == "PlexTokenRefused"


def test_what_changes_after_a_joining_is_no_joining(work, recorded):
    work.answer = Aligned(JOINED, changed=True)
    deliver(kind="align", user_id="user1")
    assert recorded == []


def test_an_account_that_was_never_given_anything_is_passed_over(work, recorded):
    work.answer = Aligned(None, changed=False)
    deliver(kind="align", user_id="user1")
    assert recorded == []
