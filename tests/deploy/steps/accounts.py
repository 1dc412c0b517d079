"""Signing in and out, and leaving."""

import json

from local.plex import demo
from testing.deployed_stage import DeployedStage, ok
from testing.people import Visitor


def a_person_signs_in_with_plex(stage: DeployedStage) -> None:
    person, _ = stage.redeemer()
    signed_in = stage.stack.client(stage.signs_in(person.account))
    ok(signed_in.delete("/auth/sessions"))
    assert signed_in.get("/auth/me").status_code == 401


def a_person_with_access_opens_an_account(stage: DeployedStage) -> None:
    """A person who had access to the server before there was this installation."""
    person = stage.stack.visitor()
    share = {"machine_id": demo.MACHINE_ID, "account_id": person.account["id"], "section_ids": [demo.MOVIES]}
    assert stage.stack.plex.control.post("/_standin/shares", json=share).is_success
    ok(stage.stack.admin.patch("/settings", json={"new_plex_signin_enabled": True}))
    opened = stage.stack.client(stage.signs_in(person.account))
    assert ok(opened.get("/auth/me")).json()["user"]["plex_id"] == person.account["id"]
    ok(stage.stack.admin.patch("/settings", json={"new_plex_signin_enabled": False}))


def an_account_is_closed_and_its_access_ends(stage: DeployedStage) -> None:
    visitor, user = stage.redeemer()
    ok(stage.stack.admin.get(f"/users/{user}"))
    for permissions in (["admin"], ["streamarr", "create_invites"]):
        ok(stage.stack.admin.patch(f"/users/{user}", json={"permissions": permissions}))
    ok(stage.stack.admin.patch(f"/users/{user}", json={"quota": {"limit": 3, "days": 7}}))
    ok(stage.stack.admin.get(f"/users/{user}"))
    ok(stage.stack.admin.delete(f"/users/{user}"))
    _access_ends(stage, visitor, user)


def a_person_leaves(stage: DeployedStage) -> None:
    visitor, user = stage.redeemer()
    leaver = stage.stack.client(stage.signs_in(visitor.account))
    assert ok(leaver.get("/me/export")).json()["account"]["plex_id"] == visitor.account["id"]
    ok(leaver.delete("/me"))
    _access_ends(stage, visitor, user)


def an_access_not_ended_is_ended_by_the_sweep(stage: DeployedStage) -> None:
    visitor, user = stage.redeemer()
    stage.stack.plex.fault(path=".*shared_servers.*", kind="status", status=503, times=None, retry_after="900")
    stage.stack.plex.fault(path=".*sharing.*", kind="status", status=503, times=None, retry_after="900")
    ok(stage.stack.admin.delete(f"/users/{user}"))
    stage.eventually(lambda: "due_at" in stage.row("access", user_id=user))
    stage.stack.plex.control.delete("/_standin/faults")
    done = json.loads(stage.row("access", user_id=user)["done"]["S"]) | {"next_try_at": None}
    stage.set("access", {"user_id": user}, due_at={"N": "1"}, done={"S": json.dumps(done)})
    stage.invoke("sweep")
    stage.eventually(lambda: not stage.stack.plex.shares(visitor.account))


def _access_ends(stage: DeployedStage, visitor: Visitor, user: str) -> None:
    stage.eventually(lambda: not stage.stack.plex.shares(visitor.account))
    stage.eventually(lambda: "due_at" not in stage.row("access", user_id=user))
    assert stage.row("access", user_id=user)


def a_program_asks_with_an_api_key(stage: DeployedStage) -> None:
    admin = stage.stack.admin
    key = ok(admin.post("/keys", json={"name": "Rehearsal", "scopes": ["stats:read"]})).json()
    ok(stage.stack.client(key["key"]).get("/stats"))
    (listed,) = [each for each in ok(admin.get("/keys")).json()["keys"] if each["id"] == key["id"]]
    assert listed["last_used_at"]
    ok(admin.delete(f"/keys/{key['id']}"))
