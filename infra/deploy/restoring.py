"""The data as it was at a moment of the last 35 days, by DynamoDB's point-in-time recovery.

Each table is restored to a copy beside the live one, compared, and written back; then the copies go. The live tables
remain the stack's own. Each step may be repeated, with the same moment: copies that are there are used.

No table is held in memory: a hundred items at a time are looked up in the other one.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from infra.deploy import closing, data
from infra.deploy.data import KEPT, Item, Request
from infra.deploy.installation import DeploymentError, Installation, say

EMPTIED = ("sessions", "sign_ins", "qr_images")
"""What would contradict what is restored: sessions ended since then, sign-ins that led to accounts which are no more,
images of such invites. People sign in again; images are made again, and the objects follow their records."""
HOURS = 3
"""How long AWS may take for a copy. A small table takes about ten minutes."""


@dataclass(frozen=True)
class Difference:
    """What is to be done to a live table, in numbers of items."""

    table: str
    now: int
    then: int
    put_back: int
    take_out: int


def moment_of(text: str) -> datetime:
    """A moment with its zone, such as 2026-11-22T10:00:00Z. Raises DeploymentError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise DeploymentError(f"{text!r} is no moment; write it as 2026-11-22T10:00:00Z.") from error
    if moment.tzinfo is None:
        raise DeploymentError(f"{text} could be anywhere; end it with Z for UTC.")
    return moment.astimezone(UTC).replace(microsecond=0)


def restore(installation: Installation, moment: datetime, *, sure: bool) -> bool:
    """Copy, compare, and, if ``sure``, write back; gives whether it did. Raises DeploymentError."""
    say(f"1/4 Copies of {len(KEPT)} tables as they were at {moment:%Y-%m-%d %H:%M:%S} UTC (minutes)")
    copies = _copies(installation, moment)
    say("2/4 What differs")
    _report(_differences(installation, copies))
    if not sure:
        return False
    say("3/4 Writing back; the installation is closed meanwhile")
    closing.close(installation)
    written = data.write(installation, _requests(installation, copies))
    for entity in EMPTIED:
        _empty(installation, f"{installation.name}-{entity}")
    _forget_work(installation)
    say(f"  {written} items written; the queue, {', '.join(EMPTIED)} emptied.")
    _must_agree(_differences(installation, copies))
    closing.reopen(installation)
    say("4/4 Copies removed")
    remove_copies(installation)
    return True


def remove_copies(installation: Installation) -> None:
    """Those of other moments too, which were only looked at."""
    client = installation.client("dynamodb")
    for page in client.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            if name.startswith(tuple(f"{installation.name}-{table}-at-" for table in KEPT)):
                client.delete_table(TableName=name)


def _copies(installation: Installation, moment: datetime) -> dict[str, str]:
    """The copies' names by those of the live tables, once they are all there."""
    names = [f"{installation.name}-{table}" for table in KEPT]
    copies = {name: f"{name}-at-{moment:%Y%m%dT%H%M%SZ}" for name in names}
    for name, copy in copies.items():
        _begin(installation, name, copy, moment)
    there = installation.client("dynamodb").get_waiter("table_exists")
    for copy in copies.values():
        there.wait(TableName=copy, WaiterConfig={"Delay": 20, "MaxAttempts": HOURS * 180})
    return copies


def _begin(installation: Installation, name: str, copy: str, moment: datetime) -> None:
    client = installation.client("dynamodb")
    try:
        client.restore_table_to_point_in_time(
            SourceTableName=name, TargetTableName=copy, RestoreDateTime=moment, GlobalSecondaryIndexOverride=[]
        )
    except client.exceptions.TableAlreadyExistsException:
        return  # by an earlier run, for the same moment
    except client.exceptions.PointInTimeRecoveryUnavailableException as error:
        raise DeploymentError(f"{name} has no point-in-time recovery; only prod has.") from error
    except client.exceptions.InvalidRestoreTimeException as error:
        raise DeploymentError(f"{name} cannot be had as of then, but {_window(installation, name)}.") from error


def _window(installation: Installation, name: str) -> str:
    found = installation.client("dynamodb").describe_continuous_backups(TableName=name)
    known = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    first, last = (known[f"{each}RestorableDateTime"].astimezone(UTC) for each in ("Earliest", "Latest"))
    return f"from {first:%Y-%m-%dT%H:%M:%SZ} to {last:%Y-%m-%dT%H:%M:%SZ}"


def _differences(installation: Installation, copies: dict[str, str]) -> Iterator[Difference]:
    for name, copy in copies.items():
        now = then = put_back = take_out = 0
        for item, live in _beside(installation, copy, name):
            then += 1
            put_back += item != live
        for _, earlier in _beside(installation, name, copy):
            now += 1
            take_out += earlier is None
        yield Difference(table=name, now=now, then=then, put_back=put_back, take_out=take_out)


def _requests(installation: Installation, copies: dict[str, str]) -> Iterator[Request]:
    """What makes each live table equal to its copy."""
    for name, copy in copies.items():
        keys = _keys(installation, name)
        for item, live in _beside(installation, copy, name):
            if item != live:
                yield name, {"PutRequest": {"Item": item}}
        for item, earlier in _beside(installation, name, copy):
            if earlier is None:
                yield name, {"DeleteRequest": {"Key": {key: item[key] for key in keys}}}


def _beside(installation: Installation, table: str, other: str) -> Iterator[tuple[Item, Item | None]]:
    """Each item of a table, with that of the same key in the other one."""
    keys, rest = _keys(installation, table), data.items(installation, table)
    while batch := list(islice(rest, data.READ_AT_ONCE)):
        wanted = [{key: item[key] for key in keys} for item in batch]
        found = {_key(item, keys): item for item in data.read(installation, other, wanted)}
        for item in batch:
            yield item, found.get(_key(item, keys))


def _report(differences: Iterator[Difference]) -> None:
    say(f"  {'table':30}{'now':>8}{'then':>8}{'put back':>10}{'taken out':>11}")
    for each in differences:
        say(f"  {each.table:30}{each.now:8}{each.then:8}{each.put_back:10}{each.take_out:11}")


def _must_agree(differences: Iterator[Difference]) -> None:
    """A request that began before the installation was closed may have written after it."""
    if left := [each.table for each in differences if each.put_back or each.take_out]:
        raise DeploymentError(f"{', '.join(left)} changed meanwhile. The installation is still closed: run it again.")


def _empty(installation: Installation, table: str) -> None:
    keys = _keys(installation, table)
    gone = ({name: item[name] for name in keys} for item in data.items(installation, table))
    data.write(installation, ((table, {"DeleteRequest": {"Key": key}}) for key in gone))


def _forget_work(installation: Installation) -> None:
    """Messages about what is no more would end as dead letters; the sweep sends the others again."""
    sqs = installation.client("sqs")
    queue = sqs.get_queue_url(QueueName=f"{installation.name}-provision")["QueueUrl"]
    with suppress(sqs.exceptions.PurgeQueueInProgress):  # by an earlier run, within the minute that a purge takes
        sqs.purge_queue(QueueUrl=queue)


def _keys(installation: Installation, table: str) -> list[str]:
    schema = installation.client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
    return [each["AttributeName"] for each in schema]


def _key(item: Item, keys: list[str]) -> str:
    return json.dumps([item[name] for name in keys], sort_keys=True)
