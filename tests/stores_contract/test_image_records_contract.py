"""qr_codes.ports.ImageRecords."""

from datetime import timedelta

import pytest

from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.qr_codes.model import Format, image_of
from tests.stores_contract.builders import a_kept_invite, an_entry, an_invite

LINK = "https://invites.example.org/signup?icode=x"
A_DAY = timedelta(days=1)


@pytest.fixture
def invite(ports):
    return a_kept_invite(ports)


def an_image(invite, now, format_=Format.PNG, **facts):
    later = now.replace(microsecond=0) + A_DAY
    return replace(image_of(invite, LINK, format_, now), **{"expires_at": later, **facts})


def test_a_record_is_kept_as_it_is(ports, invite, now):
    image = an_image(invite, now, invite_expires_at=now + timedelta(days=3, microseconds=17))
    ports.qr_records.keep(image, invite)
    assert ports.qr_records.of_invite(invite.code) == [image]


def test_an_invite_has_a_record_for_each_of_its_images(ports, invite, now):
    images = [an_image(invite, now, format_) for format_ in Format]
    for image in (*images, images[0]):
        ports.qr_records.keep(image, invite)
    another = a_kept_invite(ports)
    ports.qr_records.keep(an_image(another, now), another)
    assert ports.qr_records.of_invite(invite.code) == sorted(images, key=lambda image: image.object_key)


def test_no_record_is_kept_for_an_invite_that_is_another_by_now(ports, invite, now):
    for another in (replace(invite, edition=invite.edition + 1), an_invite(ports)):
        image = an_image(another, now)
        with pytest.raises(StaleWrite):
            ports.qr_records.keep(image, another)
        assert ports.qr_records.of_invite(another.code) == []


def test_no_record_is_kept_for_an_invite_deleted_meanwhile(ports, invite, now):
    ports.invites.change(
        invite.code, lambda was, _: (replace(was, deleted_at=now, updated_at=now, edition=2), an_entry(ports))
    )
    with pytest.raises(StaleWrite):
        ports.qr_records.keep(an_image(invite, now), invite)


def test_records_are_found_by_their_objects(ports, invite, now):
    png, svg = an_image(invite, now), an_image(invite, now, Format.SVG)
    ports.qr_records.keep(png, invite)
    assert ports.qr_records.among([png.object_key, svg.object_key, "qr/", "qr/x.png"]) == {png.object_key}
    assert ports.qr_records.among([]) == set()


@pytest.mark.parametrize("invite_expires_at", [None, 2 * A_DAY])
def test_a_record_is_moved_with_its_invite(ports, invite, now, invite_expires_at):
    image = an_image(invite, now, invite_expires_at=now + A_DAY)
    ports.qr_records.keep(image, invite)
    ends = invite_expires_at and now + invite_expires_at
    moved = replace(image, expires_at=image.expires_at + A_DAY, invite_expires_at=ends)
    ports.qr_records.move(moved)
    assert ports.qr_records.of_invite(invite.code) == [moved]


def test_a_record_that_is_gone_is_not_moved_back(ports, invite, now):
    image = an_image(invite, now)
    ports.qr_records.keep(image, invite)
    ports.qr_records.drop(image.object_key)
    ports.qr_records.drop(image.object_key)
    ports.qr_records.move(image)
    assert ports.qr_records.of_invite(invite.code) == []
    assert ports.qr_records.among([image.object_key]) == set()
