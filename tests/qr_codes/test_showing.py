from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from chalicelib.common.refusals import InviteExpired, InviteNotFound, NotAllowed, SetupIncomplete, TryAgain
from chalicelib.qr_codes.model import URL_LIFETIME, Format
from chalicelib.qr_codes.showing import ShowingQrCodes, follow_expiry
from tests.fakes.old_qr import CODE, NOW, FakeImages, FakeInvites, FakeRecords, a_user, an_invite


class Desk:
    """Somewhere to ask for QR codes, and what stands behind it."""

    def __init__(self, invite=None, **settings):
        self.invites = cast("Any", FakeInvites(invite or an_invite(), **settings))
        self.records = FakeRecords(self.invites)
        self.images = cast("Any", FakeImages())
        self.drawn = []
        self.qr_codes = ShowingQrCodes(self.invites, self.records, self.images, self._render)

    def _render(self, link, format_):
        self.drawn.append((link, format_))
        return f"{format_} of {link}".encode()

    def show(self, code=CODE, format_=Format.PNG, reader=None, now=NOW):
        return self.qr_codes.show(code, format_, reader=reader or a_user(), now=now)

    def remove(self, remover=None, code=CODE):
        self.qr_codes.remove(code, remover=remover or a_user())


def test_what_is_drawn_is_the_link():
    desk = Desk()
    desk.show()
    assert desk.drawn == [(f"https://invites.example.org/signup?icode={CODE}", Format.PNG)]


def test_the_address_is_good_for_five_minutes_and_names_the_download():
    address = Desk().show(format_=Format.SVG)
    assert address.expires_at - NOW == URL_LIFETIME == timedelta(minutes=5)
    assert f"invite-{CODE}.svg" in address.url


def test_an_image_is_drawn_once_and_found_again_with_one_look():
    desk = Desk()
    first, second = desk.show(), desk.show()
    assert first == second
    assert len(desk.drawn) == 1
    assert len(desk.images.asked) == 2


def test_an_image_that_went_missing_is_drawn_again():
    desk = Desk()
    desk.show()
    desk.images.all.clear()
    desk.show()
    assert len(desk.drawn) == 2
    assert len(desk.images.all) == 1


def test_another_application_url_is_another_image():
    desk = Desk()
    desk.show()
    desk.invites.settings = replace(desk.invites.settings, application_url="https://other.example.org")
    desk.show()
    assert desk.drawn[1][0].startswith("https://other.example.org/")
    assert len(desk.images.all) == 2


def test_every_image_has_a_record_before_it_is_there():
    desk = Desk()
    desk.images.put = lambda *_: pytest.fail("without a record") if not desk.records.all else None
    desk.show()


def test_the_record_ends_with_the_invite():
    ends = NOW + timedelta(days=2)
    desk = Desk(an_invite(expires_at=ends))
    desk.show()
    assert [image.expires_at for image in desk.records.all.values()] == [ends]


@pytest.mark.parametrize("facts", [{"enabled": False}, {"uses": 1}])
def test_a_switched_off_or_used_up_invite_keeps_its_code(facts):
    assert Desk(an_invite(**facts)).show().url


def test_an_expired_invite_has_none():
    with pytest.raises(InviteExpired, match="Move its date"):
        Desk(an_invite(expires_at=NOW)).show()


def test_without_an_application_url_there_is_nothing_to_draw():
    with pytest.raises(SetupIncomplete, match="application URL"):
        Desk(application_url="").show()


@pytest.mark.parametrize("permission", ["view_invites", "manage_invites", "admin"])
def test_whoever_sees_all_invites_sees_their_codes(permission):
    assert Desk().show(reader=a_user("ruth", permission)).url


def test_nobody_else_does():
    desk = Desk()
    with pytest.raises(NotAllowed):
        desk.show(reader=a_user("ruth", "create_invites", "advanced_invites"))
    assert not desk.records.all
    assert not desk.images.all


@pytest.mark.parametrize("code", ["nope", "Unknown1", "../../etc", ""])
def test_a_code_that_is_none_is_not_found(code):
    with pytest.raises(InviteNotFound):
        Desk().show(code)


def test_an_invite_deleted_while_its_record_is_written_leaves_nothing():
    desk = Desk()
    desk.records.meanwhile = desk.invites.all.clear
    with pytest.raises(TryAgain):
        desk.show()
    assert not desk.records.all
    assert not desk.images.all


def test_an_invite_deleted_while_its_image_is_drawn_leaves_nothing():
    desk = Desk()
    draw = desk.qr_codes.render

    def drawing_takes_time(link, format_):
        desk.invites.all.clear()
        desk.records.all.clear()
        return draw(link, format_)

    slow = replace(desk.qr_codes, render=drawing_takes_time)
    with pytest.raises(TryAgain):
        slow.show(CODE, Format.PNG, reader=a_user(), now=NOW)
    assert not desk.images.all


def test_removing_drops_every_record_of_the_invite():
    desk = Desk()
    desk.show()
    desk.show(format_=Format.SVG)
    desk.remove()
    desk.remove()
    assert not desk.records.all


def test_seeing_all_invites_is_not_enough_to_remove():
    with pytest.raises(NotAllowed):
        Desk().remove(a_user("ruth", "view_invites"))
    Desk().remove(a_user("ruth", "manage_invites"))


def test_the_records_follow_an_edited_expiry():
    desk = Desk(an_invite(expires_at=NOW + timedelta(days=2)))
    desk.show()
    edited = an_invite(expires_at=NOW + timedelta(days=9), edition=2)
    follow_expiry(edited, records=desk.records, now=NOW)
    assert [image.expires_at for image in desk.records.all.values()] == [edited.expires_at]
    assert [image.invite_expires_at for image in desk.records.all.values()] == [edited.expires_at]
