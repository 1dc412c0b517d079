"""What the sweep does beside sending lost work again (steps/redeeming.py, steps/accounts.py)."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from testing.deployed_stage import DeployedStage, from_now, ok
from testing.rehearsal import eventually


def the_sweep_moves_expired_invites(stage: DeployedStage) -> None:
    code = stage.stack.invite(expires_in={"value": 1, "unit": "days"})
    ok(stage.stack.admin.patch(f"/invites/{code}", json={"expires_at": from_now(seconds=1)}))
    time.sleep(1.2)  # expiry is a moment in time: it has to pass
    stage.invoke("sweep")
    assert stage.row("invites", code=code)["status_hint"]["S"] == "expired"


def the_sweep_ends_trials(stage: DeployedStage) -> None:
    _, user = stage.redeemer()
    ok(stage.stack.admin.patch(f"/users/{user}", json={"trial": {"ends_at": from_now(days=3)}}))
    stage.set("users", {"id": user}, trial_ends_at={"S": "2026-01-01T00:00:00.000000Z"})
    stage.invoke("sweep")
    assert "trial_ends_at" not in stage.row("users", id=user)


def the_sweep_ends_memberships(stage: DeployedStage) -> None:
    visitor, user = stage.redeemer()
    version = ok(stage.stack.admin.get(f"/users/{user}/access")).json()["version"]
    ok(stage.stack.admin.patch(f"/users/{user}/access", json={"version": version, "ends_at": from_now(seconds=2)}))
    stage.eventually(lambda: ok(stage.stack.admin.get(f"/users/{user}/access")).json()["work"] is None)
    time.sleep(2.2)  # the end is a moment in time: it has to pass
    stage.invoke("sweep")
    stage.eventually(lambda: not stage.stack.plex.shares(visitor.account))
    assert ok(stage.stack.admin.get(f"/users/{user}/access")).json()["state"] == "ended"


def the_sweep_closes_accounts_whose_access_has_ended(stage: DeployedStage) -> None:
    """Their invites are switched off. What is days ago is written: only the clock brings it about."""
    admin = stage.stack.admin
    visitor, user = stage.redeemer()
    ok(admin.patch(f"/users/{user}", json={"permissions": ["create_invites"]}))
    code = ok(stage.stack.client(stage.signs_in(visitor.account)).post("/invites", json={})).json()["code"]
    version = ok(admin.get(f"/users/{user}/access")).json()["version"]
    ok(admin.patch(f"/users/{user}/access", json={"version": version, "ends_at": from_now(seconds=2)}))
    ending = ok(admin.get("/users", params={"ends": "any", "q": visitor.account["username"]})).json()["users"]
    assert [each["id"] for each in ending] == [user]
    time.sleep(2.2)  # the end is a moment in time: it has to pass
    stage.invoke("sweep")
    stage.eventually(lambda: ok(admin.get(f"/users/{user}/access")).json()["state"] == "ended")
    stage.eventually(lambda: ok(admin.get(f"/users/{user}/access")).json()["work"] is None)
    decided = json.loads(stage.row("access", user_id=user)["decided"]["S"]) | {"ended_at": "2026-01-01T00:00:00Z"}
    stage.set("access", {"user_id": user}, decided={"S": json.dumps(decided)}, ends_at={"N": "1767225600"})
    ok(admin.patch("/settings", json={"close_after_days": 1}))
    try:
        stage.invoke("sweep")
    finally:
        ok(admin.patch("/settings", json={"close_after_days": None}))
    assert ok(admin.get(f"/users/{user}")).json()["state"] == "closed"
    assert ok(admin.get(f"/invites/{code}")).json()["status"] == "inactive"


def the_sweep_removes_what_has_expired(stage: DeployedStage) -> None:
    """DynamoDB's own deletion, which here comes at once, is off meanwhile."""
    dynamodb = stage.rehearsal.client("dynamodb")
    overdue: dict[str, dict[str, str]] = {
        "qr_images": {"code": "overdue1", "object_key": "qr/overdue1/1.png"},
        "held_tokens": {"key": "overdue"},
        "sign_ins": {"id": "overdue"},
    }
    for entity, key in overdue.items():
        with _without_expiry(dynamodb, stage.table(entity)):
            stage.set(entity, key, due_kind={"S": "ttl"}, expires_at={"N": "1"}, sealed={"L": []})
            stage.invoke("sweep")
            eventually(lambda entity=entity, key=key: not stage.row(entity, **key))  # tokens go by way of the queue


@contextmanager
def _without_expiry(dynamodb: Any, table: str) -> Iterator[None]:
    def expire(enabled: bool) -> None:
        specification = {"AttributeName": "expires_at", "Enabled": enabled}
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)

    expire(False)
    try:
        yield
    finally:
        expire(True)
