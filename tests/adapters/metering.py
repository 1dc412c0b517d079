"""What reading from DynamoDB costs, reckoned from what is read: ministack calls every query half a unit."""

import math
from contextlib import contextmanager
from typing import Any

import botocore.client

BLOCK = 4096


@contextmanager
def metering(monkeypatch):
    """Gives a list of (operation, items read, read units), one for each read of this process."""
    clients: Any = botocore.client.BaseClient
    original = clients._make_api_call
    reads: list[tuple[str, int, float]] = []

    def measured(client, operation, arguments):
        answer = original(client, operation, arguments)
        if operation in ("Query", "Scan"):
            assert answer["ScannedCount"] == len(answer["Items"])  # nothing is read and left out
            reads.append((operation, len(answer["Items"]), math.ceil(_bytes(answer["Items"]) / BLOCK) / 2))
        elif operation in ("GetItem", "BatchGetItem", "TransactGetItems"):
            reads.append((operation, *_one_by_one(answer)))
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(clients, "_make_api_call", measured)
        yield reads


def _one_by_one(answer):
    items = list(_items(answer))
    return len(items), sum(math.ceil(_bytes([item]) / BLOCK) for item in items)


def _items(answer):
    match answer:
        case {"Item": item}:
            yield item
        case {"Responses": dict(tables)}:
            yield from (item for items in tables.values() for item in items)
        case {"Responses": list(answers)}:
            yield from (each["Item"] for each in answers if "Item" in each)


def _bytes(items):
    return sum(len(name) + _size(value) for item in items for name, value in item.items())


def _size(value):
    """As AWS counts: text as UTF-8, two digits a byte, three bytes for a map or list and one for each element."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return 1 + math.ceil(len(content.strip("-").replace(".", "")) / 2)
        case "M":
            return 3 + sum(1 + len(name) + _size(each) for name, each in content.items())
        case "L":
            return 3 + sum(1 + _size(each) for each in content)
        case "B":
            return len(content)
        case _:
            return 1
