"""Records whose time is over, where DynamoDB's own deletion of them (which may be days late) is not soon enough."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pynamodb.attributes import TTLAttribute, UnicodeAttribute
from pynamodb.exceptions import DeleteError
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.ports import Key

BY_TTL = "ttl"
"""The one value of ``due_kind`` in tables whose records all have a TTL: the index has them in the order of theirs."""

_PAGE = 500


class Due(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    """The index of a table whose model has a ``due_kind`` with the default BY_TTL."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    expires_at = TTLAttribute(range_key=True)


class DynamoOverdue:
    """ports.Overdue for a model with a TTL in ``expires_at`` and the index ``due``; ``key`` names its key."""

    def __init__(self, model: Any, *key: str) -> None:
        self._model, self._key = model, key

    def due(self, now: datetime) -> Iterator[Key]:
        found = self._model.due.query(BY_TTL, self._model.expires_at <= now, page_size=_PAGE)
        return (tuple(getattr(record, name) for name in self._key) for record in found)

    def drop(self, key: Key, now: datetime) -> bool:
        try:
            self._model(*key).delete(self._model.expires_at <= now)
        except DeleteError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return False
            raise
        return True
