"""What an account is."""

import pytest

from chalicelib.accounts.model import AccountState, Kind, is_user_id, new_user
from chalicelib.common.people import Permission, Person
from testing.invite_builders import NOW, a_user

STREAMARR = frozenset({Permission.STREAMARR})


def test_with_a_plex_id_a_newcomer_has_a_plex_account_and_else_a_local_one():
    plex = new_user("u1", "Maya", "maya@example.org", permissions=STREAMARR, now=NOW, plex_id=41)
    local = new_user("u2", "Maya", "maya@example.org", permissions=STREAMARR, now=NOW)
    assert (plex.kind, plex.plex_id) == (Kind.PLEX, 41)
    assert (local.kind, local.plex_id) == (Kind.LOCAL, None)
    assert (plex.permissions, plex.created_at, plex.is_open) == (STREAMARR, NOW, True)


@pytest.mark.parametrize(("email", "kept"), [(" MAYA@Example.org", "maya@example.org"), (None, None), ("", None)])
def test_a_newcomer_s_address_is_kept_in_its_normal_form(email, kept):
    assert new_user("u1", "Maya", email, permissions=STREAMARR, now=NOW).email == kept


def test_an_account_is_open_until_it_is_closed():
    assert a_user("u1").is_open
    assert not a_user("u1", state=AccountState.CLOSED).is_open


def test_others_see_id_and_name():
    assert a_user("u1", name="Maya").person == Person("u1", "Maya")


@pytest.mark.parametrize("text", ["a", "A-Z_09", "x" * 64])
def test_what_can_be_an_account_s_id(text):
    assert is_user_id(text)


@pytest.mark.parametrize("text", ["", "x" * 65, "a b", "a/b", "a\n", "\u00e4"])
def test_what_cannot_be_an_account_s_id(text):
    assert not is_user_id(text)
