"""The owner's token and libraries, as the queue function reads them."""

from local.plex import demo
from testing.deployed_stage import DeployedStage, ok


def the_owner_renews_their_token(stage: DeployedStage) -> None:
    owner = stage.stack.admin
    before = stage.owner_token()
    started = ok(owner.post("/setup", json={})).json()
    stage.stack.plex.approve(started["auth_url"], {"id": demo.OWNER.id})
    ok(owner.post(f"/setup/{started['sign_in_id']}"))
    assert stage.owner_token() != before
    ok(owner.put("/setup/server", json={"machine_id": demo.MACHINE_ID}))


def a_renewal_is_finished_without_its_browser(stage: DeployedStage) -> None:
    before, renewals = stage.owner_token(), _renewals(stage)
    started = ok(stage.stack.admin.post("/setup", json={})).json()
    stage.stack.plex.approve(started["auth_url"], {"id": demo.OWNER.id})
    stage.eventually(lambda: stage.owner_token() != before)
    stage.eventually(lambda: _renewals(stage) != renewals)


def libraries_are_read_again(stage: DeployedStage) -> None:
    before = _refreshed_at(stage)
    ok(stage.stack.admin.post("/libraries/refresh"))
    stage.eventually(lambda: _refreshed_at(stage) != before)


def plex_fails_when_libraries_are_read(stage: DeployedStage) -> None:
    """The message is put off for as long as Plex asks, not for the six minutes of the queue."""
    stage.eventually(lambda: not stage.has_work())  # or another reading would meet the fault
    before = _refreshed_at(stage)
    unwell = {"method": "GET", "path": f"/api/servers/{demo.MACHINE_ID}", "kind": "status", "status": 503}
    stage.stack.plex.fault(**unwell, retry_after="1")
    ok(stage.stack.admin.post("/libraries/refresh"))
    stage.eventually(lambda: _refreshed_at(stage) != before)


def plex_refuses_the_owner_s_token(stage: DeployedStage) -> None:
    """All pauses, and goes on once the owner renewed it."""
    stack, visitor = stage.stack, stage.stack.visitor()
    good = stage.owner_token()
    stage.set_owner_token("refused-refused-refu")
    try:
        redeemed = visitor.redeems(stack.invite())
        stage.eventually(lambda: stage.row("settings", id="pause"))
    finally:
        stage.set_owner_token(good)
    ok(stack.admin.post("/libraries/refresh"))
    stage.finished(visitor, redeemed)
    assert not stage.row("settings", id="pause")


def _renewals(stage: DeployedStage) -> list[str]:
    """When the journal has the latest renewals."""
    entries = ok(stage.stack.admin.get("/audit", params={"limit": 100})).json()["entries"]
    return [entry["at"] for entry in entries if entry["action"] == "owner's sign-in renewed"]


def _refreshed_at(stage: DeployedStage) -> str:
    return str(ok(stage.stack.admin.get("/libraries")).json()["libraries_refreshed_at"])
