"""Records with a TTL that has passed, where DynamoDB's own deletion (which may be days late) is not soon enough."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pynamodb.attributes import TTLAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.common.sweeping import Key
from chalicelib.stores.database.transactions import is_condition_failed

BY_TTL = "ttl"
"""The one value of ``due_kind`` where all records of a table have a TTL: the index has them in the order of it."""

_PAGE = 500


class Expiring(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    """The index of a table with a ``due_kind`` that is BY_TTL by default."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    expires_at = TTLAttribute(range_key=True)


class ExpiredRecords:
    """The expired records of a model with a TTL in ``expires_at`` and the index ``due``; ``key`` names its key."""

    def __init__(self, model: Any, *key: str) -> None:
        self._model, self._key = model, key

    def due(self, now: datetime) -> Iterator[Key]:
        """The oldest first."""
        found = self._model.due.query(BY_TTL, self._model.expires_at <= now, page_size=_PAGE)
        return (tuple(getattr(record, name) for name in self._key) for record in found)

    def drop(self, key: Key, now: datetime) -> bool:
        """Delete it if its time is (still) over; whether it was."""
        try:
            self._model(*key).delete(self._model.expires_at <= now)
        except DeleteError as error:
            if is_condition_failed(error):
                return False
            raise
        return True
