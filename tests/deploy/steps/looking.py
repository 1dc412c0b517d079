"""Looking at everybody on Plex, and adopting people."""

from local.plex import demo
from testing.deployed_stage import DeployedStage, ok


def everybody_on_plex_is_looked_at(stage: DeployedStage) -> None:
    """The sweep asks for it; people who have no account here are noted, adopted, and forgotten once they are gone."""
    known, signed_in, leaving = (stage.stack.visitor() for _ in range(3))
    shares = [_shared_by_hand(stage, person.account["id"]) for person in (known, signed_in, leaving)]
    ok(stage.stack.admin.patch("/settings", json={"new_plex_signin_enabled": True}))
    account = stage.stack.client(stage.signs_in(signed_in.account))
    table = stage.table("settings")
    stage.rehearsal.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": "look"}})
    stage.invoke("sweep")
    stage.eventually(lambda: {known.account["id"], leaving.account["id"]} <= _strangers(stage))
    assert ok(account.get("/me/access")).json()["state"] == "active"
    ok(stage.stack.plex.control.delete(f"/_standin/shares/{shares[2]}"))
    look_id = ok(stage.stack.admin.post("/access/look", json={})).json()["look_id"]
    ok(stage.stack.admin.get(f"/access/looks/{look_id}"))
    ok(stage.stack.admin.get("/access/look"))
    stage.eventually(lambda: leaving.account["id"] not in _strangers(stage))
    adopted = ok(stage.stack.admin.post("/access/adopt", json={"plex_ids": [known.account["id"]]})).json()
    user_id = adopted["results"][0]["user"]["id"]
    assert known.account["id"] not in _strangers(stage)
    assert user_id in [each["user"]["id"] for each in ok(stage.stack.admin.get("/access?limit=100")).json()["access"]]
    ok(stage.stack.admin.get("/access?difference=any"))
    ok(stage.stack.admin.get("/seats"))
    asked = ok(stage.stack.admin.post("/access/bulk", json={"user_ids": [user_id], "action": "restore"})).json()
    stage.eventually(lambda: ok(stage.stack.admin.get(f"/batches/{asked['batch_id']}")).json()["state"] == "done")
    stage.eventually(lambda: ok(stage.stack.admin.get(f"/users/{user_id}/access")).json()["work"] is None)
    ok(stage.stack.admin.post(f"/users/{user_id}/access/accept", json={"version": 2}))
    ok(stage.stack.admin.patch("/settings", json={"new_plex_signin_enabled": False}))


def a_member_s_libraries_are_changed(stage: DeployedStage) -> None:
    visitor, user = stage.redeemer()
    change = {"version": 1, "libraries": [str(demo.TV_SHOWS)]}
    ok(stage.stack.admin.patch(f"/users/{user}/access", json=change))
    stage.eventually(
        lambda: [each["section_ids"] for each in stage.stack.plex.shares(visitor.account)] == [[demo.TV_SHOWS]]
    )
    stage.eventually(lambda: ok(stage.stack.admin.get(f"/users/{user}/access")).json()["work"] is None)
    ok(stage.stack.admin.post(f"/users/{user}/access/restore", json={"version": 2}))
    stage.eventually(lambda: ok(stage.stack.admin.get(f"/users/{user}/access")).json()["work"] is None)
    ok(stage.stack.admin.post(f"/users/{user}/access/suspend", json={"version": 3}))
    stage.eventually(lambda: not stage.stack.plex.shares(visitor.account))
    stage.eventually(lambda: ok(stage.stack.admin.get(f"/users/{user}/access")).json()["work"] is None)
    ok(stage.stack.admin.post(f"/users/{user}/access/resume", json={"version": 4}))
    month = {"by": {"value": 1, "unit": "months"}}
    ok(stage.stack.admin.post(f"/users/{user}/access/extend", json=month))
    member = stage.stack.client(stage.signs_in(visitor.account))
    ok(member.post("/me/extension", json={"message": "please"}))
    assert user in [each["user"]["id"] for each in ok(stage.stack.admin.get("/extensions")).json()["extensions"]]
    ok(stage.stack.admin.post(f"/extensions/{user}/approve", json=month))
    ok(member.post("/me/extension", json={"message": "and once more"}))
    ok(stage.stack.admin.post(f"/extensions/{user}/refuse", json={"message": "not this time"}))


def _shared_by_hand(stage: DeployedStage, account_id: int) -> int:
    share = {"machine_id": demo.MACHINE_ID, "account_id": account_id, "section_ids": [demo.MOVIES]}
    id_: int = ok(stage.stack.plex.control.post("/_standin/shares", json=share)).json()["id"]
    return id_


def _strangers(stage: DeployedStage) -> set[int]:
    return {each["plex_id"] for each in ok(stage.stack.admin.get("/access/unknown")).json()["people"]}
