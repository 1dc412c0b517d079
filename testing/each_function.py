"""One typical invocation of each function that AWS starts, run in this process so that its calls can be counted."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from local.lambda_events import scheduled_event, sqs_event
from testing.each_route import NOTHING_ELSE
from testing.metering.calls import Call, counting
from testing.people import Stack

Scenario = Callable[[Stack], AbstractContextManager[Callable[[], None]]]

EVENTS = Path(__file__).parents[1] / "tests" / "lambda_events"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:provision"

SCENARIOS: dict[str, Scenario] = {}
"""By function, followed by what it is given to do."""


def walk(
    stack: Stack, name: str, *, units: bool = False, meanwhile: AbstractContextManager[Any] = NOTHING_ELSE
) -> list[Call]:
    """The calls of one invocation, as testing.each_route.walk has them of a request."""
    with SCENARIOS[name](stack) as invoke, meanwhile, counting(units=units) as calls:
        invoke()
    return calls


def _scenario(name: str) -> Callable[[Callable[[Stack], Iterator[Callable[[], None]]]], None]:
    def register(scenario: Callable[[Stack], Iterator[Callable[[], None]]]) -> None:
        SCENARIOS[name] = contextmanager(scenario)

    return register


@_scenario("provision, a friend")
def _(stack):
    yield from _provision(stack)


@_scenario("provision, a friend in the Home")
def _(stack):
    yield from _provision(stack, plex_home=True)


def _provision(stack: Stack, **options: Any) -> Iterator[Callable[[], None]]:
    visitor, code = stack.visitor(), stack.invite(**options)
    sign_in_id = visitor.signs_in(code)
    with held_back_from_the_queue() as messages:
        answer = visitor.completes(code, sign_in_id)
    yield lambda: deliver(*messages)
    visitor.waits(answer)


@_scenario("provision, the end of an account's access")
def _(stack):
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite())
    redemption = visitor.waits(answer)
    with held_back_from_the_queue() as messages:
        assert stack.admin.delete(f"/users/{redemption['user']['id']}").is_success
    yield lambda: deliver(messages[-1])
    assert not stack.plex.shares(visitor.account)


@_scenario("provision, a token signed out")
def _(stack):
    with held_back_from_the_queue() as messages:
        visitor = stack.visitor()
        started = visitor.browser.post("/auth/plex").json()
        stack.plex.approve(started["auth_url"], visitor.account)
        assert visitor.browser.post(f"/auth/plex/{started['sign_in_id']}").status_code == 403
    yield lambda: deliver(messages[-1])


@_scenario("provision, a look at everybody")
def _(stack):
    _join_and_look(stack)
    with held_back_from_the_queue():
        assert stack.admin.post("/access/look", json={}).is_success
    yield lambda: deliver({"kind": "look"})


def _join_and_look(stack):
    """So that the next look finds nothing new."""
    visitor = stack.visitor()
    visitor.waits(visitor.redeems(stack.invite()))
    stack.looks_at_everybody()


@_scenario("provision, the libraries")
def _(stack):
    yield lambda: deliver({"kind": "refresh_libraries"})


@_scenario("sweep, nothing due")
def _(stack):
    yield lambda: _events().sweep(_schedule("sweep"), Context())


@_scenario("announce, an entry that nobody hears")
def _(stack):
    yield lambda: _events().announce(_recorded("journal_entry_written"), Context())


@_scenario("deliver, nothing due")
def _(stack):
    yield lambda: _events().deliver({}, Context())


@_scenario("tidy_qr, an image given up")
def _(stack):
    yield lambda: _events().tidy_qr(_recorded("qr_record_deleted"), Context())


@_scenario("tidy_qr, an image of an expired invite")
def _(stack):
    yield lambda: _events().tidy_qr(_recorded("qr_record_expired"), Context())


@contextmanager
def held_back_from_the_queue():
    """Collects the messages that are sent inside the block, so that the function at the queue does not get them."""
    from chalicelib.aws.queue import SqsWorkQueue

    messages: list[dict[str, str]] = []
    with patch.object(SqsWorkQueue, "_send", lambda _queue, message, _delay: messages.append(message)):
        yield messages


def deliver(*messages: dict[str, str]) -> None:
    """Hand them to the function at the queue, in this process."""
    for message in messages:
        about = {"MessageId": str(uuid4()), "ReceiptHandle": "none", "MD5OfBody": "none"}
        _events().provision(sqs_event([{"Body": json.dumps(message), **about}], QUEUE), Context())


class Context:
    """Lambda's context, with more time than any function needs here."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def _events():
    """Imported once the stack runs, because Chalice's decorators read its queue's address."""
    from chalicelib.functions import handlers

    return handlers


def _schedule(rule):
    return scheduled_event(rule, region="us-east-1", now=datetime.now(UTC))


def _recorded(name):
    return json.loads((EVENTS / f"{name}.json").read_text())
