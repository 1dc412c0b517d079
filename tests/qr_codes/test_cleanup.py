"""When the record of a QR image is gone, the image goes, unless the invite lives on."""

from datetime import timedelta

import pytest

from chalicelib.common.records import replace
from chalicelib.common.refusals import TryAgain
from chalicelib.qr_codes.cleanup import CleaningUpQrCodes
from chalicelib.qr_codes.model import Format, image_of
from testing.invite_builders import NOW, an_invite
from tests.fakes.ports import FakePorts

ENDS = NOW + timedelta(days=1)
AFTERWARDS = ENDS + timedelta(minutes=7)


class Scene:
    """An invite with an image, and the record of that image has just been removed."""

    def __init__(self, *, ends=ENDS, now=AFTERWARDS):
        self.ports, self.invite = FakePorts(), an_invite(expires_at=ends)
        self.ports.now = now
        self.ports.database.invites[self.invite.code] = self.invite
        self.removed = image_of(self.invite, "https://invites.example.org", Format.PNG, NOW)
        self.images = self.ports.qr_images.contents
        self.ports.qr_images.put(self.removed.object_key, b"image", Format.PNG)

    def edit(self, **changes):
        self.invite = replace(self.invite, **changes, edition=self.invite.edition + 1)
        self.ports.database.invites[self.invite.code] = self.invite

    def clean_up(self, *, removed_at=None):
        cleaning_up = self.ports.use(CleaningUpQrCodes)
        return cleaning_up.follow_removal(self.removed, removed_at=removed_at or self.ports.now)

    @property
    def records(self):
        return self.ports.qr_records.of_invite(self.invite.code)


def test_the_object_follows_its_record():
    scene = Scene()
    assert scene.clean_up()
    assert not scene.images


def test_twice_is_as_good_as_once():
    scene = Scene()
    assert scene.clean_up()
    assert scene.clean_up()
    assert not scene.images


def test_an_image_no_one_looked_at_for_long_goes_though_its_invite_lives():
    scene = Scene(ends=None, now=NOW + timedelta(days=200))
    assert scene.clean_up()
    assert not scene.images


@pytest.mark.parametrize("ends", [AFTERWARDS + timedelta(days=5), None])
def test_the_image_stays_if_the_invite_was_prolonged(ends):
    scene = Scene()
    scene.edit(expires_at=ends)
    assert not scene.clean_up()
    assert scene.images
    (record,) = scene.records
    assert record.expires_at > scene.ports.now
    assert record.invite_expires_at == ends


def test_an_image_removed_by_hand_goes_though_the_invite_was_edited():
    scene = Scene(now=NOW)
    scene.edit(expires_at=ENDS + timedelta(days=5))
    assert scene.clean_up()
    assert not scene.images


@pytest.mark.parametrize(("early", "stays"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
def test_a_record_expired_from_its_very_moment_on(early, stays):
    scene = Scene()
    scene.edit(expires_at=None)
    assert scene.clean_up(removed_at=ENDS - early) is not stays


def test_the_image_goes_with_a_deleted_invite():
    for gone in ({"deleted_at": NOW}, {"code": "AnotherOne"}):
        scene = Scene()
        scene.edit(expires_at=None)
        scene.ports.database.invites = {scene.invite.code: replace(scene.invite, **gone)}
        if "code" in gone:
            scene.ports.database.invites.clear()
        assert scene.clean_up()
        assert not scene.images


def test_an_image_whose_record_is_back_stays():
    scene = Scene(now=NOW)
    scene.ports.qr_records.keep(scene.removed, scene.invite)
    assert not scene.clean_up()
    assert scene.images


def test_an_edit_meanwhile_is_taken_into_account():
    scene = Scene()
    scene.edit(expires_at=AFTERWARDS + timedelta(days=5))
    scene.ports.database.let_come_first(lambda: scene.edit(expires_at=AFTERWARDS + timedelta(days=9)))
    assert not scene.clean_up()
    (record,) = scene.records
    assert record.expires_at == AFTERWARDS + timedelta(days=9)


def test_too_many_edits_meanwhile_bring_the_message_again():
    scene = Scene()
    scene.edit(expires_at=None)
    scene.ports.database.let_come_first(*[lambda: scene.edit(note="again")] * 5)
    with pytest.raises(TryAgain):
        scene.clean_up()
    assert scene.images
