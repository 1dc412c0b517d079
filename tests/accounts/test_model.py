"""What an account is."""

from datetime import timedelta

import pytest

from chalicelib.accounts.model import AccountState, Former, Kind, Tombstone, Why, is_user_id, new_user
from chalicelib.common.people import Permission, Person
from chalicelib.common.refusals import AccessEnding, NotForYou
from chalicelib.settings.model import Quota
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


MINUTE = timedelta(minutes=1)
CLOSED_AT, ENDED_AT = NOW, NOW + MINUTE


def a_tombstone(why=Why.CLOSED, *, ended=True):
    return Tombstone(user_id="u1", why=why, closed_at=CLOSED_AT, ended_at=ENDED_AT if ended else None)


@pytest.mark.parametrize("why", Why)
def test_while_access_is_being_taken_away_nothing_admits(why):
    ending = a_tombstone(why, ended=False)
    with pytest.raises(AccessEnding):
        ending.must_admit_by_invite(ENDED_AT + MINUTE)
    with pytest.raises(AccessEnding):
        ending.must_admit_by_access(asked_at=ENDED_AT + MINUTE)


@pytest.mark.parametrize("why", Why)
def test_what_plex_said_before_the_end_admits_no_one(why):
    for asked_at in (CLOSED_AT, ENDED_AT):
        with pytest.raises(AccessEnding):
            a_tombstone(why).must_admit_by_access(asked_at=asked_at)


@pytest.mark.parametrize("why", [Why.FAILED, Why.LEFT])
def test_after_the_end_a_person_who_was_not_removed_is_admitted(why):
    a_tombstone(why).must_admit_by_access(asked_at=ENDED_AT + timedelta.resolution)
    a_tombstone(why).must_admit_by_invite(CLOSED_AT - MINUTE)


def test_a_person_whom_an_admin_removed_is_admitted_by_an_invite_made_afterwards_alone():
    tombstone = a_tombstone()
    for made_at in (CLOSED_AT - MINUTE, CLOSED_AT):
        with pytest.raises(NotForYou):
            tombstone.must_admit_by_invite(made_at)
    with pytest.raises(NotForYou):
        tombstone.must_admit_by_access(asked_at=ENDED_AT + MINUTE)
    tombstone.must_admit_by_invite(CLOSED_AT + timedelta.resolution)


def test_an_account_that_had_access_is_opened_again():
    assert [why for why in Why if a_tombstone(why).reopens] == [Why.LEFT, Why.CLOSED]


def test_a_reopened_account_is_a_newcomer_s_but_for_its_id_age_trial_and_quota():
    former = a_user("u1", created_at=NOW, trial_ends_at=NOW + MINUTE, quota=Quota(2, 30), state=AccountState.CLOSED)
    anew = new_user("u2", "Maya", "maya@example.org", permissions=STREAMARR, now=ENDED_AT, plex_id=41)
    reopened = Former(former, a_tombstone()).reopened(anew)
    assert (reopened.id, reopened.created_at) == ("u1", NOW)
    assert (reopened.trial_ends_at, reopened.quota) == (NOW + MINUTE, Quota(2, 30))
    assert (reopened.is_open, reopened.name, reopened.permissions) == (True, "Maya", STREAMARR)
