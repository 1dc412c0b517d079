"""How domain values lie in DynamoDB."""

from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

import msgspec
from pynamodb.attributes import Attribute
from pynamodb.constants import MAP, STRING

from chalicelib.common.ports import UNWRITABLE
from chalicelib.common.records import replace
from chalicelib.common.times import iso
from chalicelib.stores.database.newer import holds, with_known_values

T = TypeVar("T")


class Moment(Attribute[datetime]):
    """A time as text of fixed width, in UTC, so that conditions and sort keys compare as time does."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return iso(value)

    def deserialize(self, value: str) -> datetime:
        return datetime.fromisoformat(value)


class Typed(Attribute[T], Generic[T]):
    """Any dataclass, enum or collection of them as JSON text, checked against its type when read.

    Values that only a newer version of the program knows are read as ``newer.SAFE`` says.
    """

    attr_type = STRING

    def __init__(self, of: Any, **options: Any) -> None:
        super().__init__(**options)
        self._of = of

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[T]:
        """Made when first needed, for a cold start; and once, for a type takes longer to look through than a text."""
        return msgspec.json.Decoder(self._of)

    def serialize(self, value: T) -> str:
        return msgspec.json.encode(value, order="deterministic").decode()

    def deserialize(self, value: str) -> T:
        try:
            return self._decoder.decode(value)
        except msgspec.ValidationError:
            known: T = msgspec.convert(with_known_values(self._of, msgspec.json.decode(value)), self._of)
            return known


class Versioned(Typed[T]):
    """A whole record with a ``version`` (or what ``by`` names) that counts its saves: UNWRITABLE where a newer version
    of the program stored in it what this one does not know, and would lose.
    """

    def __init__(self, of: Any, *, by: str = "version", **options: Any) -> None:
        super().__init__(of, **options)
        self._by = by

    def deserialize(self, value: str) -> T:
        read: Any = super().deserialize(value)
        is_whole = self.serialize(read) == value or self._is_known(value)
        return cast("T", read if is_whole else replace(read, **{self._by: UNWRITABLE}))

    def _is_known(self, value: str) -> bool:
        try:
            read = self._decoder.decode(value)
        except msgspec.ValidationError:
            return False
        return holds(msgspec.json.decode(self.serialize(read)), msgspec.json.decode(value))


class Texts(Attribute[dict[str, str]]):
    """Texts by name, as a map; an update can name its entries. PynamoDB's own maps take as long as a record each."""

    attr_type = MAP

    def serialize(self, value: dict[str, str]) -> dict[str, dict[str, str]]:
        return {name: {STRING: text} for name, text in value.items()}

    def deserialize(self, value: dict[str, dict[str, str]]) -> dict[str, str]:
        return {name: text[STRING] for name, text in value.items()}
