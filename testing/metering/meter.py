"""Units of one DynamoDB call, computed from the very items that it touches.

ministack reports units too, and for writes and single reads it reports the same. For what a query reads it always says
half a unit. So each record is read before and after it is written, by calls that are not counted themselves, and the
items of each query are measured. In a transaction a record's units are doubled; those of its copies in indexes are not,
because they are written later, outside the transaction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import botocore.client

from testing.metering.items import Item, read_units, write_units
from testing.metering.tables import Table

Json = Mapping[str, Any]

PAST_THE_HOOK = vars(botocore.client.BaseClient)["_make_api_call"]
"""Botocore's own, from before the counting replaced it."""

_WRITES = ("Put", "Update", "Delete", "ConditionCheck")


@dataclass(frozen=True, slots=True)
class Units:
    read: float = 0
    write: int = 0
    """Of the records themselves."""
    index: int = 0
    """Of their copies in indexes."""
    items: int = 0
    """How many were read."""

    def __add__(self, other: "Units") -> "Units":
        return Units(
            self.read + other.read, self.write + other.write, self.index + other.index, self.items + other.items
        )


NONE = Units()


@dataclass(frozen=True, slots=True)
class Write:
    table: str
    key: Json
    changes: bool


class Meter:
    """The units of one call. Made before the call is sent; ``units`` takes its answer, None where it failed."""

    def __init__(self, client: Any, operation: str, arguments: Json) -> None:
        self._client, self._operation, self._arguments = client, operation, arguments
        self._writes = list(self._written())
        self._before = [self._item(write.table, write.key) for write in self._writes]

    def units(self, answer: Json | None) -> Units:
        after = [self._item(write.table, write.key) for write in self._writes]
        written = sum((self._units_of(*each) for each in zip(self._writes, self._before, after, strict=True)), NONE)
        return written + (self._read(answer) if answer is not None else NONE)

    def _units_of(self, write: Write, before: Item | None, after: Item | None) -> Units:
        times = 2 if self._operation == "TransactWriteItems" else 1
        index = _table(self._client, write.table).index_units(before, after) if write.changes else 0
        return Units(write=times * write_units(before, after), index=index)

    def _written(self) -> Iterator[Write]:
        arguments = self._arguments
        match self._operation:
            case "PutItem" | "UpdateItem" | "DeleteItem":
                yield self._write(arguments)
            case "TransactWriteItems":
                for each in arguments["TransactItems"]:
                    ((kind, what),) = each.items()
                    yield self._write(what, changes=kind != "ConditionCheck")
            case "BatchWriteItem":
                for table, requests in arguments["RequestItems"].items():
                    for request in requests:
                        ((_, what),) = request.items()
                        yield self._write({"TableName": table, **what})

    def _write(self, what: Json, *, changes: bool = True) -> Write:
        table = what["TableName"]
        return Write(table, what.get("Key") or _table(self._client, table).key_of(what["Item"]), changes)

    def _read(self, answer: Json) -> Units:
        arguments = self._arguments
        match self._operation:
            case "Query" | "Scan":
                found = self._found(answer)
                units = read_units(found, consistent=arguments.get("ConsistentRead", False))
                return Units(read=units, items=len(found))
            case "GetItem":
                return self._one(arguments["TableName"], arguments["Key"], arguments.get("ConsistentRead", False))
            case "BatchGetItem":
                asked = [(table, key, of) for table, of in arguments["RequestItems"].items() for key in of["Keys"]]
                each = (self._one(table, key, of.get("ConsistentRead", False)) for table, key, of in asked)
                return sum(each, NONE)
            case "TransactGetItems":
                gets = [each["Get"] for each in arguments["TransactItems"]]
                ones = [self._one(get["TableName"], get["Key"], consistent=True) for get in gets]
                return sum(ones + ones, Units(items=-sum(one.items for one in ones)))
        return NONE

    def _one(self, table: str, key: Json, consistent: bool) -> Units:
        item = self._item(table, key)
        return Units(read=read_units([item] if item else [], consistent=consistent), items=int(item is not None))

    def _found(self, answer: Json) -> list[Item]:
        """What the query walked over: a count gives no items, and a projection only parts of them."""
        if self._arguments.get("Select") == "COUNT" or "ProjectionExpression" in self._arguments:
            left_out = ("Select", "ProjectionExpression")
            asked = {name: value for name, value in self._arguments.items() if name not in left_out}
            answer = PAST_THE_HOOK(self._client, self._operation, asked)
        items: list[Item] = answer["Items"]
        if answer["ScannedCount"] != len(items):
            raise AssertionError("something was read and left out")
        return items

    def _item(self, table: str, key: Json) -> Item | None:
        asked = {"TableName": table, "Key": key, "ConsistentRead": True}
        found: Item | None = PAST_THE_HOOK(self._client, "GetItem", asked).get("Item")
        return found


def tables(arguments: Json) -> tuple[str, ...]:
    """Those that a call names, one for each item where it names items of several."""
    named = arguments.get("TransactItems") or ([{"": arguments}] if "TableName" in arguments else [])
    return (*arguments.get("RequestItems", ()), *(what["TableName"] for each in named for what in each.values()))


def reported(answer: Json) -> float:
    """The units that the answer itself reports."""
    consumed = answer.get("ConsumedCapacity") or []
    return sum(each["CapacityUnits"] for each in ([consumed] if isinstance(consumed, dict) else consumed))


_tables: dict[str, Table] = {}


def _table(client: Any, name: str) -> Table:
    if name not in _tables:
        _tables[name] = Table.of(PAST_THE_HOOK(client, "DescribeTable", {"TableName": name}))
    return _tables[name]
