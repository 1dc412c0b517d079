"""QR images' records and objects, in the running DynamoDB and S3."""

from datetime import timedelta

import pytest

from chalicelib import wiring
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.qr_codes.model import Format, image_of
from chalicelib.stores.accounts.held_tokens import HeldTokenModel
from chalicelib.stores.accounts.records import SignInModel
from chalicelib.stores.database.expired import ExpiredRecords
from chalicelib.stores.qr_codes.records import QrImageModel

pytestmark = pytest.mark.usefixtures("stack")

A_DAY = timedelta(days=1)
LINK = "https://invites.example.org/signup?icode=x"


@pytest.fixture
def now():
    return wiring.now().replace(microsecond=0)


@pytest.fixture
def invite(stack):
    return wiring.ports.invites.get_even_deleted(stack.invite())


def an_image(invite, now, *, format_=Format.PNG):
    return replace(image_of(invite, LINK, format_, now), expires_at=now + A_DAY)


def test_a_record_is_kept_as_it_is(invite, now):
    ends = now + timedelta(days=3, microseconds=17)
    image = replace(an_image(invite, now), invite_expires_at=ends)
    wiring.ports.qr_records.keep(image, invite)
    assert wiring.ports.qr_records.of_invite(invite.code) == [image]


def test_no_record_is_written_for_an_invite_that_is_another_by_now(invite, now):
    with pytest.raises(StaleWrite):
        wiring.ports.qr_records.keep(an_image(invite, now), replace(invite, edition=invite.edition + 1))
    with pytest.raises(StaleWrite):
        wiring.ports.qr_records.keep(an_image(invite, now), replace(invite, code="NeverMade1"))
    assert wiring.ports.qr_records.of_invite(invite.code) == []


def test_records_are_found_by_their_objects(invite, now):
    records = wiring.ports.qr_records
    png, svg = an_image(invite, now), an_image(invite, now, format_=Format.SVG)
    records.keep(png, invite)
    assert records.among([png.object_key, svg.object_key, "qr/", "qr/x.png"]) == {png.object_key}
    assert records.among([]) == set()


def test_a_record_that_is_gone_is_not_moved_back(invite, now):
    records, image = wiring.ports.qr_records, an_image(invite, now)
    records.keep(image, invite)
    records.move(replace(image, expires_at=now + 2 * A_DAY, invite_expires_at=now + 2 * A_DAY))
    (moved,) = records.of_invite(invite.code)
    assert (moved.expires_at, moved.invite_expires_at) == (now + 2 * A_DAY, now + 2 * A_DAY)
    records.move(image)
    assert records.of_invite(invite.code) == [image]
    records.drop(image.object_key)
    records.move(image)
    assert records.of_invite(invite.code) == []


def test_a_record_is_due_at_its_time_and_not_before(invite, now):
    expired, image = ExpiredRecords(QrImageModel, "code", "object_key"), an_image(invite, now)
    wiring.ports.qr_records.keep(image, invite)
    key = (invite.code, image.object_key)
    assert key in set(expired.due(now + A_DAY))
    assert key not in set(expired.due(now + A_DAY - timedelta(seconds=1)))


def test_a_record_moved_meanwhile_is_not_dropped(invite, now):
    expired, image = ExpiredRecords(QrImageModel, "code", "object_key"), an_image(invite, now)
    wiring.ports.qr_records.keep(image, invite)
    wiring.ports.qr_records.move(replace(image, expires_at=now + 2 * A_DAY))
    key = (invite.code, image.object_key)
    assert not expired.drop(key, now + A_DAY)
    assert expired.drop(key, now + 2 * A_DAY)
    assert not expired.drop(key, now + 2 * A_DAY)


def test_spent_tokens_and_sign_ins_are_due_as_well(stack, now):
    visitor = stack.visitor()
    sign_in_id = visitor.starts(stack.invite())["sign_in_id"]
    tokens, sign_ins = ExpiredRecords(HeldTokenModel, "key"), ExpiredRecords(SignInModel, "id")
    assert (sign_in_id,) in set(sign_ins.due(now + A_DAY))
    assert (sign_in_id,) not in set(sign_ins.due(now))
    mine = wiring.ports.new_id()
    wiring.ports.tokens.hold(mine, "a token", expires_at=now + A_DAY)
    assert (mine,) in set(tokens.due(now + A_DAY))
    assert tokens.drop((mine,), now + A_DAY)
    assert wiring.ports.tokens.latest(mine, now=now) is None


def test_an_object_is_there_until_it_is_deleted():
    images, key = wiring.ports.qr_images, f"qr/{wiring.ports.new_id()}/x.svg"
    assert not images.exists(key)
    images.put(key, b"<svg/>", Format.SVG)
    assert images.exists(key)
    images.delete(key)
    images.delete(key)
    assert not images.exists(key)
