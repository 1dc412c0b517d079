"""What an invite is, by the facts and the clock."""

from datetime import timedelta
from itertools import cycle, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    BadInput,
    GrantUnavailable,
    InviteExpired,
    InviteNotActive,
    LimitBelowUses,
    NotAllowed,
)
from chalicelib.invites.model import CODE_ALPHABET, Status, clean_note, generate_code, invite_link, is_code
from chalicelib.settings.model import Settings
from testing.invite_builders import MOVIES, MUSIC, NOW, SETTINGS, a_manager, an_invite, an_inviter

PAST, FUTURE = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("is_used_up", "expires_at", "enabled"), list(product((True, False), (None, PAST, FUTURE), (True, False)))
)
def test_redeemed_comes_before_expired_before_inactive_before_active(is_used_up, expires_at, enabled):
    invite = an_invite(limit=2, uses=2 if is_used_up else 1, expires_at=expires_at, enabled=enabled)
    if is_used_up:
        expected = Status.REDEEMED
    elif expires_at == PAST:
        expected = Status.EXPIRED
    else:
        expected = Status.ACTIVE if enabled else Status.INACTIVE
    assert invite.status(NOW) is expected


def test_an_invite_expires_at_the_very_moment():
    assert an_invite(expires_at=NOW).status(NOW) is Status.EXPIRED
    assert an_invite(expires_at=NOW).status(NOW - timedelta(microseconds=1)) is Status.ACTIVE


def test_without_a_limit_it_is_never_redeemed():
    assert an_invite(limit=None, uses=1000).status(NOW) is Status.ACTIVE


def test_raising_the_limit_revives_and_lowering_it_to_the_uses_redeems():
    used_up = an_invite(limit=2, uses=2)
    assert used_up.with_limit(3).status(NOW) is Status.ACTIVE
    assert used_up.with_limit(None).status(NOW) is Status.ACTIVE
    assert an_invite(limit=5, uses=2).with_limit(2).status(NOW) is Status.REDEEMED


def test_the_limit_is_never_below_the_uses():
    with pytest.raises(LimitBelowUses) as refusal:
        an_invite(limit=5, uses=3).with_limit(2)
    assert refusal.value.field == "usage_limit"


def test_its_creator_switches_it_off_and_on():
    ruth = an_inviter()
    off = an_invite().switched(on=False, by=ruth)
    assert (off.enabled, off.locked) == (False, False)
    assert off.switched(on=True, by=ruth).enabled


def test_what_a_manager_switched_off_only_a_manager_switches_on():
    ruth, mona, another = an_inviter(), a_manager(), a_manager(id_="max")
    off = an_invite().switched(on=False, by=mona)
    with pytest.raises(NotAllowed) as refusal:
        off.switched(on=True, by=ruth)
    assert refusal.value.field == "enabled"
    on = off.switched(on=True, by=another)
    assert (on.enabled, on.locked) == (True, False)


def test_a_manager_may_lock_what_is_off_already_and_its_creator_cannot_unlock_it_by_switching_it_off_again():
    ruth, mona = an_inviter(), a_manager()
    locked = an_invite().switched(on=False, by=ruth).switched(on=False, by=mona)
    assert locked.switched(on=False, by=ruth).locked


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "a\tb", "\x7f", "\x85", "\ud800"])
def test_a_note_has_no_control_characters(text):
    with pytest.raises(BadInput) as refusal:
        clean_note(text)
    assert refusal.value.field == "note"


@pytest.mark.parametrize("text", ["für Oma 👩‍👩‍👧", "من أجل", " padded ", "é"])
def test_a_note_keeps_every_other_character(text):
    assert clean_note(text) == text


@pytest.mark.parametrize("text", [None, "", "   "])
def test_nothing_to_read_is_no_note(text):
    assert clean_note(text) is None


def test_more_uses_than_the_limit_are_redeemed_as_well():
    assert an_invite(limit=2, uses=3).status(NOW) is Status.REDEEMED


def test_a_date_passes_whether_the_invite_was_redeemed_or_not():
    assert an_invite(uses=1, expires_at=NOW).is_over(NOW)
    assert not an_invite(uses=1, expires_at=FUTURE).is_over(NOW)
    assert not an_invite().is_over(NOW)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"uses": 1}, InviteNotActive),
        ({"uses": 1, "expires_at": PAST}, InviteNotActive),
        ({"enabled": False}, InviteNotActive),
        ({"expires_at": PAST}, InviteExpired),
        ({"expires_at": PAST, "enabled": False}, InviteExpired),
    ],
)
def test_what_cannot_be_redeemed_says_why(facts, refusal):
    with pytest.raises(refusal):
        an_invite(**facts).must_be_redeemable(NOW)


def test_an_active_invite_can_be_redeemed():
    an_invite(expires_at=FUTURE).must_be_redeemable(NOW)


def test_the_limit_below_the_uses_is_told_with_the_uses():
    with pytest.raises(LimitBelowUses) as refusal:
        an_invite(limit=5, uses=3).with_limit(0)
    assert refusal.value.facts == {"uses": 3}
    assert an_invite(limit=5, uses=3).with_limit(3).usage_limit == 3


def test_a_locked_switch_is_told():
    with pytest.raises(NotAllowed) as refusal:
        an_invite(enabled=False, locked=True).switched(on=True, by=an_inviter())
    assert (refusal.value.key, refusal.value.field) == ("NotAllowed.locked", "enabled")


def test_switching_on_what_is_on_unlocks_nothing_that_was_not_locked():
    on = an_invite().switched(on=True, by=an_inviter())
    assert (on.enabled, on.locked) == (True, False)


ALL = replace(SETTINGS, enabled_libraries="all", default_libraries=(MUSIC.id,))


@pytest.mark.parametrize(
    ("libraries", "settings", "given"),
    [
        ("default", ALL, (MUSIC,)),
        ("all", ALL, (MOVIES, MUSIC)),
        ((MOVIES.id,), ALL, (MOVIES,)),
        ((MUSIC.id, MOVIES.id), ALL, (MOVIES, MUSIC)),
        ("all", replace(ALL, enabled_libraries=(MOVIES.id,)), (MOVIES,)),
    ],
)
def test_the_libraries_given_are_those_chosen_of_those_enabled(libraries, settings, given):
    assert an_invite(libraries=libraries).libraries_given(settings) == given


@pytest.mark.parametrize(
    ("libraries", "settings"),
    [
        ("all", Settings()),
        ("default", Settings()),
        ("default", replace(ALL, enabled_libraries=(MOVIES.id,))),
        ((), ALL),
        (("99",), ALL),
        ((MOVIES.id, "99"), ALL),
        ((MOVIES.id, MUSIC.id), replace(ALL, enabled_libraries=(MOVIES.id,))),
        ((MOVIES.id,), replace(ALL, libraries=(MUSIC,))),
    ],
)
def test_nothing_is_given_rather_than_everything(libraries, settings):
    with pytest.raises(GrantUnavailable):
        an_invite(libraries=libraries).libraries_given(settings)
    assert not an_invite(libraries=libraries).can_give(settings)


@pytest.mark.parametrize("text", ["AbCdEfGh", "12345678", "x" * 20])
def test_what_can_be_a_code(text):
    assert is_code(text)


@pytest.mark.parametrize(
    "text", ["", "x" * 7, "x" * 21, "with space", "AbCdEfG-", "ümläutß1", "12345678\n", "\uff11" * 8]
)
def test_what_cannot_be_a_code(text):
    assert not is_code(text)


def test_a_generated_code_is_one_that_chance_chose():
    letters = cycle("Az09")
    code = generate_code(lambda _: next(letters))
    assert code == "Az09Az09"
    assert is_code(code)
    assert all(is_code(character * 8) for character in CODE_ALPHABET)
    assert len(set(CODE_ALPHABET)) == 62


@pytest.mark.parametrize("url", ["https://invites.example.org", "https://invites.example.org/"])
def test_a_link_leads_to_the_signup_page(url):
    assert invite_link(Settings(application_url=url), "AbCdEfGh") == "https://invites.example.org/signup?icode=AbCdEfGh"


READABLE = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30)


@given(READABLE)
def test_a_note_is_kept_whole(text):
    assert clean_note(text) == (text if text.strip() else None)


@given(READABLE, st.characters(categories=("Cc", "Cs")), READABLE)
def test_one_control_character_is_too_many(before, control, after):
    with pytest.raises(BadInput) as refusal:
        clean_note(before + control + after)
    assert refusal.value.key == "BadInput.note"
