"""What the stream of the QR images' table brings."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.logs import logger
from chalicelib.qr_codes.cleanup import CleaningUpQrCodes
from chalicelib.wiring import ports, use

Json = dict[str, Any]


def clean_up(records: list[Json]) -> None:
    """Have the objects follow their records; all but removals is passed over.

    What cannot be handled becomes a dead letter: Lambda would bring it again for a day and nothing else of its shard
    meanwhile. The bucket's lifecycle rule removes the object.
    """
    for each in records:
        if each.get("eventName") == "REMOVE":
            _clean_up_or_set_aside(each)


def _clean_up_or_set_aside(removal: Json) -> None:
    try:
        deleted = _clean_up(removal)
    except Exception as error:  # noqa: BLE001 - one record must not hold back the others
        logger.exception("a stream record is set aside", event_id=removal.get("eventID"))
        ports.dead_letters.add(_gist(removal), type(error).__name__)
    else:
        logger.info("QR image deleted" if deleted else "QR image kept", event_id=removal.get("eventID"))


def _clean_up(removal: Json) -> bool:
    """Read bare: Chalice's record would fail on a record of another shape before it could be set aside."""
    change = removal["dynamodb"]
    removed = ports.image_records.read_stream(change["OldImage"])
    removed_at = datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC)
    return use(CleaningUpQrCodes).follow_removal(removed, removed_at=removed_at)


def _gist(removal: Json) -> Json:
    """Enough to find it again, and never too long for a message."""
    change = removal.get("dynamodb")
    return {"event_id": removal.get("eventID"), "keys": change.get("Keys") if isinstance(change, dict) else None}
