"""What admins decide, and what is known of the server."""

from datetime import timedelta

import pytest

from chalicelib.plex.model import Library
from chalicelib.settings.model import Refresh, RefreshFailure, RefreshState, Settings
from testing.invite_builders import NOW

MOVIES, MUSIC, PHOTOS = (Library(id_, id_, id_, "movie") for id_ in ("1", "2", "3"))
TEN_MINUTES = timedelta(minutes=10)
A_MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("enabled", "default", "given", "shared"),
    [
        ("all", "all", (MOVIES, MUSIC, PHOTOS), (MOVIES, MUSIC, PHOTOS)),
        (("3", "1"), "all", (MOVIES, PHOTOS), (MOVIES, PHOTOS)),
        ("all", ("2",), (MOVIES, MUSIC, PHOTOS), (MUSIC,)),
        (("1", "2"), ("2", "3"), (MOVIES, MUSIC), (MUSIC,)),
        ((), "all", (), ()),
        ("all", (), (MOVIES, MUSIC, PHOTOS), ()),
        (("9",), ("9",), (), ()),
    ],
)
def test_invites_give_what_is_enabled_and_by_default_a_part_of_that(enabled, default, given, shared):
    settings = Settings(libraries=(MOVIES, MUSIC, PHOTOS), enabled_libraries=enabled, default_libraries=default)
    assert settings.enabled() == given
    assert settings.shared_by_default() == shared


def test_a_reading_runs_for_ten_minutes_and_has_failed_then():
    asked = Refresh(asked_at=NOW)
    assert asked.state(NOW) is asked.state(NOW + TEN_MINUTES - A_MICROSECOND) is RefreshState.RUNNING
    assert asked.state(NOW + TEN_MINUTES) is RefreshState.FAILED
    assert asked.failure_code(NOW + TEN_MINUTES) == RefreshFailure.NOT_ASKED


@pytest.mark.parametrize("refresh", [Refresh(), Refresh(refreshed_at=NOW)])
def test_what_was_read_or_never_asked_for_is_idle(refresh):
    assert refresh.state(NOW) is RefreshState.IDLE
    assert refresh.failure_code(NOW) is None


def test_a_failure_has_its_code_until_it_is_asked_again():
    failed = Refresh(failure=RefreshFailure.NOT_YOURS)
    assert failed.state(NOW) is RefreshState.FAILED
    assert failed.failure_code(NOW) == "ServerNotYours"
    again = Refresh(asked_at=NOW, failure=RefreshFailure.NOT_YOURS)
    assert again.state(NOW) is RefreshState.RUNNING
    assert again.failure_code(NOW) is None


def test_sign_up_is_off_until_it_is_turned_on():
    fresh = Settings()
    assert not fresh.signup_enabled
    assert not fresh.local_signin_enabled
    assert fresh.new_plex_signin_enabled
