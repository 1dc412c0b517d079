"""What settings must be to make sense together."""

from dataclasses import replace

import pytest

from chalicelib.common.refusals import BadInput, SetupIncomplete
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Settings
from chalicelib.settings.rules import must_be_sound

SET_UP = Settings(
    application_url="https://invites.example.org",
    server=Server("machine", "Home", 1),
    libraries=(Library("1", "1", "Movies", "movie"), Library("2", "2", "Music", "artist")),
)


def change(settings=SET_UP, **facts):
    must_be_sound(replace(settings, **facts), was=settings)


def test_sign_up_needs_a_server_and_an_address():
    change(signup_enabled=True)
    for missing in ({"server": None}, {"application_url": ""}):
        with pytest.raises(SetupIncomplete):
            change(replace(SET_UP, **missing), signup_enabled=True)


def test_the_address_cannot_go_while_sign_up_is_on():
    with pytest.raises(SetupIncomplete) as refused:
        change(replace(SET_UP, signup_enabled=True), application_url="")
    assert refused.value.field == "application_url"


def test_a_library_that_plex_dropped_does_not_stand_in_the_way_of_other_edits():
    stale = replace(SET_UP, enabled_libraries=("1", "999"))
    change(stale, application_title="Cinema")
    change(stale, enabled_libraries=("1", "2", "999"))
    with pytest.raises(BadInput):
        change(enabled_libraries=("1", "999"))


def test_what_is_shared_by_default_must_be_enabled_in_part():
    change(enabled_libraries=("1",), default_libraries=("1", "2"))
    with pytest.raises(BadInput) as refused:
        change(enabled_libraries=("1",), default_libraries=("2",))
    assert refused.value.field == "default_libraries"
