"""What people and schedules do in a deployed house: every permission has a step that needs it.

Each step stands by itself and can be done again. tests/deploy/every_permission.py takes permissions away and looks
whether the step fails.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from local.lambda_events import scheduled_event
from local.plex import demo
from tests.deploy.rehearsal import DeployedHouse, Rehearsal, eventually

PASSWORD = "correct horse battery staple"
PATIENCE = 45.0
"""Seconds that anything may take; the tests that expect failure shorten it."""


@dataclass(frozen=True)
class Stay:
    """A deployed stage with its owner signed in, and the account's root to look behind the scenes."""

    rehearsal: Rehearsal
    stage: str
    house: DeployedHouse

    @property
    def outputs(self) -> dict[str, str]:
        return self.rehearsal.outputs(self.stage)

    def table(self, entity: str) -> str:
        return f"streamarr-{self.stage}-{entity}"

    def row(self, entity: str, **key: str) -> dict[str, Any]:
        keys = {name: {"S": value} for name, value in key.items()}
        found = self.rehearsal.client("dynamodb").get_item(TableName=self.table(entity), Key=keys, ConsistentRead=True)
        return found.get("Item", {})

    def set(self, entity: str, key: dict[str, str], **values: dict[str, str]) -> None:
        self.rehearsal.client("dynamodb").update_item(
            TableName=self.table(entity),
            Key={name: {"S": value} for name, value in key.items()},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        )

    def invoke(self, function: str) -> None:
        """As a schedule does. Fails as the function does."""
        name = f"streamarr-{self.stage}-{function}"
        event = json.dumps(scheduled_event(f"{name}-event", region="us-east-1", now=datetime.now(UTC)))
        answer = self.rehearsal.client("lambda").invoke(FunctionName=name, Payload=event)
        assert "FunctionError" not in answer, answer["Payload"].read()

    def objects(self) -> list[str]:
        found = self.rehearsal.client("s3").list_objects_v2(Bucket=self.outputs["QrBucketName"], Prefix="qr/")
        return [each["Key"] for each in found.get("Contents", [])]


def a_person_redeems(stay: Stay) -> None:
    """The main job: an invite, a sign-in with Plex, exactly the granted libraries, each step on the page."""
    house, visitor = stay.house, stay.house.visitor()
    code = house.invite(libraries=[str(demo.MOVIES), str(demo.MUSIC)], downloads=True)
    page = visitor.browser.get(f"{house.origin}/signup", params={"icode": code})
    assert "Movies" in _ok(page).text
    redemption = visitor.waits(visitor.redeems(code), seconds=PATIENCE)
    (share,) = house.plex.shares(visitor.account)
    assert sorted(share["section_ids"]) == [demo.MOVIES, demo.MUSIC]
    assert share["accepted"]
    assert [step["state"] for step in redemption["steps"]] == ["done", "done", "done"]
    assert house.shown(code)["status"] == "redeemed"


def plex_is_unwell_for_a_moment(stay: Stay) -> None:
    """The message is postponed, not lost (and comes again at its own time, which nobody waits for here)."""
    visitor = stay.house.visitor()
    stay.house.plex.fault(method="POST", path=".*shared_servers.*", kind="status", status=503, retry_after="1")
    visitor.waits(visitor.redeems(stay.house.invite()), seconds=PATIENCE)


def plex_refuses(stay: Stay) -> None:
    """The use is given back and the account closed."""
    house, visitor = stay.house, stay.house.visitor()
    code = house.invite()
    house.plex.fault(method="POST", path=".*shared_servers.*", kind="status", status=403, times=5)
    answer = visitor.redeems(code)
    visitor.waits(answer, until=("failed",), seconds=PATIENCE)
    house.plex.control.delete("/_standin/faults")
    assert house.shown(code)["uses"] == 0


def the_owner_renews_their_token(stay: Stay) -> None:
    owner = stay.house.client(stay.house.running.admin_token)
    before = stay.rehearsal.client("secretsmanager").get_secret_value(SecretId=stay.outputs["PlexSecretArn"])
    started = _ok(owner.post("/setup", json={})).json()
    stay.house.plex.approve(started["auth_url"], {"id": demo.OWNER.id})
    _ok(owner.post(f"/setup/{started['sign_in_id']}"))
    after = stay.rehearsal.client("secretsmanager").get_secret_value(SecretId=stay.outputs["PlexSecretArn"])
    assert after["SecretString"] != before["SecretString"]
    _ok(owner.put("/setup/server", json={"machine_id": demo.MACHINE_ID}))


def libraries_are_read_again(stay: Stay) -> None:
    before = _refreshed_at(stay)
    _ok(stay.house.admin.post("/libraries/refresh"))
    eventually(lambda: _refreshed_at(stay) != before, seconds=PATIENCE)


def plex_is_unwell_when_libraries_are_read(stay: Stay) -> None:
    """The message is put off for as long as Plex asks, not for the six minutes of the queue."""
    before = _refreshed_at(stay)
    unwell = {"method": "GET", "path": f"/api/servers/{demo.MACHINE_ID}", "kind": "status", "status": 503}
    stay.house.plex.fault(**unwell, retry_after="1")
    _ok(stay.house.admin.post("/libraries/refresh"))
    eventually(lambda: _refreshed_at(stay) != before, seconds=PATIENCE)


def an_admin_looks_around(stay: Stay) -> None:
    admin, code = stay.house.admin, stay.house.invite(note="looked for", usage_limit=2)
    assert code in _codes(_ok(admin.get("/invites")))
    for search in (
        {"status": "active"},
        {"creator": _me(stay)},
        {"q": code},
        {"status": "active", "creator": _me(stay)},
    ):
        assert code in _codes(_ok(admin.get("/invites", params=search))), search
    for path in (
        "/users",
        "/audit",
        "/audit?subject=settings",
        "/stats",
        "/settings",
        "/redemptions",
        f"/invites/{code}/redemptions",
        "/auth/me",
    ):
        _ok(admin.get(path))
    visitor = stay.house.visitor()
    visitor.waits(visitor.redeems(code), seconds=PATIENCE)
    (redemption,) = _ok(admin.get(f"/invites/{code}/redemptions")).json()["redemptions"]
    assert redemption["id"] in [each["id"] for each in _ok(admin.get("/redemptions")).json()["redemptions"]]


def an_invite_is_edited_and_deleted(stay: Stay) -> None:
    admin, code = stay.house.admin, stay.house.invite()
    _ok(admin.patch(f"/invites/{code}", json={"enabled": False, "note": "off"}))
    assert stay.house.shown(code)["status"] == "inactive"
    _ok(admin.delete(f"/invites/{code}"))
    assert admin.get(f"/invites/{code}").status_code == 404


def qr_codes_come_and_go(stay: Stay) -> None:
    admin, code = stay.house.admin, stay.house.invite()
    png = _ok(httpx.get(_ok(admin.get(f"/invites/{code}/qr", params={"format": "png"})).json()["url"], timeout=10))
    svg = _ok(httpx.get(_ok(admin.get(f"/invites/{code}/qr", params={"format": "svg"})).json()["url"], timeout=10))
    assert png.content.startswith(b"\x89PNG")
    assert b"<svg" in svg.content
    _ok(admin.patch(f"/invites/{code}", json={"expires_at": _in(days=3)}))
    assert len([each for each in stay.objects() if code in each]) == 2
    _ok(admin.delete(f"/invites/{code}/qr"))
    eventually(lambda: not [each for each in stay.objects() if code in each], seconds=PATIENCE)


def an_expired_invite_s_qr_code_goes(stay: Stay) -> None:
    """DynamoDB deletes the record, its stream tells, the function deletes the object."""
    admin, code = stay.house.admin, stay.house.invite(expires_in={"value": 1, "unit": "days"})
    _ok(admin.get(f"/invites/{code}/qr"))
    assert [each for each in stay.objects() if code in each]
    _ok(admin.patch(f"/invites/{code}", json={"expires_at": _in(seconds=3)}))
    eventually(lambda: not [each for each in stay.objects() if code in each], seconds=PATIENCE)
    eventually(lambda: stay.house.shown(code)["status"] == "expired", seconds=PATIENCE)


def a_prolonged_invite_keeps_its_qr_code(stay: Stay) -> None:
    """Its record ran out while the invite was prolonged: it is written again, and the object stays."""
    code = stay.house.invite(expires_in={"value": 1, "unit": "days"})
    _ok(stay.house.admin.get(f"/invites/{code}/qr"))
    (key,) = [each for each in stay.objects() if code in each]
    soon = str(int(time.time()) + 1)
    before = {"invite_expires_at": {"S": "2026-01-01T00:00:00.000000Z"}, "expires_at": {"N": soon}}
    stay.set("qr_images", {"code": code, "object_key": key}, **before)
    eventually(
        lambda: stay.row("qr_images", code=code, object_key=key).get("expires_at", {}).get("N", soon) != soon,
        seconds=PATIENCE,
    )
    assert key in stay.objects()


def a_record_that_makes_no_sense_is_parked(stay: Stay) -> None:
    sqs, name = stay.rehearsal.client("sqs"), stay.outputs["ParkedQueueName"]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    item = {"code": {"S": "nonsense"}, "object_key": {"S": "qr/nonsense/1.png"}}
    dynamodb = stay.rehearsal.client("dynamodb")
    dynamodb.put_item(TableName=stay.table("qr_images"), Item=item)
    dynamodb.delete_item(TableName=stay.table("qr_images"), Key=item)
    eventually(lambda: sqs.receive_message(QueueUrl=url, VisibilityTimeout=1).get("Messages"), seconds=PATIENCE)


def what_was_lost_is_sent_again(stay: Stay) -> None:
    """A message is gone although the work is not done; the sweep sends it anew."""
    visitor = stay.house.visitor()
    with _nobody_at_the_queue(stay):
        redeemed = visitor.redeems(stay.house.invite())
        assert redeemed.status_code == 202, redeemed.text
        stay.rehearsal.client("sqs").purge_queue(QueueUrl=stay.outputs["ProvisionQueueUrl"])
        stay.set("redemptions", {"id": redeemed.json()["redemption"]["id"]}, due_at={"N": "1"})
        stay.invoke("sweep")
    visitor.waits(redeemed, seconds=PATIENCE)


def a_manager_tries_again(stay: Stay) -> None:
    visitor = stay.house.visitor()
    with _nobody_at_the_queue(stay):
        redeemed = visitor.redeems(stay.house.invite())
        stay.rehearsal.client("sqs").purge_queue(QueueUrl=stay.outputs["ProvisionQueueUrl"])
        _ok(stay.house.admin.post(f"/redemptions/{redeemed.json()['redemption']['id']}/retry"))
    visitor.waits(redeemed, seconds=PATIENCE)


def the_sweep_moves_expired_invites(stay: Stay) -> None:
    code = stay.house.invite(expires_in={"value": 1, "unit": "days"})
    _ok(stay.house.admin.patch(f"/invites/{code}", json={"expires_at": _in(seconds=1)}))
    time.sleep(1.2)  # expiry is a moment in time: it has to pass
    stay.invoke("sweep")
    assert stay.row("invites", code=code)["status_hint"]["S"] == "expired"


def the_sweep_ends_trials(stay: Stay) -> None:
    visitor = stay.house.visitor()
    user = visitor.waits(visitor.redeems(stay.house.invite()), seconds=PATIENCE)["user"]["id"]
    _ok(stay.house.admin.patch(f"/users/{user}", json={"trial": {"ends_at": _in(days=3)}}))
    stay.set("users", {"id": user}, trial_ends_at={"S": "2026-01-01T00:00:00.000000Z"})
    stay.invoke("sweep")
    assert "trial_ends_at" not in stay.row("users", id=user)


def the_sweep_removes_what_is_overdue(stay: Stay) -> None:
    """DynamoDB's own deletion, which here comes at once, is off meanwhile."""
    dynamodb = stay.rehearsal.client("dynamodb")
    overdue: dict[str, dict[str, str]] = {
        "qr_images": {"code": "overdue1", "object_key": "qr/overdue1/1.png"},
        "held_tokens": {"redemption_id": "overdue"},
        "sign_ins": {"id": "overdue"},
    }
    for entity, key in overdue.items():
        with _without_expiry(dynamodb, stay.table(entity)):
            stay.set(entity, key, due_kind={"S": "ttl"}, expires_at={"N": "1"})
            stay.invoke("sweep")
            assert not stay.row(entity, **key), entity


def orphans_are_removed(stay: Stay) -> None:
    s3, bucket, key = stay.rehearsal.client("s3"), stay.outputs["QrBucketName"], "qr/orphan01/1.png"
    long_ago = (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    s3.put_object(Bucket=bucket, Key=key, Body=b"png", Metadata={"last-modified": long_ago})
    s3.put_object(Bucket=bucket, Key="bookmarks/orphans", Body=b"qr/")
    stay.invoke("remove_orphans")
    assert key not in stay.objects()
    assert s3.get_object(Bucket=bucket, Key="bookmarks/orphans")["Body"].read() == b""
    s3.delete_object(Bucket=bucket, Key="bookmarks/orphans")
    stay.invoke("remove_orphans")


def somebody_joins_without_plex(stay: Stay) -> None:
    house, person = stay.house, stay.house.visitor()
    wish = {"email": person.account["email"], "username": person.account["username"], "password": PASSWORD}
    joined = person.browser.post(f"/signup/{house.invite()}/local", json=wish)
    assert joined.status_code == 202, joined.text
    mine = house.client(
        _ok(house.client().post("/auth/local", json={"email": wish["email"], "password": PASSWORD})).json()["token"]
    )
    _ok(mine.get("/auth/me"))
    _ok(mine.delete("/auth/session"))
    assert mine.get("/auth/me").status_code == 401


def somebody_signs_in_with_plex(stay: Stay) -> None:
    person, browser = stay.house.visitor(), stay.house.client()
    person.waits(person.redeems(stay.house.invite()), seconds=PATIENCE)
    started = _ok(browser.post("/auth/plex")).json()
    stay.house.plex.approve(started["auth_url"], person.account)
    token = _ok(browser.post(f"/auth/plex/{started['sign_in_id']}")).json()["token"]
    signed_in = stay.house.client(token)
    _ok(signed_in.delete("/auth/sessions"))
    assert signed_in.get("/auth/me").status_code == 401


def an_account_is_closed_and_its_access_ends(stay: Stay) -> None:
    visitor = stay.house.visitor()
    user = visitor.waits(visitor.redeems(stay.house.invite()), seconds=PATIENCE)["user"]["id"]
    _ok(stay.house.admin.get(f"/users/{user}"))
    for permissions in (["admin"], ["streamarr", "create_invites"]):
        _ok(stay.house.admin.patch(f"/users/{user}", json={"permissions": permissions}))
    _ok(stay.house.admin.delete(f"/users/{user}"))
    eventually(lambda: not stay.house.plex.shares(visitor.account), seconds=PATIENCE)
    eventually(lambda: "due_at" not in stay.row("redemptions", id=f"departure#{user}"), seconds=5)
    assert stay.row("redemptions", id=f"departure#{user}")


def an_access_not_ended_is_ended_by_the_sweep(stay: Stay) -> None:
    visitor = stay.house.visitor()
    user = visitor.waits(visitor.redeems(stay.house.invite()), seconds=PATIENCE)["user"]["id"]
    stay.house.plex.fault(path=".*shared_servers.*", kind="status", status=503, times=None, retry_after="900")
    stay.house.plex.fault(path=".*sharing.*", kind="status", status=503, times=None, retry_after="900")
    _ok(stay.house.admin.delete(f"/users/{user}"))
    eventually(lambda: "due_at" in stay.row("redemptions", id=f"departure#{user}"), seconds=PATIENCE)
    stay.house.plex.control.delete("/_standin/faults")
    stay.set("redemptions", {"id": f"departure#{user}"}, due_at={"N": "1"})
    stay.invoke("sweep")
    eventually(lambda: not stay.house.plex.shares(visitor.account), seconds=PATIENCE)


def plex_takes_the_owner_s_token_no_more(stay: Stay) -> None:
    """All pauses, and goes on once the owner renewed it."""
    house, visitor = stay.house, stay.house.visitor()
    secret = {"SecretId": stay.outputs["PlexSecretArn"]}
    good = stay.rehearsal.client("secretsmanager").get_secret_value(**secret)["SecretString"]
    stay.rehearsal.client("secretsmanager").put_secret_value(**secret, SecretString='{"token": "refused-refused-refu"}')
    try:
        redeemed = visitor.redeems(house.invite())
        eventually(lambda: stay.row("settings", id="pause"), seconds=PATIENCE)
    finally:
        stay.rehearsal.client("secretsmanager").put_secret_value(**secret, SecretString=good)
    _ok(house.admin.post("/libraries/refresh"))
    visitor.waits(redeemed, seconds=PATIENCE)
    assert not stay.row("settings", id="pause")


def the_api_logs(stay: Stay) -> None:
    _logs(stay, "", lambda: _ok(stay.house.admin.get("/auth/me")))


def the_queue_function_logs(stay: Stay) -> None:
    _logs(stay, "-provision", lambda: _ok(stay.house.admin.post("/libraries/refresh")))


def the_sweep_logs(stay: Stay) -> None:
    _logs(stay, "-sweep", lambda: stay.invoke("sweep"))


def the_hunt_for_orphans_logs(stay: Stay) -> None:
    _logs(stay, "-remove_orphans", lambda: stay.invoke("remove_orphans"))


def the_stream_function_logs(stay: Stay) -> None:
    code = stay.house.invite()
    _ok(stay.house.admin.get(f"/invites/{code}/qr"))
    _logs(stay, "-tidy_qr", lambda: _ok(stay.house.admin.delete(f"/invites/{code}/qr")))


STEPS: dict[str, Callable[[Stay], None]] = {
    step.__name__: step
    for step in (
        a_person_redeems,
        the_api_logs,
        the_queue_function_logs,
        the_sweep_logs,
        the_hunt_for_orphans_logs,
        the_stream_function_logs,
        qr_codes_come_and_go,
        an_expired_invite_s_qr_code_goes,
        a_prolonged_invite_keeps_its_qr_code,
        a_record_that_makes_no_sense_is_parked,
        the_owner_renews_their_token,
        libraries_are_read_again,
        plex_is_unwell_when_libraries_are_read,
        an_admin_looks_around,
        an_invite_is_edited_and_deleted,
        somebody_joins_without_plex,
        somebody_signs_in_with_plex,
        plex_is_unwell_for_a_moment,
        plex_refuses,
        plex_takes_the_owner_s_token_no_more,
        a_manager_tries_again,
        an_account_is_closed_and_its_access_ends,
        an_access_not_ended_is_ended_by_the_sweep,
        what_was_lost_is_sent_again,
        the_sweep_moves_expired_invites,
        the_sweep_ends_trials,
        the_sweep_removes_what_is_overdue,
        orphans_are_removed,
    )
}


def _ok(answer: httpx.Response) -> httpx.Response:
    assert answer.is_success, f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
    return answer


def _codes(answer: httpx.Response) -> list[str]:
    return [invite["code"] for invite in answer.json()["invites"]]


def _refreshed_at(stay: Stay) -> str:
    return str(_ok(stay.house.admin.get("/libraries")).json()["libraries_refreshed_at"])


def _me(stay: Stay) -> str:
    return str(_ok(stay.house.admin.get("/auth/me")).json()["user"]["id"])


def _in(**time_from_now: float) -> str:
    return (datetime.now(UTC) + timedelta(**time_from_now)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _logs(stay: Stay, suffix: str, do: Callable[[], object]) -> None:
    """The function says something of what it does, with the trace that this belongs to."""
    logs, group, since = stay.rehearsal.client("logs"), f"/aws/lambda/streamarr-{stay.stage}{suffix}", time.time()

    def said() -> bool:
        events = logs.filter_log_events(logGroupName=group, startTime=int(since * 1000))["events"]
        return any('"xray_trace_id"' in event["message"] for event in events)

    do()
    eventually(said, seconds=PATIENCE)


@contextmanager
def _nobody_at_the_queue(stay: Stay) -> Iterator[None]:
    client, name = stay.rehearsal.client("lambda"), f"streamarr-{stay.stage}-provision"
    (mapping,) = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


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
