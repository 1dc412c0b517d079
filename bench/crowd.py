"""Many people who redeem at the same moment, each with a browser, an address and a Plex account of their own."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Barrier
from typing import Any
from unittest.mock import patch

import botocore.client
import httpx
from botocore.exceptions import ClientError

from testing.people import Stack, Visitor

PATIENCE = 180
"""Seconds after which somebody who was never given a definite answer gives up, and counts as lost."""

_PAUSE = 1.0
"""Seconds between two tries where the answer does not say when, as the signup page does it."""


@dataclass(frozen=True)
class Person:
    """Somebody who approved the sign-in at Plex, and now clicks."""

    visitor: Visitor
    code: str
    sign_in_id: str


@dataclass
class Told:
    """What somebody was told: every answer in order, and the seconds from the click to the last."""

    person: Person
    answers: list[httpx.Response] = field(default_factory=list)
    waited: float = 0.0

    @property
    def last(self) -> httpx.Response:
        return self.answers[-1]

    @property
    def is_definite(self) -> bool:
        return self.last.status_code < HTTPStatus.TOO_MANY_REQUESTS


def arriving(stack: Stack, codes: Sequence[str]) -> list[Person]:
    """One person for each code, signed in at Plex."""

    def arrives(code: str) -> Person:
        visitor = stack.visitor()
        return Person(visitor, code, visitor.signs_in(code))

    with ThreadPoolExecutor(8) as doors:
        return list(doors.map(arrives, codes))


def all_click(people: Sequence[Person]) -> tuple[list[Told], float]:
    """All at once, and again when told to come again, as the signup page does; with the seconds until the last."""
    ready = Barrier(len(people) + 1)
    with ThreadPoolExecutor(len(people)) as crowd:
        clicks = [crowd.submit(_clicks, person, ready) for person in people]
        ready.wait()
        began = time.monotonic()
        told = [click.result() for click in clicks]
    return told, time.monotonic() - began


def _clicks(person: Person, ready: Barrier) -> Told:
    told = Told(person)
    ready.wait()
    began = time.monotonic()
    while True:
        told.answers.append(person.visitor.completes(person.code, person.sign_in_id))
        told.waited = time.monotonic() - began
        if told.is_definite or told.waited > PATIENCE:
            return told
        time.sleep(float(told.last.headers.get("Retry-After") or _PAUSE))


@contextmanager
def counting_transactions() -> Iterator[Counter[str]]:
    """How many transactions this process sent to be written ("sent"), and what those came to that were cancelled."""
    clients: Any = botocore.client.BaseClient
    original: Callable[..., Any] = clients._make_api_call
    counts: Counter[str] = Counter()

    def counted(client: Any, operation: str, arguments: Any) -> Any:
        if operation != "TransactWriteItems":
            return original(client, operation, arguments)
        counts["sent"] += 1
        try:
            return original(client, operation, arguments)
        except ClientError as error:
            reasons = {each["Code"] for each in error.response.get("CancellationReasons", [])} - {"None"}
            counts.update(reasons or {error.response["Error"]["Code"]})
            raise

    with patch.object(clients, "_make_api_call", counted):
        yield counts
