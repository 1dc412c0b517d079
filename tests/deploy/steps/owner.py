"""The owner's token and libraries, as the queue function reads them."""

from local.plex import demo
from testing.stay import Stay, ok


def the_owner_renews_their_token(stay: Stay) -> None:
    owner = stay.stack.admin
    before = stay.rehearsal.client("secretsmanager").get_secret_value(SecretId=stay.outputs["PlexSecretArn"])
    started = ok(owner.post("/setup", json={})).json()
    stay.stack.plex.approve(started["auth_url"], {"id": demo.OWNER.id})
    ok(owner.post(f"/setup/{started['sign_in_id']}"))
    after = stay.rehearsal.client("secretsmanager").get_secret_value(SecretId=stay.outputs["PlexSecretArn"])
    assert after["SecretString"] != before["SecretString"]
    ok(owner.put("/setup/server", json={"machine_id": demo.MACHINE_ID}))


def libraries_are_read_again(stay: Stay) -> None:
    before = _refreshed_at(stay)
    ok(stay.stack.admin.post("/libraries/refresh"))
    stay.eventually(lambda: _refreshed_at(stay) != before)


def plex_is_unwell_when_libraries_are_read(stay: Stay) -> None:
    """The message is put off for as long as Plex asks, not for the six minutes of the queue."""
    stay.eventually(lambda: not stay.has_work())  # or another reading would meet the fault
    before = _refreshed_at(stay)
    unwell = {"method": "GET", "path": f"/api/servers/{demo.MACHINE_ID}", "kind": "status", "status": 503}
    stay.stack.plex.fault(**unwell, retry_after="1")
    ok(stay.stack.admin.post("/libraries/refresh"))
    stay.eventually(lambda: _refreshed_at(stay) != before)


def plex_takes_the_owner_s_token_no_more(stay: Stay) -> None:
    """All pauses, and goes on once the owner renewed it."""
    stack, visitor = stay.stack, stay.stack.visitor()
    secret = {"SecretId": stay.outputs["PlexSecretArn"]}
    good = stay.rehearsal.client("secretsmanager").get_secret_value(**secret)["SecretString"]
    stay.rehearsal.client("secretsmanager").put_secret_value(**secret, SecretString='{"token": "refused-refused-refu"}')
    try:
        redeemed = visitor.redeems(stack.invite())
        stay.eventually(lambda: stay.row("settings", id="pause"))
    finally:
        stay.rehearsal.client("secretsmanager").put_secret_value(**secret, SecretString=good)
    ok(stack.admin.post("/libraries/refresh"))
    stay.finished(visitor, redeemed)
    assert not stay.row("settings", id="pause")


def _refreshed_at(stay: Stay) -> str:
    return str(ok(stay.stack.admin.get("/libraries")).json()["libraries_refreshed_at"])
