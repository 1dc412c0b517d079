from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.qr_codes.cleanup import CleaningUpQrCodes
from chalicelib.qr_codes.model import Format, image_of
from tests.fakes.old_qr import NOW, FakeImages, FakeInvites, FakeRecords, an_invite

ENDS = NOW + timedelta(days=1)
AFTERWARDS = ENDS + timedelta(minutes=7)


class Scene:
    """An invite with an image whose record has just been removed."""

    def __init__(self, *, ends=ENDS, now=AFTERWARDS):
        self.invite, self.now = an_invite(expires_at=ends), now
        self.invites: Any = FakeInvites(self.invite)
        self.records, self.images = FakeRecords(self.invites), FakeImages()
        self.removed = image_of(self.invite, "https://invites.example.org", Format.PNG, NOW)
        self.images.put(self.removed.object_key, b"image", Format.PNG)

    def edit(self, **changes):
        self.invite = replace(self.invite, **changes, edition=self.invite.edition + 1)
        self.invites.all[self.invite.code] = self.invite

    def tidy(self):
        tidying = CleaningUpQrCodes(self.invites, self.records, self.images, lambda: self.now)
        return tidying.tidy(self.removed, self.now)


def test_the_object_follows_its_record():
    scene = Scene()
    assert scene.tidy()
    assert not scene.images.all


def test_twice_is_as_good_as_once():
    scene = Scene()
    assert scene.tidy()
    assert scene.tidy()
    assert not scene.images.all


def test_an_image_nobody_looked_at_for_long_goes_though_its_invite_lives():
    scene = Scene(ends=None, now=NOW + timedelta(days=200))
    assert scene.tidy()
    assert not scene.images.all


@pytest.mark.parametrize("ends", [AFTERWARDS + timedelta(days=5), None])
def test_the_image_stays_if_the_invite_was_prolonged(ends):
    scene = Scene()
    scene.edit(expires_at=ends)
    assert not scene.tidy()
    assert scene.images.all
    (record,) = scene.records.all.values()
    assert record.expires_at > scene.now
    assert record.invite_expires_at == ends


def test_an_image_removed_by_hand_goes_though_the_invite_was_edited():
    scene = Scene(now=NOW)
    scene.edit(expires_at=ENDS + timedelta(days=5))
    assert scene.tidy()
    assert not scene.images.all


def test_the_image_goes_with_a_deleted_invite():
    scene = Scene()
    scene.invites.all.clear()
    assert scene.tidy()
    assert not scene.images.all


def test_an_image_whose_record_is_back_stays():
    scene = Scene(now=NOW)
    scene.records.keep(scene.removed, scene.invite)
    assert not scene.tidy()
    assert scene.images.all


def test_an_edit_meanwhile_is_taken_into_account():
    scene = Scene()
    scene.edit(expires_at=AFTERWARDS + timedelta(days=5))
    scene.records.meanwhile = lambda: scene.edit(expires_at=AFTERWARDS + timedelta(days=9))
    assert not scene.tidy()
    (record,) = scene.records.all.values()
    assert record.expires_at == AFTERWARDS + timedelta(days=9)
