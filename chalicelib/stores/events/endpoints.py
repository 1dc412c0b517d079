"""Endpoints, and how work stands with each."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model

from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import EndpointNotFound
from chalicelib.events.deliveries import Delivery
from chalicelib.events.endpoints import Endpoint, Secrets, Turn, Work
from chalicelib.events.model import Entry
from chalicelib.stores.database.attributes import Moment, Typed, Versioned
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, update_if
from chalicelib.stores.events.deliveries import delivery_record
from chalicelib.stores.events.journal import entry_record

WEBHOOK = "webhook"
_ENDPOINT = "endpoint"


class EndpointModel(Model):
    """``record`` is what people decided. ``work``, ``wakes`` and ``wake_at`` are how sending goes. The rest is
    encrypted for the function that sends.
    """

    class Meta:
        table_name = "endpoints"

    kind = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    record = Versioned[Endpoint](Endpoint)
    version = NumberAttribute()
    url = BinaryAttribute(legacy_encoding=False)
    secret = BinaryAttribute(legacy_encoding=False)
    former = BinaryAttribute(legacy_encoding=False, null=True)
    work = Typed[Work](Work)
    wakes = NumberAttribute(default=0)
    wake_at = Moment(null=True)


class DynamoEndpoints:
    """events.ports.EndpointStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> tuple[Endpoint, ...]:
        found = (record.record for record in EndpointModel.query(WEBHOOK, consistent_read=True))
        return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))

    def get(self, endpoint_id: str) -> Endpoint:
        return _find(endpoint_id).record

    def secrets(self, endpoint_id: str) -> Secrets:
        record = _find(endpoint_id)
        return Secrets(url=record.url, secret=record.secret, former=record.former)

    def add(self, endpoint: Endpoint, secrets: Secrets, entry: Entry) -> None:
        record = EndpointModel(
            kind=WEBHOOK,
            id=endpoint.id,
            record=endpoint,
            version=endpoint.version,
            url=secrets.url,
            secret=secrets.secret,
            work=Work(),
        )
        transaction = Transaction(self._connection)
        transaction.put(_ENDPOINT, record, EndpointModel.id.does_not_exist())
        self._commit(transaction, entry)

    def save(self, endpoint: Endpoint, entry: Entry, *, over: Endpoint, secret: bytes | None = None) -> None:
        model = EndpointModel
        actions: list[Any] = [model.record.set(endpoint), model.version.set(endpoint.version)]
        if secret is not None:
            actions += [model.former.set(model.secret), model.secret.set(secret)]
        if endpoint.enabled and not over.enabled:
            actions += [model.work.set(Work())]
        transaction = Transaction(self._connection)
        transaction.update(_ENDPOINT, _key(endpoint.id), actions, model.version == over.version)
        self._commit(transaction, entry)

    def delete(self, endpoint: Endpoint, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        transaction.delete(_ENDPOINT, _key(endpoint.id), EndpointModel.version == endpoint.version)
        self._commit(transaction, entry)

    def send_again(self, delivery: Delivery, entry: Entry, *, wake_at: datetime) -> None:
        transaction = Transaction(self._connection)
        transaction.update(_ENDPOINT, _key(delivery.endpoint), _woken(wake_at), EndpointModel.id.exists())
        transaction.write("delivery", delivery_record(delivery))
        self._commit(transaction, entry, wakes=True)

    def wake(self, endpoint_id: str, wake_at: datetime) -> None:
        update_if(_key(endpoint_id), _woken(wake_at), EndpointModel.id.exists())

    def turns(self) -> list[Turn]:
        return [_turn(record) for record in EndpointModel.query(WEBHOOK, consistent_read=True)]

    def turn(self, endpoint_id: str) -> Turn:
        return _turn(_find(endpoint_id))

    def take(self, turn: Turn, work: Work) -> bool:
        return update_if(_key(turn.endpoint.id), [EndpointModel.work.set(work)], EndpointModel.work == turn.work)

    def release(self, turn: Turn, work: Work, *, over: Work, wake_at: datetime | None) -> bool:
        later = EndpointModel.wake_at.set(wake_at) if wake_at else EndpointModel.wake_at.remove()
        is_as_it_was = (EndpointModel.work == over) & (EndpointModel.wakes == turn.wakes)
        return update_if(_key(turn.endpoint.id), [EndpointModel.work.set(work), later], is_as_it_was)

    @staticmethod
    def _commit(transaction: Transaction, entry: Entry, *, wakes: bool = False) -> None:
        transaction.put("journal", entry_record(entry, wakes=wakes))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise StaleWrite from error


def _key(endpoint_id: str) -> EndpointModel:
    return EndpointModel(kind=WEBHOOK, id=endpoint_id)


def _find(endpoint_id: str) -> EndpointModel:
    try:
        return EndpointModel.get(WEBHOOK, endpoint_id, consistent_read=True)
    except EndpointModel.DoesNotExist as error:
        raise EndpointNotFound from error


def _turn(record: EndpointModel) -> Turn:
    return Turn(record.record, record.work, int(record.wakes or 0), record.wake_at)


def _woken(wake_at: datetime) -> list[Any]:
    model = EndpointModel
    return [model.wakes.add(1), model.wake_at.set(model.wake_at | wake_at)]
