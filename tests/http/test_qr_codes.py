"""QR codes over HTTP, and what becomes of them by themselves."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from chalicelib.qr_codes.model import Format
from testing.scanning import png_bitmap, scanned, svg_bitmap

MEDIA_TYPES = {"png": "image/png", "svg": "image/svg+xml"}


def qr(stack, code, format_="png", client=None):
    return (client or stack.admin).get(f"/invites/{code}/qr", params={"format": format_})


def fetched(answer) -> httpx.Response:
    """The image, as a browser gets it: from elsewhere, with nothing but the address."""
    assert answer.status_code == 200, answer.text
    return httpx.get(answer.json()["url"])


def expires(stack, code, expires_at):
    stamp = expires_at.isoformat().replace("+00:00", "Z")
    answer = stack.admin.patch(f"/invites/{code}", json={"expires_at": stamp})
    assert answer.status_code == 200, answer.text


def records(code):
    from chalicelib import wiring

    return wiring.ports.qr_records.of_invite(code)


def key_of(code, format_=Format.PNG):
    (key,) = [image.object_key for image in records(code) if image.object_key.endswith(format_.value)]
    return key


def is_stored(key):
    from chalicelib import wiring

    return wiring.ports.qr_images.exists(key)


def stored_for(code):
    """The keys of that invite's objects in the bucket."""
    from chalicelib.aws import clients
    from chalicelib.environment import environment

    listed = clients.s3().list_objects_v2(Bucket=environment().qr_bucket, Prefix=f"qr/{code}/")
    return [each["Key"] for each in listed.get("Contents", [])]


def eventually(fact, seconds=20):
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("format_", ["png", "svg"])
def test_the_image_says_the_invite_s_link(stack, format_):
    code = stack.invite()
    image = fetched(qr(stack, code, format_))
    bitmap = svg_bitmap(image.content) if format_ == "svg" else png_bitmap(image.content)
    assert scanned(bitmap) == stack.shown(code)["url"]
    assert image.headers["Content-Type"] == MEDIA_TYPES[format_]
    assert image.headers["Content-Disposition"] == f'attachment; filename="invite-{code}.{format_}"'


def test_png_is_what_comes_unasked(stack):
    code = stack.invite()
    assert fetched(stack.admin.get(f"/invites/{code}/qr")).headers["Content-Type"] == "image/png"


def test_the_address_is_signed_for_five_minutes(stack):
    answer = qr(stack, stack.invite()).json()
    left = datetime.fromisoformat(answer["expires_at"]).timestamp() - time.time()
    assert 280 < left <= 300
    assert httpx.URL(answer["url"]).params["X-Amz-Expires"] == "300"


def test_another_format_is_refused_by_name(stack):
    answer = qr(stack, stack.invite(), "gif")
    assert (answer.status_code, answer.json()["Code"], answer.json()["Field"]) == (400, "BadInput", "format")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_is_none_of_an_unknown_invite(stack, method):
    answer = stack.admin.request(method, "/invites/NeverMade1/qr")
    assert (answer.status_code, answer.json()["Code"]) == (404, "InviteNotFound")


def test_who_may_see_and_who_may_remove(stack):
    code = stack.invite()
    path = f"/invites/{code}/qr"
    statuses = {
        permission: (member.http.get(path).status_code, member.http.delete(path).status_code)
        for permission in ("create_invites", "view_invites", "manage_invites")
        if (member := stack.member("streamarr", permission))
    }
    assert statuses == {"create_invites": (403, 403), "view_invites": (200, 403), "manage_invites": (200, 204)}
    assert (stack.client().get(path).status_code, stack.client().delete(path).status_code) == (401, 401)


def test_creators_see_and_remove_their_own(stack):
    member = stack.member("create_invites")
    code = member.http.post("/invites", json={}).json()["code"]
    assert qr(stack, code, client=member.http).status_code == 200
    assert member.http.delete(f"/invites/{code}/qr").status_code == 204


def test_it_is_drawn_once(stack, monkeypatch):
    from chalicelib.vendors import qr_rendering

    code, drawn, draw = stack.invite(), [], qr_rendering.render

    def counted(*asked):
        drawn.append(asked)
        return draw(*asked)

    monkeypatch.setattr(qr_rendering, "render", counted)
    assert fetched(qr(stack, code)).content == fetched(qr(stack, code)).content
    assert len(drawn) == 1


def test_an_image_that_went_missing_is_drawn_again(stack):
    from chalicelib import wiring

    code = stack.invite()
    qr(stack, code)
    wiring.ports.qr_images.delete(key_of(code))
    assert fetched(qr(stack, code)).status_code == 200


def test_a_removed_code_is_gone_and_drawn_again_when_asked_for(stack):
    code = stack.invite()
    qr(stack, code, "png")
    qr(stack, code, "svg")
    keys = [image.object_key for image in records(code)]
    assert stack.admin.delete(f"/invites/{code}/qr").status_code == 204
    assert stack.admin.delete(f"/invites/{code}/qr").status_code == 204
    eventually(lambda: not any(map(is_stored, keys)))
    assert fetched(qr(stack, code)).status_code == 200


def test_the_record_moves_with_the_invite_s_expiry(stack):
    from chalicelib import wiring

    code = stack.invite(expires_in={"value": 3, "unit": "days"})
    qr(stack, code)
    ends = wiring.now().replace(microsecond=0) + timedelta(days=40)
    expires(stack, code, ends)
    assert [image.expires_at for image in records(code)] == [ends]
    assert is_stored(key_of(code))


def test_an_expired_invite_s_image_goes_by_itself(stack):
    """Invite expires → record gone by its TTL → stream → function → object gone, without any request."""
    from chalicelib import wiring

    code = stack.invite()
    qr(stack, code)
    key = key_of(code)
    expires(stack, code, wiring.now() + timedelta(seconds=3))
    assert is_stored(key)
    eventually(lambda: not records(code))
    eventually(lambda: not is_stored(key))
    answer = qr(stack, code)
    assert (answer.status_code, answer.json()["Code"]) == (410, "InviteExpired")
    assert "Move its date" in answer.json()["Message"]


def test_a_deleted_invite_s_image_goes_by_itself(stack):
    code = stack.invite()
    qr(stack, code)
    key = key_of(code)
    assert stack.admin.delete(f"/invites/{code}").status_code == 204
    assert not records(code)
    eventually(lambda: not is_stored(key))
    assert qr(stack, code).status_code == 404


def test_twenty_who_look_at_once_all_see_it(stack):
    code = stack.invite()
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: qr(stack, code), range(20)))
    assert {fetched(answer).status_code for answer in answers} == {200}
    assert len(records(code)) == 1


@pytest.mark.parametrize("_", range(5))
def test_nothing_is_left_of_an_invite_deleted_while_people_look(stack, _):
    """Whichever comes first: no answer but 200, 404 and 503, and in the end neither record nor object."""
    code = stack.invite()
    with ThreadPoolExecutor(9) as crowd:
        looks = [crowd.submit(qr, stack, code, format_) for format_ in ("png", "svg") * 4]
        deleted = crowd.submit(stack.admin.delete, f"/invites/{code}")
    assert deleted.result().status_code == 204
    assert {look.result().status_code for look in looks} <= {200, 404, 503}
    assert not records(code)
    eventually(lambda: not stored_for(code))


def test_the_image_stays_when_its_record_ran_out_after_the_invite_was_prolonged(stack):
    """As after a crash between the edit and the moving of the record: the record still has the old end."""
    from chalicelib import wiring
    from chalicelib.common.records import replace

    code = stack.invite(expires_in={"value": 3, "unit": "days"})
    qr(stack, code)
    key = key_of(code)
    (image,) = records(code)
    outdated = wiring.now() - timedelta(seconds=1)
    wiring.ports.qr_records.move(replace(image, expires_at=outdated, invite_expires_at=outdated))
    (again,) = eventually(lambda: [each for each in records(code) if each.expires_at > wiring.now()])
    assert again.invite_expires_at == image.invite_expires_at
    assert is_stored(key)


def test_a_record_of_no_known_shape_is_parked_and_holds_back_nothing(stack):
    from chalicelib.aws import clients
    from chalicelib.environment import environment
    from chalicelib.stores.qr_codes.records import QrImageModel

    code, broken = stack.invite(), f"Broken{time.monotonic_ns()}"
    qr(stack, code)
    key = key_of(code)
    table, keys = QrImageModel._get_connection(), {"code": {"S": broken}, "object_key": {"S": "x"}}
    table.connection.put_item(table.table_name, broken, "x")
    table.connection.delete_item(table.table_name, broken, "x")
    stack.admin.delete(f"/invites/{code}/qr")
    eventually(lambda: not is_stored(key))
    url = clients.sqs().get_queue_url(QueueName=environment().parking_queue_name)["QueueUrl"]

    def parked():
        messages = clients.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        return [json.loads(message["Body"]) for message in messages.get("Messages", [])]

    assert keys in [each["keys"] for each in eventually(parked)]


def test_a_sweep_tells_what_it_did_as_metrics(stack):
    stack.member("create_invites", trial_ends_at=datetime.now(UTC) - timedelta(seconds=1))
    log = stack.running.run_dir / "sweep.log"

    def swept():
        lines = log.read_text().splitlines() if log.exists() else []
        metrics = [json.loads(line) for line in lines if '"_aws"' in line]
        return [each for each in metrics if each.get("chore") == "ended_trials"]

    first = eventually(swept)[0]
    (metrics,) = first["_aws"]["CloudWatchMetrics"]
    assert metrics["Metrics"] == [{"Name": "Swept", "Unit": "Count"}]
    assert sum(first["Swept"]) >= 1
