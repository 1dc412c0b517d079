"""QR codes: drawn when first asked for, found again afterwards, for those who see the invite."""

from datetime import timedelta

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import InviteExpired, InviteNotFound, NotAllowed, SetupIncomplete, TryAgain
from chalicelib.qr_codes.model import URL_LIFETIME, Format
from chalicelib.qr_codes.showing import ShowingQrCodes
from testing import invite_builders
from testing.invite_builders import NOW, SETTINGS, a_user
from tests.fakes.ports import FakePorts

CODE = "AbCdEfGh"
MAYA = a_user("maya")


def an_invite(**facts):
    return invite_builders.an_invite(created_by=MAYA.person, **facts)


class DrawingPorts(FakePorts):
    """``drawn``: what was asked to be drawn."""

    def __init__(self):
        super().__init__()
        self.drawn = []

    def render(self, link, format_):
        self.drawn.append((link, format_))
        return super().render(link, format_)


class Desk:
    """Where QR codes are asked for, and what stands behind it."""

    def __init__(self, invite=None, **settings):
        self.ports = DrawingPorts()
        self.database = self.ports.database
        self.database.settings = replace(SETTINGS, **settings)
        self.database.invites = {CODE: invite or an_invite()}
        self.images = self.ports.qr_images
        self.drawn = self.ports.drawn
        self.qr_codes = self.ports.use(ShowingQrCodes)

    def show(self, code=CODE, format_=Format.PNG, by=MAYA, now=NOW):
        return self.qr_codes.show(code, format_, by=by, now=now)

    def remove(self, by=MAYA, code=CODE):
        self.qr_codes.remove(code, by=by)

    @property
    def records(self):
        return self.ports.qr_records.of_invite(CODE)

    def holds_nothing(self):
        return not self.database.images and not self.images.contents


def test_what_is_drawn_is_the_link():
    desk = Desk()
    desk.show()
    link = f"https://invites.example.org/signup?icode={CODE}"
    assert desk.drawn == [(link, Format.PNG)]
    assert list(desk.images.contents.values()) == [(f"png of {link}".encode(), Format.PNG)]


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
    desk.images.contents.clear()
    desk.show()
    assert len(desk.drawn) == 2
    assert len(desk.images.contents) == 1


def test_another_application_url_is_another_image():
    desk = Desk()
    desk.show()
    desk.database.settings = replace(desk.database.settings, application_url="https://other.example.org")
    desk.show()
    assert desk.drawn[1][0].startswith("https://other.example.org/")
    assert len(desk.images.contents) == 2


def test_every_image_has_a_record_before_it_is_there(monkeypatch):
    desk = Desk()
    put = desk.images.put

    def put_what_has_a_record(object_key, content, format_):
        assert desk.ports.qr_records.among([object_key])
        put(object_key, content, format_)

    monkeypatch.setattr(desk.images, "put", put_what_has_a_record)
    desk.show()
    assert desk.images.contents


def test_the_record_ends_with_the_invite():
    ends = NOW + timedelta(days=2)
    desk = Desk(an_invite(expires_at=ends))
    desk.show()
    assert [image.expires_at for image in desk.records] == [ends]


def test_looking_again_keeps_the_image_of_an_invite_that_never_expires():
    desk = Desk()
    desk.show()
    (before,) = desk.records
    desk.show(now=NOW + timedelta(days=30))
    (after,) = desk.records
    assert after.expires_at - before.expires_at == timedelta(days=30)


@pytest.mark.parametrize("facts", [{"enabled": False}, {"uses": 1}])
def test_a_switched_off_or_used_up_invite_keeps_its_code(facts):
    assert Desk(an_invite(**facts)).show().url


def test_an_expired_invite_has_none():
    desk = Desk(an_invite(expires_at=NOW))
    with pytest.raises(InviteExpired) as refused:
        desk.show()
    assert refused.value.key == "InviteExpired.revive"
    assert desk.holds_nothing()
    assert Desk(an_invite(expires_at=NOW + timedelta(microseconds=1))).show().url


def test_without_an_application_url_there_is_nothing_to_draw():
    desk = Desk(application_url="")
    with pytest.raises(SetupIncomplete) as refused:
        desk.show()
    assert refused.value.key == "SetupIncomplete.no_application_url"
    assert desk.holds_nothing()


@pytest.mark.parametrize("permission", ["view_invites", "manage_invites", "admin"])
def test_those_who_see_all_invites_see_their_codes(permission):
    assert Desk().show(by=a_user("ruth", Permission(permission))).url


def test_no_one_else_does():
    desk = Desk()
    others = sorted(set(Permission) - {Permission.VIEW_INVITES, Permission.MANAGE_INVITES, Permission.ADMIN})
    with pytest.raises(NotAllowed):
        desk.show(by=a_user("ruth", *others))
    assert desk.holds_nothing()


@pytest.mark.parametrize("code", ["nope", "Unknown1", "../../etc", ""])
def test_a_code_that_is_none_is_not_found(code):
    with pytest.raises(InviteNotFound):
        Desk().show(code)
    with pytest.raises(InviteNotFound):
        Desk().remove(code=code)


def test_what_cannot_be_a_code_is_not_even_looked_for(monkeypatch):
    desk = Desk()
    monkeypatch.setattr(desk.ports.invites, "get_with_settings", lambda _: pytest.fail("the store was asked"))
    with pytest.raises(InviteNotFound):
        desk.show("../../etc")


def test_a_deleted_invite_has_no_code():
    with pytest.raises(InviteNotFound):
        Desk(an_invite(deleted_at=NOW)).show()


def test_an_invite_deleted_while_its_record_is_written_leaves_nothing():
    desk = Desk()
    desk.database.let_come_first(desk.database.invites.clear)
    with pytest.raises(TryAgain) as refused:
        desk.show()
    assert refused.value.retry_after == 1
    assert desk.holds_nothing()


def test_an_invite_deleted_while_its_image_is_drawn_leaves_nothing():
    desk = Desk()
    draw = desk.qr_codes.render

    def drawing_takes_time(link, format_):
        desk.database.invites.clear()
        desk.database.images.clear()
        return draw(link, format_)

    slow = replace(desk.qr_codes, render=drawing_takes_time)
    with pytest.raises(TryAgain) as refused:
        slow.show(CODE, Format.PNG, by=MAYA, now=NOW)
    assert refused.value.retry_after == 1
    assert desk.holds_nothing()


def test_removing_drops_every_record_of_the_invite():
    desk = Desk()
    desk.show()
    desk.show(format_=Format.SVG)
    assert len(desk.records) == 2
    desk.remove()
    desk.remove()
    assert not desk.records


def test_seeing_all_invites_is_not_enough_to_remove():
    with pytest.raises(NotAllowed):
        Desk().remove(a_user("ruth", Permission.VIEW_INVITES))
    Desk().remove(a_user("ruth", Permission.MANAGE_INVITES))


def test_the_records_follow_an_edited_expiry():
    desk = Desk(an_invite(expires_at=NOW + timedelta(days=2)))
    desk.show()
    edited = an_invite(expires_at=NOW + timedelta(days=9), edition=2)
    desk.ports.follow_images(edited, NOW)
    assert [image.expires_at for image in desk.records] == [edited.expires_at]
    assert [image.invite_expires_at for image in desk.records] == [edited.expires_at]
