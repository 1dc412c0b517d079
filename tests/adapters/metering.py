"""What DynamoDB says that each call costs."""

from contextlib import contextmanager
from typing import Any

import botocore.client

READS = {"Query", "GetItem", "BatchGetItem", "TransactGetItems", "Scan"}


@contextmanager
def metering(monkeypatch):
    """Gives a list of (operation, read units), one for each read of this process."""
    clients: Any = botocore.client.BaseClient
    original = clients._make_api_call
    calls: list[tuple[str, float]] = []

    def measured(client, operation, arguments):
        if operation not in READS:
            return original(client, operation, arguments)
        answer = original(client, operation, {**arguments, "ReturnConsumedCapacity": "TOTAL"})
        consumed = answer["ConsumedCapacity"]
        each = consumed if isinstance(consumed, list) else [consumed]
        calls.append((operation, sum(part["CapacityUnits"] for part in each)))
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(clients, "_make_api_call", measured)
        yield calls
