"""What an invite is, by the facts and the clock."""

from datetime import timedelta
from itertools import product

import pytest

from chalicelib.common.refusals import BadInput, LimitBelowUses, NotAllowed
from chalicelib.invites.model import Status, clean_note
from testing.invite_builders import NOW, a_manager, an_invite, an_inviter

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
    assert used_up.limited_to(3).status(NOW) is Status.ACTIVE
    assert used_up.limited_to(None).status(NOW) is Status.ACTIVE
    assert an_invite(limit=5, uses=2).limited_to(2).status(NOW) is Status.REDEEMED


def test_the_limit_is_never_below_the_uses():
    with pytest.raises(LimitBelowUses) as refusal:
        an_invite(limit=5, uses=3).limited_to(2)
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
