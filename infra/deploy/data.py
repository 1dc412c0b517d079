"""All of an installation's data as lines of JSON, and back into tables.

A line is `{"table": "users", "item": {…}}`, the item as DynamoDB writes it, so that nothing is lost on the way. The
owner's Plex token, QR images and messages are left out: the owner signs in again, images are made again, and the
sweep sends again what is due. What expires within hours (sessions, sign-ins, sealed tokens, rate limits) is left out
too: the sealed tokens could not be opened elsewhere.

To read everything there is, this scans, as nothing in chalicelib may.
"""

import base64
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any

from botocore.exceptions import ClientError

from infra.deploy.installation import DeploymentError, Installation, say

KEPT = (
    "settings",
    "users",
    "identities",
    "invites",
    "redemptions",
    "access",
    "counts",
    "creations",
    "audit",
    "endpoints",
)
AT_ONCE = 25
"""Items that DynamoDB writes in one request."""
PROGRESS = 10_000
"""Items after which a long writing says how far it is."""
READ_AT_ONCE = 100
"""Items that DynamoDB reads in one request."""
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2)
"""Seconds before what DynamoDB did not take is sent again. A new table on demand takes 4,000 writes a second, and twice
its earlier peak within half an hour."""

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


def read(installation: Installation, table: str, keys: Sequence[Item]) -> Iterator[Item]:
    """Those of the keys, ``READ_AT_ONCE`` at most and each another, that are there. Raises DeploymentError."""
    client, found = installation.client("dynamodb"), list[Item]()

    def ask(left: dict[str, Any]) -> dict[str, Any]:
        answer = client.batch_get_item(RequestItems=left)
        found.extend(answer["Responses"].get(table, ()))
        return dict(answer.get("UnprocessedKeys", {}))

    if left := _insist(ask, {table: {"Keys": list(keys), "ConsistentRead": True}}):
        raise DeploymentError(f"DynamoDB does not answer for {len(left[table]['Keys'])} items of {table}. {_LATER}")
    yield from found


def write(installation: Installation, requests: Iterable[Request]) -> int:
    """Put and delete, a batch at a time; gives how many. No two in a row may be for the same item.

    What DynamoDB does not take is sent again, after ever longer pauses. Raises DeploymentError when it takes nothing.
    """
    client, count, rest = installation.client("dynamodb"), 0, iter(requests)
    while batch := list(islice(rest, AT_ONCE)):
        if left := _write_batch(client, batch):
            done = count + len(batch) - left
            raise DeploymentError(f"DynamoDB takes no more, after {done} items. {_LATER}")
        count += len(batch)
        if count % PROGRESS == 0:
            say(f"  {count} items so far")
    return count


_LATER = "Wait some minutes, then run the same command again: what is written already stays as it is."


def _put(installation: Installation, line: str, number: int) -> Request:
    try:
        row = json.loads(line, object_hook=_from_text)
        if row["table"] in KEPT:
            return f"{installation.name}-{row['table']}", {"PutRequest": {"Item": row["item"]}}
    except (ValueError, KeyError, TypeError) as error:
        raise DeploymentError(f"Line {number} is no line of an export: {error}") from error
    raise DeploymentError(f"Line {number} names a table that exports do not have: {row['table']}")


def _write_batch(client: Any, batch: list[Request]) -> int:
    """Gives how many were not taken."""
    requests: dict[str, Any] = {}
    for table, request in batch:
        requests.setdefault(table, []).append(request)
    left = _insist(lambda left: dict(client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})), requests)
    return sum(map(len, left.values()))


def _insist(ask: Callable[[dict[str, Any]], dict[str, Any]], left: dict[str, Any]) -> dict[str, Any]:
    """Ask for what is left until nothing is; gives what is left when all pauses are over."""
    for pause in (*PAUSES, None):
        try:
            left = ask(left)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _THROTTLED:
                raise
        if not left or pause is None:
            break
        time.sleep(pause)
    return left


_THROTTLED = frozenset({"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"})


def _as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is nothing that DynamoDB keeps")


def _from_text(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value
