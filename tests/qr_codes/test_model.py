from datetime import UTC, datetime, timedelta

from chalicelib.common.people import Person
from chalicelib.common.records import replace
from chalicelib.invites.model import Invite
from chalicelib.qr_codes.model import IDLE_LIMIT, Format, code_in, file_name, image_of, object_key

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
LINK = "https://invites.example.org/signup?icode=AbCdEfGh"


def an_invite(expires_at=None):
    maya = Person("u1", "Maya")
    return Invite(code="AbCdEfGh", created_by=maya, created_at=NOW, updated_at=NOW, expires_at=expires_at)


def an_image(invite, now=NOW):
    return image_of(invite, LINK, Format.PNG, now)


def test_an_image_has_another_key_for_another_code_link_or_format():
    keys = {
        object_key("AbCdEfGh", LINK, Format.PNG),
        object_key("AbCdEfGi", LINK, Format.PNG),
        object_key("AbCdEfGh", LINK.replace("example.org", "example.com"), Format.PNG),
        object_key("AbCdEfGh", LINK, Format.SVG),
    }
    assert len(keys) == 4


def test_a_key_names_its_code():
    assert code_in(object_key("AbCdEfGh", LINK, Format.SVG)) == "AbCdEfGh"


def test_an_image_is_kept_until_its_invite_expires():
    ends = NOW + timedelta(days=3)
    assert an_image(an_invite(ends)).expires_at == ends


def test_an_image_outlives_its_invite_by_the_fraction_of_a_second_that_a_ttl_cannot_hold():
    ends = NOW + timedelta(seconds=3, microseconds=1)
    assert an_image(an_invite(ends)).expires_at == NOW + timedelta(seconds=4)
    last = datetime.max.replace(tzinfo=UTC)
    assert an_image(an_invite(last)).expires_at == last.replace(microsecond=0)


def test_the_image_of_an_invite_that_never_expires_is_kept_for_the_idle_limit():
    assert timedelta(0) <= NOW + IDLE_LIMIT - an_image(an_invite()).expires_at < timedelta(days=1)


def test_looking_twice_on_one_day_makes_the_same_record():
    later = NOW + timedelta(hours=5)
    assert an_image(an_invite(), later) == an_image(an_invite())
    assert an_image(an_invite(), later + timedelta(days=1)) != an_image(an_invite())


def test_an_invite_prolonged_since_overtakes_the_record():
    image = an_image(an_invite(NOW + timedelta(days=1)))
    assert image.was_overtaken_by(an_invite(NOW + timedelta(days=9)), NOW)
    assert image.was_overtaken_by(an_invite(None), NOW)


def test_an_invite_unchanged_or_over_does_not_overtake_the_record():
    image = an_image(an_invite(NOW + timedelta(days=1)))
    assert not image.was_overtaken_by(an_invite(NOW + timedelta(days=1)), NOW)
    assert not image.was_overtaken_by(an_invite(NOW), NOW)
    assert not an_image(an_invite()).was_overtaken_by(an_invite(), NOW)


def test_an_image_follows_its_invite():
    image = an_image(an_invite(NOW + timedelta(days=1)))
    prolonged = an_invite(NOW + timedelta(days=9))
    assert image.following(prolonged, NOW) == replace(
        image, expires_at=prolonged.expires_at, invite_expires_at=prolonged.expires_at
    )


def test_a_download_is_named_for_its_invite():
    assert file_name("AbCdEfGh", Format.SVG) == "invite-AbCdEfGh.svg"


def test_a_key_that_is_not_ours_names_no_code():
    assert code_in("") == ""
    assert code_in("qr/") == ""
    assert code_in("qr/AbCdEfGh") == "AbCdEfGh"


def test_each_format_has_its_media_type():
    assert {format_: format_.media_type for format_ in Format} == {
        Format.PNG: "image/png",
        Format.SVG: "image/svg+xml",
    }


def test_an_image_knows_its_invite():
    image = an_image(an_invite(NOW + timedelta(days=1)))
    assert (image.code, image.invite_expires_at) == ("AbCdEfGh", NOW + timedelta(days=1))
    assert image.object_key == object_key("AbCdEfGh", LINK, Format.PNG)


def test_an_image_that_is_kept_for_the_idle_limit_ends_at_midnight():
    ends = an_image(an_invite(), NOW.replace(microsecond=7)).expires_at
    assert (ends.hour, ends.minute, ends.second, ends.microsecond) == (0, 0, 0, 0)
