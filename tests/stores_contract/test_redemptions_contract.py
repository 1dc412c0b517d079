"""Redemptions, the invitees' tokens and the pause: of the fake and of the real store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.access.pauses import begin_pause
from chalicelib.access.progress import State
from chalicelib.access.reasons import STUCK, libraries_gone
from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import RedemptionNotFound
from chalicelib.invites.model import Status
from chalicelib.redemptions.ports import RedemptionStore
from tests.stores_contract.builders import walk
from tests.stores_contract.redeeming import MOVIES, a_claim, a_redemption, add_invite, add_inviter


@pytest.fixture
def now(ports):
    """A year ahead: nothing that is left behind is due for the stack's own sweep."""
    return ports.clock() + timedelta(days=365)


@pytest.fixture
def redemptions(ports) -> RedemptionStore:
    return ports.redemptions


@pytest.fixture
def stored(ports, now):
    """Stores a fresh redemption, the way a claim does."""

    def store(at=now, invite=None):
        invite = invite or add_invite(ports, at, usage_limit=None)
        claim = a_claim(ports, invite, at)
        ports.claims.claim(claim)
        return claim.redemption

    return store


def test_a_redemption_that_was_never_stored_is_not_found(redemptions):
    with pytest.raises(RedemptionNotFound):
        redemptions.get("unknown")
    with pytest.raises(RedemptionNotFound):
        redemptions.get_with_pause("unknown")


def test_a_saved_redemption_comes_back_whole_one_version_on(redemptions, stored, now):
    fresh = stored()
    changed = replace(
        fresh.titled("Maya").taken(now, now + timedelta(seconds=60)).shared(now, "7"),
        giving_up=libraries_gone([MOVIES]),
        reason=STUCK,
        invited_as="maya@example.org",
        next_try_at=now,
        waits_for_owner=True,
    )
    saved = redemptions.save(changed)
    assert saved == replace(changed, version=1)
    assert redemptions.get(fresh.id) == saved
    assert redemptions.save(saved).version == 2


def test_a_save_over_another_version_is_stale(redemptions, stored):
    fresh = stored()
    redemptions.save(fresh)
    with pytest.raises(StaleWrite):
        redemptions.save(fresh)


def test_a_redemption_is_not_begun_by_saving(ports, redemptions, now):
    with pytest.raises(StaleWrite):
        redemptions.save(a_redemption(ports, now))


def test_pages_show_the_newest_first_and_only_the_states_asked_for(redemptions, stored, now):
    older, done, newer = (stored(now + timedelta(minutes=minute)) for minute in range(3))
    redemptions.save(done.done(now))
    shown = walk(lambda after, limit: redemptions.page(frozenset({State.PENDING}), after=after, limit=limit))
    ids = [redemption.id for redemption in shown]
    assert [id_ for id_ in ids if id_ in (older.id, done.id, newer.id)] == [newer.id, older.id]
    assert len(ids) == len(set(ids))


def test_pages_of_several_states_are_one_list(redemptions, stored, now):
    older, done, newer = (stored(now + timedelta(minutes=minute)) for minute in range(3))
    redemptions.save(done.done(now))
    both = frozenset({State.PENDING, State.DONE})
    shown = walk(lambda after, limit: redemptions.page(both, after=after, limit=limit), limit=3)
    ids = [redemption.id for redemption in shown if redemption.id in (older.id, done.id, newer.id)]
    assert ids == [newer.id, done.id, older.id]


def test_an_invite_s_redemptions_are_its_own_the_newest_first(ports, redemptions, stored, now):
    invite = add_invite(ports, now, usage_limit=None)
    mine = [stored(now + timedelta(minutes=minute), invite) for minute in range(3)]
    stored()
    first = redemptions.of_invite(invite.code, after=None, limit=2)
    assert first.items == (mine[2], mine[1])
    assert redemptions.of_invite(invite.code, after=first.next, limit=2).items == (mine[0],)
    assert redemptions.of_invite(invite.code, after=None, limit=3).next is None


def test_states_are_of_those_asked_for(redemptions, stored, now):
    pending, done = stored(), stored()
    redemptions.save(done.done(now))
    assert redemptions.states([pending.id, done.id, "unknown"]) == {pending.id: State.PENDING, done.id: State.DONE}


def due(redemptions, before, *mine):
    return {redemption.id for redemption in mine} & set(redemptions.due(before, 1000))


def test_a_redemption_is_due_from_the_moment_that_it_says_on(redemptions, stored):
    fresh = stored()
    assert fresh.due_at
    assert not due(redemptions, fresh.due_at - timedelta(seconds=1), fresh)
    assert due(redemptions, fresh.due_at, fresh)


def test_what_rests_is_never_due(redemptions, stored, now):
    resting = redemptions.save(stored().in_need(now, STUCK, None))
    done = redemptions.save(stored().done(now))
    assert not due(redemptions, now + timedelta(days=30), resting, done)


def test_what_waits_for_the_owner_is_due_as_well(redemptions, stored, now):
    paused = redemptions.save(stored().paused(now, now + timedelta(minutes=1)))
    assert not due(redemptions, now, paused)
    assert due(redemptions, now + timedelta(minutes=1), paused)


def test_no_more_are_due_than_asked_for(redemptions, stored, now):
    stored(), stored()
    assert len(list(redemptions.due(now + timedelta(days=30), 1))) == 1


def test_what_was_sent_again_is_due_later_until_it_is_saved(redemptions, stored, now):
    fresh = stored()
    redemptions.note_resent(fresh.id, now + timedelta(hours=1))
    assert not due(redemptions, fresh.due_at, fresh)
    assert due(redemptions, now + timedelta(hours=1), fresh)
    assert redemptions.get(fresh.id) == fresh
    saved = redemptions.save(fresh)
    assert due(redemptions, saved.due_at, saved)


def test_what_rests_is_not_woken_by_being_sent_again(redemptions, stored, now):
    done = redemptions.save(stored().done(now))
    redemptions.note_resent(done.id, now)
    redemptions.note_resent("unknown", now)
    assert not due(redemptions, now + timedelta(days=30), done)


def test_those_that_wait_for_the_owner_are_found(redemptions, stored, now):
    paused = redemptions.save(stored().paused(now, now))
    running = stored()
    waiting = redemptions.waiting_for_owner(1000)
    assert paused.id in waiting
    assert running.id not in waiting
    assert len(redemptions.waiting_for_owner(1)) == 1
    redemptions.save(paused.nudged(now))
    assert paused.id not in redemptions.waiting_for_owner(1000)


def test_there_is_one_pause_written_over_the_older_one_and_ended(redemptions, stored, now):
    fresh = stored()
    try:
        for pause in (begin_pause(now, "1"), begin_pause(now, "1").probed(now, "2")):
            redemptions.save_pause(pause)
            assert redemptions.pause() == pause
            assert redemptions.get_with_pause(fresh.id) == (fresh, pause)
        assert redemptions.count(now=now, since=now.date()).paused_since == now
    finally:
        redemptions.end_pause()
        redemptions.end_pause()
    assert redemptions.pause() is None
    assert redemptions.get_with_pause(fresh.id) == (fresh, None)


def test_numbers_count_invites_redemptions_accounts_and_who_needs_attention(ports, redemptions, stored, now):
    since, later = now.date() - timedelta(days=1), now + timedelta(minutes=2)
    ruth = add_inviter(ports)
    before = redemptions.count(now=later, since=since)
    invite = add_invite(ports, now, created_by=ruth)
    waiting = stored(now, invite)
    redemptions.save(waiting.in_need(now, STUCK, None))
    add_invite(ports, now, created_by=ruth, expires_at=now + timedelta(minutes=1))
    after = redemptions.count(now=later, since=since)
    assert set(after.redemptions) >= {since, now.date()}
    assert after.redemptions[now.date()] == before.redemptions[now.date()] + 1
    assert after.users == before.users + 1
    assert after.needs_attention == before.needs_attention + 1
    assert after.invites[Status.REDEEMED] == before.invites[Status.REDEEMED] + 1
    assert after.invites[Status.EXPIRED] == before.invites[Status.EXPIRED] + 1
    assert after.paused_since is None


def test_no_more_are_counted_than_it_says(ports, redemptions, stored, now, monkeypatch):
    for counting in ("chalicelib.stores.redemptions.statistics", "tests.fakes.redemptions"):
        monkeypatch.setattr(f"{counting}.MOST_COUNTED", 2)
    ruth = add_inviter(ports)
    for _ in range(3):
        redemptions.save(stored(now, add_invite(ports, now, created_by=ruth)).in_need(now, STUCK, None))
    numbers = redemptions.count(now=now, since=now.date())
    assert (numbers.users, numbers.needs_attention, numbers.most_counted) == (2, 2, 2)
