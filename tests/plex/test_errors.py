import pytest

from chalicelib.plex.errors import OwnerTokenRefused, PlexError, PlexRefused, PlexTokenRefused, TemporaryPlexError


def test_a_failure_that_may_pass_says_how_long_plex_asked_to_wait():
    assert TemporaryPlexError("busy", retry_after=77).asked_to_wait == 77
    assert TemporaryPlexError("down").asked_to_wait is None


@pytest.mark.parametrize("error", [PlexRefused("no", status=403), PlexTokenRefused("void"), PlexError("other")])
def test_no_other_failure_asks_to_wait(error):
    assert error.asked_to_wait is None


@pytest.mark.parametrize(("status", "reason", "already"), [(422, 1999, True), (422, None, False), (400, 1999, False)])
def test_already_shared_is_told_by_status_and_code(status, reason, already):
    assert PlexRefused("no", status=status, reason=reason).already_shared is already


@pytest.mark.parametrize(("status", "is_absence"), [(404, True), (410, True), (403, False), (422, False)])
def test_what_is_not_there_or_gone_is_an_absence(status, is_absence):
    assert PlexRefused("no", status=status).is_absence is is_absence


def test_an_error_says_what_it_is_about():
    assert str(TemporaryPlexError("busy", retry_after=7)) == "busy"
    assert str(PlexRefused("no", status=403)) == "no"


def test_the_owner_s_refused_token_is_a_refused_token():
    assert issubclass(OwnerTokenRefused, PlexTokenRefused)
