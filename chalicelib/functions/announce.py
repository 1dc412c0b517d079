"""What the journal's stream brings."""

from collections.abc import Iterable
from typing import Any

from chalicelib.common.ports import Contention, Unreachable
from chalicelib.events.announcing import Announcing, Audience, Noted, deliveries_of
from chalicelib.events.deliveries import Delivery
from chalicelib.logs import logger
from chalicelib.wiring import now, ports, use

Json = dict[str, Any]


def announce_all(records: list[Json]) -> None:
    """Write down who hears of new entries, then have it sent, once. TTL's removals are passed over.

    Where the database does not answer, this raises, and the batch comes again. An entry that cannot be handled for
    another reason is parked: it must not hold back the others.
    """
    noted = [found for each in records if each.get("eventName") == "INSERT" for found in _read_or_park(each)]
    if not noted:
        return
    audience = use(Announcing).audience()
    decided = [delivery for each in noted for delivery in _decide_or_park(each, audience)]
    _write_or_park(decided)
    logger.info("announced", entries=len(noted), endpoints=len(audience.endpoints), deliveries=len(decided))
    if decided or any(each.wakes for each in noted):
        _wake()


def _read_or_park(record: Json) -> Iterable[Noted]:
    try:
        return [ports.journal_records.read_stream(record["dynamodb"]["NewImage"])]
    except Exception as error:  # noqa: BLE001 - one record must not hold back the others
        logger.exception("a stream record is set aside", event_id=record.get("eventID"))
        change = record.get("dynamodb")
        keys = change.get("Keys") if isinstance(change, dict) else None
        ports.dead_letters.add({"event_id": record.get("eventID"), "keys": keys}, type(error).__name__)
        return []


def _decide_or_park(noted: Noted, audience: Audience) -> list[Delivery]:
    try:
        return deliveries_of(noted, audience, now=now())
    except Exception as error:  # noqa: BLE001 - one entry must not hold back the others
        logger.exception("an entry is set aside", entry=noted.entry.id)
        ports.dead_letters.add({"entry": noted.entry.id, "subject": noted.entry.subject}, type(error).__name__)
        return []


def _write_or_park(decided: list[Delivery]) -> None:
    failed = use(Announcing).write(decided, now=now())
    for _, error in failed:
        if isinstance(error, Contention | Unreachable):
            raise error
    for delivery, error in failed:
        logger.error("a delivery is set aside", delivery=delivery.id, exc_info=error)
        ports.dead_letters.add({"entry": delivery.event_id, "delivery": delivery.id}, type(error).__name__)


def _wake() -> None:
    """What is lost here is found by the sweep."""
    try:
        ports.wake_deliver()
    except Exception:  # noqa: BLE001 - whatever it is, all is written down
        logger.exception("deliver could not be called")
