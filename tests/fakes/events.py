"""The journal and what is sent on from it, in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.common.pages import Page
from chalicelib.common.people import Actor
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import DeliveryNotFound, EndpointNotFound
from chalicelib.common.times import order_key
from chalicelib.events.deliveries import Delivery
from chalicelib.events.endpoints import Endpoint, Secrets, Turn, Work
from chalicelib.events.model import Entry
from chalicelib.events.ports import Answer
from tests.fakes.database import Database
from tests.fakes.paging import page_of


class FakeJournal:
    """events.ports.ReadJournal."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def page(self, subject: str | None, after: str | None, limit: int) -> Page[Entry]:
        found = [entry for entry in self.database.journal if subject in (None, entry.subject)]
        return page_of(found, order=_order, after=after, limit=limit)


@dataclass
class _Stored:
    endpoint: Endpoint
    secrets: Secrets
    work: Work
    wakes: int = 0
    wake_at: datetime | None = None

    def turn(self) -> Turn:
        return Turn(self.endpoint, self.work, self.wakes, self.wake_at)


class FakeEndpoints:
    """events.ports.EndpointStore."""

    def __init__(self, database: Database, deliveries: "FakeDeliveries") -> None:
        self.database, self.deliveries = database, deliveries
        self.stored: dict[str, _Stored] = {}

    def all(self) -> tuple[Endpoint, ...]:
        found = (each.endpoint for each in self.stored.values())
        return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))

    def get(self, endpoint_id: str) -> Endpoint:
        return self._find(endpoint_id).endpoint

    def secrets(self, endpoint_id: str) -> Secrets:
        return self._find(endpoint_id).secrets

    def add(self, endpoint: Endpoint, secrets: Secrets, entry: Entry) -> None:
        self.stored[endpoint.id] = _Stored(endpoint, secrets, Work())
        self.database.journal.append(entry)

    def save(self, endpoint: Endpoint, entry: Entry, *, over: Endpoint, secret: bytes | None = None) -> None:
        stored = self._as_it_was(over)
        if secret is not None:
            stored.secrets = replace(stored.secrets, secret=secret, former=stored.secrets.secret)
        if endpoint.enabled and not over.enabled:
            stored.work = Work()
        stored.endpoint = endpoint
        self.database.journal.append(entry)

    def delete(self, endpoint: Endpoint, entry: Entry) -> None:
        self._as_it_was(endpoint)
        del self.stored[endpoint.id]
        self.database.journal.append(entry)

    def send_again(self, delivery: Delivery, entry: Entry, *, wake_at: datetime) -> None:
        if delivery.endpoint not in self.stored:
            raise StaleWrite
        self.wake(delivery.endpoint, wake_at)
        self.deliveries.rows[delivery.id] = delivery
        self.database.journal.append(entry)

    def wake(self, endpoint_id: str, wake_at: datetime) -> None:
        if stored := self.stored.get(endpoint_id):
            stored.wakes += 1
            stored.wake_at = stored.wake_at or wake_at

    def turns(self) -> list[Turn]:
        return [each.turn() for each in self.stored.values()]

    def turn(self, endpoint_id: str) -> Turn:
        return self._find(endpoint_id).turn()

    def take(self, turn: Turn, work: Work) -> bool:
        stored = self.stored.get(turn.endpoint.id)
        if stored is None or stored.work != turn.work:
            return False
        stored.work = work
        return True

    def release(self, turn: Turn, work: Work, *, over: Work, wake_at: datetime | None) -> bool:
        stored = self.stored.get(turn.endpoint.id)
        if stored is None or stored.work != over or stored.wakes != turn.wakes:
            return False
        stored.work, stored.wake_at = work, wake_at
        return True

    def _as_it_was(self, endpoint: Endpoint) -> _Stored:
        self.database.before_write()
        stored = self.stored.get(endpoint.id)
        if stored is None or stored.endpoint.version != endpoint.version:
            raise StaleWrite
        return stored

    def _find(self, endpoint_id: str) -> _Stored:
        if endpoint_id not in self.stored:
            raise EndpointNotFound
        return self.stored[endpoint_id]


class FakeDeliveries:
    """events.ports.DeliveryStore."""

    def __init__(self) -> None:
        self.rows: dict[str, Delivery] = {}

    def add(self, delivery: Delivery) -> None:
        self.rows.setdefault(delivery.id, delivery)

    def get(self, delivery_id: str) -> Delivery:
        if delivery_id not in self.rows:
            raise DeliveryNotFound
        return self.rows[delivery_id]

    def save(self, delivery: Delivery) -> None:
        if delivery.id in self.rows:
            self.rows[delivery.id] = delivery

    def due(self, endpoint_id: str, now: datetime, limit: int) -> list[Delivery]:
        return [row for at, row in self._open(endpoint_id) if at <= now][:limit]

    def next_due(self, endpoint_id: str) -> datetime | None:
        return next((at for at, _ in self._open(endpoint_id)), None)

    def page(self, endpoint_id: str, *, after: str | None, limit: int) -> Page[Delivery]:
        found = [row for row in self.rows.values() if row.endpoint == endpoint_id]
        return page_of(found, order=lambda row: row.event, after=after, limit=limit)

    def _open(self, endpoint_id: str) -> list[tuple[datetime, Delivery]]:
        found = [(row.due, row) for row in self.rows.values() if row.endpoint == endpoint_id and row.due]
        return sorted(found, key=lambda pair: (pair[0], pair[1].event))


class FakeReceiver:
    """events.ports.Send: answers 200, or what a test says; ``sent`` has what came."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.sent: list[tuple[str, str, Mapping[str, str]]] = []

    def send(self, url: str, body: str, headers: Mapping[str, str]) -> Answer:
        self.sent.append((url, body, headers))
        waiting = self.answers.get(url, [])
        return (waiting.pop(0) if len(waiting) > 1 else waiting[0]) if waiting else Answer(200, "")


def find_owners(database: Database, user_ids: Iterable[str]) -> dict[str, Actor]:
    """events.ports.FindOwners."""
    found = (database.users[each] for each in user_ids if each in database.users)
    return {each.id: Actor(id=each.id, name="", permissions=each.permissions) for each in found if each.is_open}


def _order(entry: Entry) -> str:
    return order_key(entry.at, entry.id)
