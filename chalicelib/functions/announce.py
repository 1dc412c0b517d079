"""What the journal's stream brings."""

from collections.abc import Iterable
from typing import Any

from chalicelib.common.ports import Contention, Unreachable
from chalicelib.events.announcing import Announcing, Audience, Noted
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
    is_anything_to_send = [_announce_or_park(each, audience) for each in noted]
    logger.info("announced", entries=len(noted), endpoints=len(audience.endpoints))
    if any(is_anything_to_send):
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


def _announce_or_park(noted: Noted, audience: Audience) -> bool:
    try:
        return use(Announcing).announce([noted], audience, now=now())
    except (Contention, Unreachable):
        raise
    except Exception as error:  # noqa: BLE001 - one entry must not hold back the others
        logger.exception("an entry is set aside", entry=noted.entry.id)
        ports.dead_letters.add({"entry": noted.entry.id, "subject": noted.entry.subject}, type(error).__name__)
        return False


def _wake() -> None:
    """What is lost here is found by the sweep."""
    try:
        ports.wake_deliver()
    except Exception:  # noqa: BLE001 - whatever it is, all is written down
        logger.exception("deliver could not be called")
