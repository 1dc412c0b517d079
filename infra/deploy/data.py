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
from itertools import islice
from typing import IO, Any

from infra.deploy.installation import DeploymentError, Installation

KEPT = ("settings", "users", "identities", "invites", "redemptions", "access", "counts", "creations", "audit")
AT_ONCE = 25
"""Items that DynamoDB writes in one request."""

Item = dict[str, Any]
Request = tuple[str, dict[str, Any]]
"""A table's full name, and what is to be put into it or deleted, as BatchWriteItem has it."""


def export(installation: Installation, out: IO[str]) -> int:
    """Write every item; gives how many. Consistent item by item, not across them: switch sign-up off meanwhile."""
    count = 0
    for table in KEPT:
        for item in items(installation, f"{installation.name}-{table}"):
            out.write(json.dumps({"table": table, "item": item}, default=_as_text, sort_keys=True) + "\n")
            count += 1
    return count


def load(installation: Installation, lines: Iterable[str]) -> int:
    """Write every item back, over those of the same key; gives how many. Raises DeploymentError on other lines."""
    return write(installation, (_put(installation, line, number) for number, line in enumerate(lines, 1)))


def items(installation: Installation, table: str) -> Iterator[Item]:
    """Everything in the table of that full name."""
    pages = installation.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def write(installation: Installation, requests: Iterable[Request]) -> int:
    """Put and delete, a batch at a time; gives how many. No two in a row may be for the same item."""
    client, count, rest = installation.client("dynamodb"), 0, iter(requests)
    while batch := list(islice(rest, AT_ONCE)):
        _write_batch(client, batch)
        count += len(batch)
    return count


def _put(installation: Installation, line: str, number: int) -> Request:
    try:
        row = json.loads(line, object_hook=_from_text)
        if row["table"] in KEPT:
            return f"{installation.name}-{row['table']}", {"PutRequest": {"Item": row["item"]}}
    except (ValueError, KeyError, TypeError) as error:
        raise DeploymentError(f"Line {number} is no line of an export: {error}") from error
    raise DeploymentError(f"Line {number} names a table that exports do not have: {row['table']}")


def _write_batch(client: Any, batch: list[Request]) -> None:
    left: dict[str, list[dict[str, Any]]] = {}
    for table, request in batch:
        left.setdefault(table, []).append(request)
    while left:
        left = client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})


def _as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is nothing that DynamoDB keeps")


def _from_text(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value
