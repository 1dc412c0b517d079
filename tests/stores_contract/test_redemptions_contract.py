"""Redemptions, as their accesses write them: of the fake and of the real store."""

from datetime import timedelta

import pytest

from chalicelib.access.progress import State
from chalicelib.access.reasons import STUCK
from chalicelib.common.refusals import RedemptionNotFound
from chalicelib.invites.model import Status
from chalicelib.redemptions.ports import RedemptionStore
from tests.stores_contract.builders import walk
from tests.stores_contract.redeeming import a_claim, add_invite, add_inviter, in_need, joined


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
        return claim

    return store


def ids_of(*claims):
    return [claim.redemption.id for claim in claims]


def test_a_redemption_that_was_never_stored_is_not_found(redemptions):
    with pytest.raises(RedemptionNotFound):
        redemptions.get("unknown")


def test_pages_show_the_newest_first_and_only_the_states_asked_for(ports, redemptions, stored, now):
    older, done, newer = (stored(now + timedelta(minutes=minute)) for minute in range(3))
    joined(ports, done, now)
    shown = walk(lambda after, limit: redemptions.page(frozenset({State.PENDING}), after=after, limit=limit))
    ids = [redemption.id for redemption in shown]
    assert [id_ for id_ in ids if id_ in ids_of(older, done, newer)] == ids_of(newer, older)
    assert len(ids) == len(set(ids))


def test_pages_of_several_states_are_one_list(ports, redemptions, stored, now):
    older, done, newer = (stored(now + timedelta(minutes=minute)) for minute in range(3))
    joined(ports, done, now)
    both = frozenset({State.PENDING, State.DONE})
    shown = walk(lambda after, limit: redemptions.page(both, after=after, limit=limit), limit=3)
    ids = [redemption.id for redemption in shown if redemption.id in ids_of(older, done, newer)]
    assert ids == ids_of(newer, done, older)


def test_an_invite_s_redemptions_are_its_own_the_newest_first(ports, redemptions, stored, now):
    invite = add_invite(ports, now, usage_limit=None)
    mine = [stored(now + timedelta(minutes=minute), invite).redemption for minute in range(3)]
    stored()
    first = redemptions.of_invite(invite.code, after=None, limit=2)
    assert first.items == (mine[2], mine[1])
    assert redemptions.of_invite(invite.code, after=first.next, limit=2).items == (mine[0],)
    assert redemptions.of_invite(invite.code, after=None, limit=3).next is None


def test_states_are_of_those_asked_for(ports, redemptions, stored, now):
    pending, done = stored(), stored()
    joined(ports, done, now)
    expected = dict(zip(ids_of(pending, done), (State.PENDING, State.DONE), strict=True))
    assert redemptions.states([*expected, "unknown"]) == expected


def test_numbers_count_invites_redemptions_accounts_and_who_needs_attention(ports, redemptions, stored, now):
    since, later = now.date() - timedelta(days=1), now + timedelta(minutes=2)
    ruth = add_inviter(ports)
    before = redemptions.count(now=later, since=since)
    invite = add_invite(ports, now, created_by=ruth)
    in_need(ports, stored(now, invite), STUCK, now)
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
        in_need(ports, stored(now, add_invite(ports, now, created_by=ruth)), STUCK, now)
    numbers = redemptions.count(now=now, since=now.date())
    assert (numbers.users, numbers.needs_attention, numbers.most_counted) == (2, 2, 2)
