"""What settings must be to make sense together."""

from typing import Any

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import BadInput, SetupIncomplete
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Settings
from chalicelib.settings.rules import must_be_sound

SET_UP = Settings(
    application_url="https://invites.example.org",
    server=Server("machine", "Home", 1),
    libraries=(Library("1", "1", "Movies", "movie"), Library("2", "2", "Music", "artist")),
)


def having(**facts: Any):
    return replace(SET_UP, **facts)


def change(settings=SET_UP, **facts: Any):
    must_be_sound(replace(settings, **facts), was=settings)


def test_sign_up_needs_a_server_and_an_address():
    change(signup_enabled=True)
    for missing in ({"server": None}, {"application_url": ""}):
        with pytest.raises(SetupIncomplete):
            change(having(**missing), signup_enabled=True)


def test_the_address_cannot_go_while_sign_up_is_on():
    with pytest.raises(SetupIncomplete) as refused:
        change(having(signup_enabled=True), application_url="")
    assert refused.value.field == "application_url"


def test_a_library_that_plex_dropped_does_not_stand_in_the_way_of_other_edits():
    stale = having(enabled_libraries=("1", "999"))
    change(stale, application_title="Cinema")
    change(stale, enabled_libraries=("1", "2", "999"))
    with pytest.raises(BadInput):
        change(enabled_libraries=("1", "999"))


def test_what_is_shared_by_default_must_be_enabled_in_part():
    change(enabled_libraries=("1",), default_libraries=("1", "2"))
    with pytest.raises(BadInput) as refused:
        change(enabled_libraries=("1",), default_libraries=("2",))
    assert refused.value.field == "default_libraries"


def test_each_refusal_names_its_field_and_why():
    for missing, key, field in (
        ({"server": None}, "SetupIncomplete.server_for_signup", "signup_enabled"),
        ({"application_url": ""}, "SetupIncomplete.address_for_signup", "application_url"),
    ):
        with pytest.raises(SetupIncomplete) as refused:
            change(having(**missing), signup_enabled=True)
        assert (refused.value.key, refused.value.field) == (key, field)


def test_without_sign_up_neither_server_nor_address_is_needed():
    change(Settings(), application_title="Cinema")


@pytest.mark.parametrize("field", ["application_url", "dashboard_url"])
def test_addresses_are_addresses_or_none_at_all(field):
    change(**{field: "https://watch.example.org"})
    change(having(**{field: "https://watch.example.org"}), **{field: ""})
    with pytest.raises(BadInput) as refused:
        change(**{field: "watch.example.org"})
    assert refused.value.field == field


@pytest.mark.parametrize("title", ["", "   ", "two\nlines", "zero\u200bwidth"])
def test_a_title_is_one_line_that_can_be_read(title):
    with pytest.raises(BadInput) as refused:
        change(application_title=title)
    assert (refused.value.key, refused.value.field) == ("BadInput.title", "application_title")


def test_a_title_is_in_any_language():
    change(application_title="Kino für Großmütter 家")


def test_no_one_becomes_an_admin_by_default():
    change(default_permissions=frozenset(Permission) - {Permission.ADMIN})
    with pytest.raises(BadInput) as refused:
        change(default_permissions=frozenset({Permission.STREAMARR, Permission.ADMIN}))
    assert (refused.value.key, refused.value.field) == ("BadInput.admin_by_default", "default_permissions")


@pytest.mark.parametrize("field", ["enabled_libraries", "default_libraries"])
def test_a_library_that_is_newly_named_must_be_known(field):
    with pytest.raises(BadInput) as refused:
        change(**{field: ("1", "999")})
    assert (refused.value.key, refused.value.field) == ("BadInput.unknown_library", field)
    assert refused.value.facts == {"library": "999"}
    change(having(**{field: ("1", "999")}), **{field: ("1", "999", "2")})


def test_at_least_one_library_is_enabled_and_one_shared():
    for field, key in (("enabled_libraries", "no_library_enabled"), ("default_libraries", "no_library_shared")):
        with pytest.raises(BadInput) as refused:
            change(**{field: ()})
        assert (refused.value.key, refused.value.field) == (f"BadInput.{key}", field)


def test_no_library_at_all_stands_in_the_way_of_no_other_edit():
    for field in ("enabled_libraries", "default_libraries"):
        change(having(**{field: ()}), application_title="Cinema")


@pytest.mark.parametrize("changes", [{"enabled_libraries": ()}, {"default_libraries": ()}])
def test_before_the_libraries_are_read_any_choice_of_none_is_taken(changes):
    change(having(libraries=()), **changes)


@pytest.mark.parametrize(
    "zone", ["Pacific/Auckland", "Europe/Berlin", "UTC", "America/Argentina/Ushuaia", "Etc/GMT+12"]
)
def test_a_time_zone_has_an_iana_name(zone):
    change(time_zone=zone)


@pytest.mark.parametrize(
    "zone",
    ["", "Berlin", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe/Berlin\n", "E\u0075rope/Berl\u0131n"],
)
def test_any_other_name_is_refused(zone):
    with pytest.raises(BadInput) as refused:
        change(time_zone=zone)
    assert (refused.value.key, refused.value.field) == ("BadInput.time_zone", "time_zone")
