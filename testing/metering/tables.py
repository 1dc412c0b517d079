"""Which copies of an item a table's indexes keep, and what keeping them costs when the item is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from testing.metering.items import Item, write_units


@dataclass(frozen=True, slots=True)
class Index:
    """``kept``: the attributes that the index has copies of; None for all."""

    name: str
    key: frozenset[str]
    kept: frozenset[str] | None

    def copy(self, item: Item | None) -> Item | None:
        """None where the index does not hold the item: it lacks an attribute of the index's key."""
        if item is None or not self.key <= item.keys():
            return None
        return {name: value for name, value in item.items() if self.kept is None or name in self.kept}

    def units(self, before: Item | None, after: Item | None) -> int:
        """A copy that did not change costs nothing; one that changed its place is deleted and put."""
        old, new = self.copy(before), self.copy(after)
        if old == new:
            return 0
        if old and new and any(old[name] != new[name] for name in self.key):
            return write_units(old, None) + write_units(None, new)
        return write_units(old, new)


@dataclass(frozen=True, slots=True)
class Table:
    key: frozenset[str]
    indexes: tuple[Index, ...]

    @classmethod
    def of(cls, description: Mapping[str, Any]) -> "Table":
        """``description``: the answer to DescribeTable."""
        about = description["Table"]
        key = _names(about["KeySchema"])
        return cls(key, tuple(_index(each, key) for each in about.get("GlobalSecondaryIndexes", ())))

    def key_of(self, item: Item) -> dict[str, Any]:
        return {name: item[name] for name in self.key}

    def index_units(self, before: Item | None, after: Item | None) -> int:
        return sum(index.units(before, after) for index in self.indexes)


def _index(about: Mapping[str, Any], table_key: frozenset[str]) -> Index:
    key = _names(about["KeySchema"])
    projection = about["Projection"]
    kept = key | table_key | frozenset(projection.get("NonKeyAttributes", ()))
    return Index(about["IndexName"], key, None if projection["ProjectionType"] == "ALL" else kept)


def _names(schema: list[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(each["AttributeName"] for each in schema)
