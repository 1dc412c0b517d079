"""Images follow their invites."""

from datetime import timedelta

import pytest

from chalicelib.common.records import replace
from chalicelib.qr_codes.following import FollowingInvites
from chalicelib.qr_codes.model import Format, image_of
from testing.invite_builders import NOW, an_invite
from tests.fakes.ports import FakePorts

ENDS = NOW + timedelta(days=2)
LINK = "https://invites.example.org"


@pytest.fixture
def ports():
    """With two images of one invite, and one of another."""
    ports = FakePorts()
    for invite in (an_invite(expires_at=ENDS), an_invite(code="Another1", expires_at=ENDS)):
        ports.database.invites[invite.code] = invite
        for format_ in Format:
            ports.qr_records.keep(image_of(invite, LINK, format_, NOW), invite)
    return ports


def expiries(ports, code):
    return {(image.expires_at, image.invite_expires_at) for image in ports.qr_records.of_invite(code)}


def test_the_records_follow_an_edited_expiry(ports):
    edited = an_invite(expires_at=NOW + timedelta(days=9), edition=2)
    ports.use(FollowingInvites).follow(edited, now=NOW)
    assert expiries(ports, edited.code) == {(edited.expires_at, edited.expires_at)}
    assert expiries(ports, "Another1") == {(ENDS, ENDS)}


def test_the_records_of_an_invite_that_never_expires_any_more_are_kept_from_now_on(ports):
    later = NOW + timedelta(days=1)
    ports.use(FollowingInvites).follow(an_invite(expires_at=None), now=later)
    expected = image_of(an_invite(), LINK, Format.PNG, later)
    assert expiries(ports, expected.code) == {(expected.expires_at, None)}


def test_removing_drops_every_record_of_the_invite_and_no_other(ports):
    following = ports.use(FollowingInvites)
    following.remove("AbCdEfGh")
    following.remove("AbCdEfGh")
    assert ports.qr_records.of_invite("AbCdEfGh") == []
    assert len(ports.qr_records.of_invite("Another1")) == 2


def test_a_record_that_goes_meanwhile_stays_gone(ports):
    key = ports.qr_records.of_invite("AbCdEfGh")[0].object_key
    ports.database.let_come_first(lambda: ports.qr_records.drop(key))
    ports.use(FollowingInvites).follow(replace(an_invite(), expires_at=None), now=NOW)
    assert ports.qr_records.among([key]) == set()
