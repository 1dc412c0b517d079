"""How domain values lie in DynamoDB."""

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from pynamodb.attributes import Attribute
from pynamodb.constants import STRING

from chalicelib.domain.times import iso

T = TypeVar("T")


class Moment(Attribute[datetime]):
    """A time as text of fixed width, in UTC, so that conditions and sort keys compare as time does."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return iso(value)

    def deserialize(self, value: str) -> datetime:
        return datetime.fromisoformat(value)


class Typed(Attribute[T], Generic[T]):
    """Any dataclass, enum or collection of them as JSON text, checked against its type when read."""

    attr_type = STRING

    def __init__(self, of: Any, **options: Any) -> None:
        super().__init__(**options)
        self._of = of

    def serialize(self, value: T) -> str:
        return msgspec.json.encode(value, order="deterministic").decode()

    def deserialize(self, value: str) -> T:
        decoded: T = msgspec.json.decode(value, type=self._of)
        return decoded
