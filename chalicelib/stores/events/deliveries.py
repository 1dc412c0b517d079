"""Deliveries: what is to be sent, and the log of what was."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.indexes import KeysOnlyProjection, LocalSecondaryIndex
from pynamodb.models import Model

from chalicelib.common.pages import Page
from chalicelib.common.refusals import DeliveryNotFound
from chalicelib.events.deliveries import KEPT_FOR, Attempt, Delivery, DeliveryState
from chalicelib.stores.database.attributes import Moment, Typed
from chalicelib.stores.database.pages import page_of
from chalicelib.stores.database.transactions import all_of, is_condition_failed, update_if


class OpenDeliveries(LocalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    """Read consistently, so that nothing open is missing in it."""

    class Meta:
        index_name = "open"
        projection = KeysOnlyProjection()

    endpoint = UnicodeAttribute(hash_key=True)
    due = Moment(range_key=True)


class DeliveryModel(Model):
    """``due`` is there while something is to be done."""

    class Meta:
        table_name = "deliveries"

    endpoint = UnicodeAttribute(hash_key=True)
    event = UnicodeAttribute(range_key=True)
    due = Moment(null=True)
    event_id = UnicodeAttribute()
    type = UnicodeAttribute()
    body = UnicodeAttribute()
    since = Moment()
    state = Typed[DeliveryState](DeliveryState)
    tried = NumberAttribute(default=0)
    attempts = Typed[tuple[Attempt, ...]](tuple[Attempt, ...])
    expires_at = TTLAttribute()
    open = OpenDeliveries()

    @property
    def order(self) -> str:
        return str(self.event)


class DynamoDeliveries:
    """events.ports.DeliveryStore."""

    def add(self, delivery: Delivery) -> None:
        try:
            delivery_record(delivery).save(DeliveryModel.event.does_not_exist())
        except PutError as error:
            if not is_condition_failed(error):
                raise

    def get(self, delivery_id: str) -> Delivery:
        endpoint, _, event = delivery_id.partition("-")
        if not endpoint or not event:
            raise DeliveryNotFound
        try:
            return _read(DeliveryModel.get(endpoint, event, consistent_read=True))
        except DeliveryModel.DoesNotExist as error:
            raise DeliveryNotFound from error

    def save(self, delivery: Delivery) -> None:
        record = delivery_record(delivery)
        update_if(record, all_of(record), DeliveryModel.event.exists())

    def due(self, endpoint_id: str, now: datetime, limit: int) -> list[Delivery]:
        is_due = DeliveryModel.due <= now
        found = DeliveryModel.open.query(endpoint_id, is_due, consistent_read=True, limit=limit)
        keys = [(record.endpoint, record.event) for record in found]
        read = {record.event: _read(record) for record in DeliveryModel.batch_get(keys, consistent_read=True)}
        return [read[event] for _, event in keys if event in read]

    def next_due(self, endpoint_id: str) -> datetime | None:
        found = DeliveryModel.open.query(endpoint_id, consistent_read=True, limit=1)
        record = next(found, None)
        return record.due if record else None

    def page(self, endpoint_id: str, *, after: str | None, limit: int) -> Page[Delivery]:
        older = DeliveryModel.event < after if after else None
        records = DeliveryModel.query(endpoint_id, older, scan_index_forward=False, page_size=limit + 1)
        return page_of(records, limit=limit, most_read=limit, read=_read)


def delivery_record(delivery: Delivery) -> DeliveryModel:
    return DeliveryModel(
        endpoint=delivery.endpoint,
        event=delivery.event,
        due=delivery.due,
        event_id=delivery.event_id,
        type=delivery.type,
        body=delivery.body,
        since=delivery.since,
        state=delivery.state,
        tried=delivery.tried,
        attempts=delivery.attempts,
        expires_at=delivery.since + KEPT_FOR,
    )


def _read(record: DeliveryModel) -> Delivery:
    return Delivery(
        endpoint=record.endpoint,
        event=record.event,
        event_id=record.event_id,
        type=record.type,
        body=record.body,
        since=record.since,
        state=record.state,
        due=record.due,
        tried=int(record.tried),
        attempts=record.attempts,
    )
