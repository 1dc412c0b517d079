"""What the stream of the QR images' table brings."""

from datetime import UTC, datetime
from typing import Any

from chalicelib import wiring
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.metrics import Metric, record

Json = dict[str, Any]


def tidy(records: list[Json]) -> None:
    """Have the objects follow their records; all but removals is passed over.

    What cannot be handled is parked, whatever the reason: Lambda would bring it again for a day and nothing else
    of its shard meanwhile. The daily hunt for orphans finds the object.
    """
    for each in records:
        if each.get("eventName") == "REMOVE":
            _tidy_or_park(each)


def _tidy_or_park(removal: Json) -> None:
    try:
        deleted = _tidy(removal)
    except Exception as error:  # noqa: BLE001 - one record, whatever ails it, must not hold back the others
        logger.exception("a stream record is parked", event_id=removal.get("eventID"))
        record(Metric.PARKED)
        wiring.parking().park(_gist(removal), type(error).__name__)
    else:
        logger.info("QR image deleted" if deleted else "QR image kept", event_id=removal.get("eventID"))


def _tidy(removal: Json) -> bool:
    """Read bare: Chalice's record would fail on a record of another shape before it could be parked."""
    change = removal["dynamodb"]
    removed = wiring.qr_records().of_stream(change["OldImage"])
    return wiring.tidying().tidy(removed, datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC))


def _gist(removal: Json) -> Json:
    """Enough to find it again, and never too long for a message."""
    change = removal.get("dynamodb")
    return {"event_id": removal.get("eventID"), "keys": change.get("Keys") if isinstance(change, dict) else None}
