"""QR images: made, and gone with what they belong to."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event

import httpx

from testing.deployed_stage import DeployedStage, from_now, ok

TRIES = 20


def qr_codes_come_and_go(stage: DeployedStage) -> None:
    admin, code = stage.stack.admin, stage.stack.invite()
    png = ok(httpx.get(ok(admin.get(f"/invites/{code}/qr", params={"format": "png"})).json()["url"], timeout=10))
    svg = ok(httpx.get(ok(admin.get(f"/invites/{code}/qr", params={"format": "svg"})).json()["url"], timeout=10))
    assert png.content.startswith(b"\x89PNG")
    assert b"<svg" in svg.content
    ok(admin.patch(f"/invites/{code}", json={"expires_at": from_now(days=3)}))
    assert len(stage.objects(code)) == 2
    ok(admin.delete(f"/invites/{code}/qr"))
    stage.eventually(lambda: not stage.objects(code))


def a_qr_code_is_taken_away_while_it_is_drawn(stage: DeployedStage) -> None:
    """Its record goes just before its object is written: the request that wrote it removes it again."""
    admin, code = stage.stack.admin, stage.stack.invite()
    ok(admin.get(f"/invites/{code}/qr"))
    (key,) = stage.objects(code)
    ok(admin.delete(f"/invites/{code}/qr"))
    stage.eventually(lambda: not stage.objects(code))
    with _keeping_away(stage, {"code": {"S": code}, "object_key": {"S": key}}):
        tries = (admin.get(f"/invites/{code}/qr") for _ in range(TRIES))  # on a busy machine one may slip through
        answer = next(each for each in tries if each.status_code != HTTPStatus.OK)
    assert (answer.status_code, answer.json()["Code"]) == (503, "TryAgain")
    stage.eventually(lambda: not stage.objects(code))


def an_expired_invite_s_qr_code_goes(stage: DeployedStage) -> None:
    """DynamoDB deletes the record, its stream tells, the function deletes the object."""
    admin, code = stage.stack.admin, stage.stack.invite(expires_in={"value": 1, "unit": "days"})
    ok(admin.get(f"/invites/{code}/qr"))
    assert stage.objects(code)
    ok(admin.patch(f"/invites/{code}", json={"expires_at": from_now(seconds=3)}))
    stage.eventually(lambda: not stage.objects(code))
    stage.eventually(lambda: stage.stack.shown(code)["status"] == "expired")


def an_extended_invite_keeps_its_qr_code(stage: DeployedStage) -> None:
    """Its record ran out while the invite was extended: it is written again, and the object stays."""
    code = stage.stack.invite(expires_in={"value": 1, "unit": "days"})
    ok(stage.stack.admin.get(f"/invites/{code}/qr"))
    (key,) = stage.objects(code)
    soon = str(int(time.time()) + 1)
    before = {"invite_expires_at": {"S": "2026-01-01T00:00:00.000000Z"}, "expires_at": {"N": soon}}
    stage.set("qr_images", {"code": code, "object_key": key}, **before)
    stage.eventually(
        lambda: stage.row("qr_images", code=code, object_key=key).get("expires_at", {}).get("N", soon) != soon
    )
    assert key in stage.objects()


def a_record_that_makes_no_sense_is_parked(stage: DeployedStage) -> None:
    sqs, name = stage.rehearsal.client("sqs"), stage.outputs["ParkedQueueName"]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    item = {"code": {"S": "nonsense"}, "object_key": {"S": "qr/nonsense/1.png"}}
    dynamodb = stage.rehearsal.client("dynamodb")
    dynamodb.put_item(TableName=stage.table("qr_images"), Item=item)
    dynamodb.delete_item(TableName=stage.table("qr_images"), Key=item)
    stage.eventually(lambda: sqs.receive_message(QueueUrl=url, VisibilityTimeout=1).get("Messages"))


@contextmanager
def _keeping_away(stage: DeployedStage, key: dict[str, dict[str, str]]) -> Iterator[None]:
    """The record is deleted again and again, without a pause."""
    dynamodb, over = stage.rehearsal.client("dynamodb"), Event()

    def keep_away() -> None:
        while not over.is_set():
            dynamodb.delete_item(TableName=stage.table("qr_images"), Key=key)

    with ThreadPoolExecutor(1) as hand:
        kept_away = hand.submit(keep_away)
        try:
            yield
        finally:
            over.set()
        kept_away.result()
