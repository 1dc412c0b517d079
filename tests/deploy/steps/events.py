"""Endpoints: what is announced, and sent. Nothing listens: that it was tried stands in the log."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from chalicelib.events.endpoints import Work
from chalicelib.stores.database.attributes import Typed
from testing.deployed_stage import DeployedStage, ok

LONG_AGO = "2026-01-01T00:00:00.000000Z"
NOWHERE = "https://127.0.0.1:1/"


def an_admin_sees_to_an_endpoint(stage: DeployedStage) -> None:
    admin = stage.stack.admin
    with _endpoint(stage, "trial.ended") as path:
        assert path.rpartition("/")[2] in [each["id"] for each in ok(admin.get("/endpoints")).json()["endpoints"]]
        ok(admin.patch(path, json={"name": "Another"}))
        ok(admin.post(f"{path}/rotate", json={}))
        assert ok(admin.get(path)).json()["name"] == "Another"


def a_test_is_sent_and_sent_again(stage: DeployedStage) -> None:
    admin = stage.stack.admin
    with _endpoint(stage, "trial.ended") as path:
        delivery = ok(admin.post(f"{path}/test", json={})).json()["id"]
        stage.eventually(lambda: _attempts(stage, path) >= 1)
        ok(admin.post(f"/deliveries/{delivery}/replay", json={}))


def an_event_is_announced(stage: DeployedStage) -> None:
    with _endpoint(stage, "invite.created") as path:
        stage.stack.invite()
        stage.eventually(lambda: _attempts(stage, path) >= 1)


def an_endpoint_that_failed_for_days_is_switched_off(stage: DeployedStage) -> None:
    with _endpoint(stage, "trial.ended") as path:
        work = Work(failing_since=datetime.fromisoformat(LONG_AGO))
        _set(stage, path, work={"S": Typed[Work](Work).serialize(work)})
        ok(stage.stack.admin.post(f"{path}/test", json={}))
        stage.eventually(lambda: not ok(stage.stack.admin.get(path)).json()["enabled"])


def the_sweep_has_overdue_deliveries_sent(stage: DeployedStage) -> None:
    with _endpoint(stage, "trial.ended") as path:
        row = {"type": "invite.created", "body": "{}", "since": LONG_AGO, "event_id": "1", "state": '"pending"'}
        values = {**row, "due": LONG_AGO, "attempts": "[]"}
        key = {"endpoint": path.rpartition("/")[2], "event": "20260101000000000000-1"}
        later = {"tried": {"N": "0"}, "expires_at": {"N": "4000000000"}}
        stage.set("deliveries", key, **{name: {"S": value} for name, value in values.items()}, **later)
        _set(stage, path, wake_at={"S": LONG_AGO})
        stage.invoke("sweep")
        stage.eventually(lambda: _attempts(stage, path) >= 1)


def an_entry_that_makes_no_sense_is_parked(stage: DeployedStage) -> None:
    sqs, name = stage.rehearsal.client("sqs"), stage.outputs["ParkedQueueName"]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    nonsense = f"nonsense#{time.monotonic_ns()}"  # what another run left is not taken for it
    item = {"subject": {"S": nonsense}, "order": {"S": "nonsense"}}
    dynamodb = stage.rehearsal.client("dynamodb")
    dynamodb.put_item(TableName=stage.table("audit"), Item=item)

    def parked() -> bool:
        messages = sqs.receive_message(QueueUrl=url, VisibilityTimeout=1, MaxNumberOfMessages=10).get("Messages", [])
        return any(nonsense in message["Body"] for message in messages)

    stage.eventually(parked)
    dynamodb.delete_item(TableName=stage.table("audit"), Key=item)


@contextmanager
def _endpoint(stage: DeployedStage, *events: str) -> Iterator[str]:
    wanted = {"name": "Rehearsal", "events": list(events), "url": NOWHERE}
    path = f"/endpoints/{ok(stage.stack.admin.post('/endpoints', json=wanted)).json()['id']}"
    try:
        yield path
    finally:
        ok(stage.stack.admin.delete(path))


def _attempts(stage: DeployedStage, path: str) -> int:
    deliveries = ok(stage.stack.admin.get(f"{path}/deliveries")).json()["deliveries"]
    return sum(len(each["attempts"]) for each in deliveries)


def _set(stage: DeployedStage, path: str, **values: Any) -> None:
    stage.set("endpoints", {"kind": "webhook", "id": path.rpartition("/")[2]}, **values)
