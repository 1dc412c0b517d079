"""What reading from DynamoDB costs, worked out from the answers alone: no call is added, as testing/metering/ does."""

from contextlib import contextmanager
from typing import Any

import botocore.client

from testing.metering.items import read_units


@contextmanager
def metering(monkeypatch):
    """Gives a list of (operation, items read, read units), one for each read of this process."""
    clients: Any = botocore.client.BaseClient
    original = clients._make_api_call
    reads: list[tuple[str, int, float]] = []

    def measured(client, operation, arguments):
        answer = original(client, operation, arguments)
        if operation in ("Query", "Scan"):
            items = answer["Items"] if "Items" in answer else _counted(client, operation, arguments, original)
            assert answer["ScannedCount"] == len(items)  # nothing is read and left out
            units = read_units(items, consistent=arguments.get("ConsistentRead", False))
            reads.append((operation, len(items), units))
        elif operation in ("GetItem", "BatchGetItem", "TransactGetItems"):
            items = list(_items(answer))
            times = 2 if operation == "TransactGetItems" else 1
            reads.append((operation, len(items), times * sum(read_units([item], consistent=True) for item in items)))
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(clients, "_make_api_call", measured)
        yield reads


def _counted(client, operation, arguments, ask):
    """What a query for a mere count read through: it costs as much as reading the items."""
    return ask(client, operation, {name: value for name, value in arguments.items() if name != "Select"})["Items"]


def _items(answer):
    match answer:
        case {"Item": item}:
            yield item
        case {"Responses": dict(tables)}:
            yield from (item for items in tables.values() for item in items)
        case {"Responses": list(answers)}:
            yield from (each["Item"] for each in answers if "Item" in each)
