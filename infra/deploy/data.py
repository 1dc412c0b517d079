"""All of an installation's data as lines of JSON, and back into tables.

A line is `{"table": "users", "item": {…}}`, the item as DynamoDB writes it, so that nothing is lost on the way. The
owner's Plex token, QR images and messages are left out: the owner signs in again, images are made again, and the
sweep sends again what is due. What expires within hours (sessions, sign-ins, sealed tokens, rate limits) is left out
too: the sealed tokens could not be opened elsewhere.

To read everything there is, this scans, as nothing in chalicelib may.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from infra.deploy.installation import DeploymentError, Installation

KEPT = ("settings", "users", "identities", "invites", "redemptions", "counts", "creations", "audit")
AT_ONCE = 25
"""Items that DynamoDB writes in one request."""


def export(installation: Installation, out: IO[str]) -> int:
    """Write every item; gives how many. Consistent item by item, not across them: switch sign-up off meanwhile."""
    count = 0
    for table in KEPT:
        for item in _items(installation, table):
            out.write(json.dumps({"table": table, "item": item}, default=_as_text, sort_keys=True) + "\n")
            count += 1
    return count


def load(installation: Installation, lines: Iterable[str]) -> int:
    """Write every item back, over those of the same key; gives how many. Raises DeploymentError on other lines."""
    count, batch = 0, []
    for number, line in enumerate(lines, 1):
        batch.append(_put(installation, line, number))
        if len(batch) == AT_ONCE:
            count += _write(installation, batch)
            batch = []
    return count + _write(installation, batch)


def _items(installation: Installation, table: str) -> Iterator[dict[str, Any]]:
    pages = installation.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=f"{installation.name}-{table}", ConsistentRead=True):
        yield from page["Items"]


def _put(installation: Installation, line: str, number: int) -> tuple[str, dict[str, Any]]:
    try:
        row = json.loads(line, object_hook=_from_text)
        if row["table"] in KEPT:
            return f"{installation.name}-{row['table']}", {"PutRequest": {"Item": row["item"]}}
    except (ValueError, KeyError, TypeError) as error:
        raise DeploymentError(f"Line {number} is no line of an export: {error}") from error
    raise DeploymentError(f"Line {number} names a table that exports do not have: {row['table']}")


def _write(installation: Installation, batch: list[tuple[str, dict[str, Any]]]) -> int:
    requests: dict[str, list[dict[str, Any]]] = {}
    for table, put in batch:
        requests.setdefault(table, []).append(put)
    while requests:
        answer = installation.client("dynamodb").batch_write_item(RequestItems=requests)
        requests = answer.get("UnprocessedItems", {})
    return len(batch)


def _as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is nothing that DynamoDB keeps")


def _from_text(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value
