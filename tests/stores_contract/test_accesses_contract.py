"""Accesses, and the pause of all work: of the fake and of the real store."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.access.differences import Difference, Doubt
from chalicelib.access.looks import Look, Outcome
from chalicelib.access.model import Entry, Hold, Mark, Occasion, Part, begin_access
from chalicelib.access.pauses import begin_pause
from chalicelib.access.ports import AccessStore, Answer, ExtensionRequest, Stranger, Which
from chalicelib.access.progress import State, StepName
from chalicelib.access.reasons import PLEX_UNWELL, STUCK
from chalicelib.access.seats import Room, Seats
from chalicelib.accounts.model import AccountState, Tombstone, Why
from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import AlreadyHasAccess, SeatsTaken, UserNotFound
from chalicelib.common.terms import Term
from chalicelib.events.model import about_user
from chalicelib.plex.model import Place, Share
from tests.stores_contract.builders import a_closed_account, a_user, an_account, an_entry, journal_of, walk
from tests.stores_contract.redeeming import (
    LEASE,
    MOVIES,
    a_claim,
    a_decision,
    a_plex_id,
    a_redemption,
    a_renewal,
    add_invite,
    closed,
    given_up,
    hold,
    in_need,
    joined,
    settle,
    take,
)

MINUTE = timedelta(minutes=1)
LONG = timedelta(days=30)
ONE = Seats(server=True)


@pytest.fixture
def now(ports):
    """A year ahead: nothing that is left behind is due for the stack's own sweep."""
    return ports.clock() + timedelta(days=365)


@pytest.fixture
def accesses(ports) -> AccessStore:
    return ports.accesses


@pytest.fixture
def claim(ports, now):
    """A joining that no worker had yet."""
    claim = a_claim(ports, add_invite(ports, now), now)
    ports.claims.claim(claim)
    return claim


@pytest.fixture
def member(ports, now, claim):
    """The access of a person who joined."""
    return joined(ports, claim, now)


def edited(access):
    return access.deciding(replace(access.decided, occasion=Occasion.EDITED))


def due(accesses, before, *user_ids):
    return set(user_ids) & set(accesses.due(before, 5000))


def test_an_account_that_was_given_nothing_has_none(ports, accesses, now):
    user = an_account(ports)
    assert accesses.get(user.id) is None
    work = accesses.get_for_work(user.id)
    assert (work.user, work.access, work.pause) == (user, None, None)


def test_there_is_no_work_for_an_account_that_is_not_there(accesses):
    with pytest.raises(UserNotFound):
        accesses.get_for_work("unknown")


def test_work_is_read_with_its_account(ports, accesses, claim):
    work = accesses.get_for_work(claim.user.id)
    assert (work.user, work.access) == (ports.accounts.get(claim.user.id), accesses.get(claim.user.id))


def test_all_that_was_done_comes_back_whole(accesses, claim, now):
    share = Share("s1", 7, frozenset({"1"}), everything=False, accepted=True, downloads=True, filters=(("a", "b"),))
    entry = Entry(
        part=Part.SHARE,
        plex_id=7,
        machine_id="machine",
        mark=Mark.STANDING,
        share_id="s1",
        before=share,
        asked=1,
        asked_at=now,
        asked_for=(frozenset({"1", "2"}), frozenset({"3"})),
    )
    access = accesses.get(claim.user.id).with_entry(entry).saw_share(share, now).saw_place(Place.OUT, now)
    access = access.beginning("share", now).doing(title="Maya", resolved=(MOVIES,), need=STUCK, gone_before=True)
    saved = accesses.save(access)
    assert (saved.done, saved.decided) == (access.done, access.decided)
    assert saved.revision == access.revision + 1
    stored = accesses.get(claim.user.id)
    assert (stored.done, stored.decided, stored.revision) == (saved.done, saved.decided, saved.revision)


def test_without_a_lease_a_save_is_over_what_was_read(accesses, claim, now):
    read = accesses.get(claim.user.id)
    accesses.save(read.nudged(now))
    with pytest.raises(StaleWrite):
        accesses.save(read.nudged(now))


def test_one_worker_takes_it(ports, accesses, claim, now):
    read = accesses.get(claim.user.id)
    taken = accesses.save(read.taken(LEASE, now + MINUTE, now))
    assert (taken.lease, taken.lease_until) == (LEASE, now + MINUTE)
    with pytest.raises(StaleWrite):
        accesses.save(read.taken("another's", now + MINUTE, now))


def test_with_its_lease_a_worker_saves_again_and_again(ports, accesses, claim, now):
    access = take(ports, claim.user.id, now)
    for step in ("share", "accept"):
        access = accesses.save(access.beginning(step, now), lease=LEASE)
    assert accesses.get(claim.user.id).done.begun.step == "accept"
    let_go = accesses.save(access.let_go(now), lease=LEASE)
    assert (let_go.lease, accesses.get(claim.user.id).lease_until) == (None, None)
    with pytest.raises(StaleWrite):
        accesses.save(let_go, lease=LEASE)


def test_a_worker_whose_lease_another_one_has_saves_nothing(ports, accesses, claim, now):
    mine = take(ports, claim.user.id, now)
    accesses.save(accesses.get(claim.user.id).taken("another's", now + MINUTE, now))
    with pytest.raises(StaleWrite):
        accesses.save(mine.beginning("share", now), lease=LEASE)
    with pytest.raises(StaleWrite):
        settle(ports, mine, now)
    assert accesses.get(claim.user.id).done.begun is None


def test_a_newer_decision_is_seen_in_what_a_save_gives_back(ports, accesses, member, now):
    decided = accesses.decide(edited(member))
    taken = take(ports, member.user_id, now)
    newest = accesses.decide(edited(decided))
    seen = accesses.save(taken.beginning("correct", now), lease=LEASE)
    assert (seen.decided.edition, seen.is_new) == (newest.decided.edition, True)
    assert seen.done.begun


def test_a_decision_is_over_the_edition_before(accesses, member):
    first, second = edited(member), edited(member)
    assert accesses.decide(first).decided.edition == member.decided.edition + 1
    with pytest.raises(StaleWrite):
        accesses.decide(second)


def test_a_decision_leaves_the_worker_what_it_did(ports, accesses, member, now):
    taken = take(ports, member.user_id, now)
    accesses.save(taken.beginning("correct", now), lease=LEASE)
    decided = accesses.decide(edited(member))
    assert (decided.lease, decided.done.begun.step) == (LEASE, "correct")


def test_a_decision_is_read_and_written_with_what_it_rests_on(ports, accesses, member):
    read = accesses.get_for_decision(member.user_id)
    assert (read.user, read.access) == (ports.accounts.get(member.user_id), accesses.get(member.user_id))
    assert read.settings == ports.settings.get()
    entry = an_entry(ports, about_user(member.user_id))
    decided = accesses.decide(edited(read.access), entry)
    assert decided == accesses.get(member.user_id)
    assert journal_of(ports, about_user(member.user_id))[0] == entry
    with pytest.raises(StaleWrite):
        accesses.decide(edited(read.access), an_entry(ports, about_user(member.user_id)))
    assert journal_of(ports, about_user(member.user_id))[0] == entry
    user = an_account(ports)
    assert accesses.get_for_decision(user.id).access is None
    with pytest.raises(UserNotFound):
        accesses.get_for_decision("unknown")


# What looks read and write


def rows_of(accesses, *user_ids):
    return {row.user_id: row for row in accesses.members() if row.user_id in user_ids}


def a_share(plex_id, **facts):
    defaults: dict[str, Any] = {
        "id": "s1",
        "library_ids": frozenset({MOVIES.id}),
        "everything": False,
        "accepted": True,
    }
    return Share(account_id=plex_id, **defaults | facts)


def test_members_are_listed_with_the_digest_of_what_plex_said(ports, accesses, member, now):
    row = rows_of(accesses, member.user_id)[member.user_id]
    assert (row.plex_id, row.machine_id) == (member.plex_id, member.machine_id)
    assert row.seen == member.done.observed.digest
    seen = accesses.save(member.saw_share(a_share(member.plex_id), now))
    assert rows_of(accesses, member.user_id)[member.user_id].seen == seen.done.observed.digest != row.seen
    doubt = Doubt(Difference.WIDER, now)
    accesses.save(seen.looked_at(seen.done.observed, (doubt,), frozenset()))
    assert rows_of(accesses, member.user_id)[member.user_id].seen == ""
    assert accesses.get(member.user_id).done.doubts == (doubt,)


def test_a_closed_account_is_not_listed(ports, accesses, member, now):
    hold(ports, member, Hold.CLOSED)
    assert rows_of(accesses, member.user_id) == {}


def test_those_that_differ_are_listed_by_themselves(ports, accesses, member, now):
    def differing():
        found, after = [], None
        while True:
            page = accesses.page(Which(differing=True), after=after, limit=2)
            found += page.items
            after = page.next
            if after is None:
                return [access for access in found if access.user_id == member.user_id]

    assert differing() == []
    saved = accesses.save(member.looked_at(member.done.observed, (), frozenset({Difference.MISSING})))
    assert differing() == [saved]
    accesses.save(saved.looked_at(saved.done.observed, (), frozenset()))
    assert differing() == []


def test_all_members_are_paged_by_their_accounts_ids(ports, accesses, member):
    ids, after = [], None
    while True:
        page = accesses.page(Which(), after=after, limit=7)
        ids += [access.user_id for access in page.items]
        after = page.next
        if after is None:
            break
    assert member.user_id in ids
    assert ids == sorted(set(ids))


def test_what_is_accepted_is_written_with_its_entry_unless_it_was_decided_or_taken(ports, accesses, member, now):
    accepted = edited(member).renewed(now).settled(now)
    entry = an_entry(ports, about_user(member.user_id))
    assert accesses.accept(accepted, entry, seats_before=ONE).is_settled
    assert accesses.get(member.user_id).is_settled
    assert journal_of(ports, about_user(member.user_id))[0] == entry
    with pytest.raises(StaleWrite):
        accesses.accept(accepted, an_entry(ports), seats_before=ONE)
    again = accesses.get(member.user_id)
    take(ports, member.user_id, now)
    with pytest.raises(StaleWrite):
        accesses.accept(edited(again), an_entry(ports), seats_before=ONE)


@pytest.fixture
def stranger(ports, accesses):
    plex_id = a_plex_id()
    stranger = Stranger(plex_id, f"Fred {plex_id}", a_share(plex_id), Place.OUT)
    accesses.note_stranger(stranger)
    yield stranger
    accesses.forget_stranger(plex_id)


def test_a_stranger_is_noted_over_what_was_noted_and_forgotten(accesses, stranger):
    assert accesses.strangers()[stranger.plex_id] == stranger.digest
    assert stranger in accesses.list_strangers()
    other = replace(stranger, share=a_share(stranger.plex_id, everything=True))
    accesses.note_stranger(other)
    assert other in accesses.list_strangers()
    assert stranger not in accesses.list_strangers()
    accesses.forget_stranger(stranger.plex_id)
    accesses.forget_stranger(stranger.plex_id)
    assert stranger.plex_id not in accesses.strangers()


def adoption(ports, stranger, now):
    user = replace(a_user(ports), plex_id=stranger.plex_id, holds_address=False)
    decided = a_decision(a_redemption(ports, now), stranger.plex_id)
    access = begin_access(user.id, replace(decided, joining=None), now=now).settled(now).seated
    return user, access, an_entry(ports, about_user(user.id))


def test_a_stranger_is_adopted_with_an_account_and_its_access(ports, accesses, stranger, now):
    user, access, entry = adoption(ports, stranger, now)
    accesses.adopt(user, access, entry, over=None)
    assert ports.accounts.get(user.id) == user
    assert ports.accounts.id_of_plex_account(stranger.plex_id) == user.id
    assert accesses.get(user.id).decided == access.decided
    assert journal_of(ports, about_user(user.id)) == [entry]
    assert stranger.plex_id not in accesses.strangers()


def test_nobody_is_adopted_twice(ports, accesses, stranger, now):
    first, second = adoption(ports, stranger, now), adoption(ports, stranger, now)
    accesses.adopt(*first, over=None)
    with pytest.raises(AlreadyHasAccess):
        accesses.adopt(*second, over=None)
    with pytest.raises(UserNotFound):
        ports.accounts.get(second[0].id)


def test_who_was_here_before_is_adopted_over_what_is_remembered(ports, accesses, stranger, now):
    closed, tombstone = a_closed_account(ports, now)
    known = replace(stranger, plex_id=closed.plex_id)
    user, access, entry = adoption(ports, known, now)
    with pytest.raises(AlreadyHasAccess):
        accesses.adopt(user, access, entry, over=None)
    accesses.adopt(user, access, entry, over=tombstone)
    assert ports.accounts.id_of_plex_account(closed.plex_id) == user.id


def test_an_account_that_is_there_is_given_what_it_has(ports, accesses, stranger, now):
    _, access, entry = adoption(ports, stranger, now)
    user = an_account(ports, plex_id=stranger.plex_id)
    mine = replace(access, user_id=user.id)
    for _ in range(2):
        accesses.adopt_account(user, mine, entry)
    assert accesses.get(user.id).decided == access.decided
    assert stranger.plex_id not in accesses.strangers()


def test_the_latest_look_is_written_over_the_one_that_was_read(ports):
    now = ports.clock()  # this one is the stack's own
    before = ports.looks.get() or ports.looks.save(Look(id="first", asked_at=now))
    asked = ports.looks.save(before.asked_again("second", now))
    assert ports.looks.get() == asked
    begun = ports.looks.save(asked.begun(now, now + MINUTE))
    with pytest.raises(StaleWrite):
        ports.looks.save(asked.begun(now, now + MINUTE))
    done = ports.looks.save(begun.finished(Outcome.COMPLETE, now))
    assert (ports.looks.get(), done.outcome) == (done, Outcome.COMPLETE)


# What a joining shows on its redemption


def test_a_joining_s_progress_is_shown_with_each_save(ports, accesses, claim, now):
    access = take(ports, claim.user.id, now)
    assert access.done.progress
    accesses.save(access.doing(progress=access.done.progress.working(StepName.SHARE, now)), lease=LEASE)
    shown = ports.redemptions.get(claim.redemption.id)
    assert (shown.state, shown.progress.stage) == (State.PENDING, StepName.SHARE)
    assert shown.progress == accesses.get(claim.user.id).done.progress


def test_what_was_resolved_anew_is_shown_as_its_libraries(ports, accesses, claim, now):
    access = take(ports, claim.user.id, now)
    assert access.done.progress
    told = replace(access.done.progress, libraries=(replace(MOVIES, id="9"),))
    accesses.save(access.doing(progress=told), lease=LEASE)
    assert [library.id for library in ports.redemptions.get(claim.redemption.id).grant.libraries] == ["9"]


def test_a_joining_is_not_told_under_a_newer_decision_but_by_the_save_after(ports, accesses, claim, now):
    access = take(ports, claim.user.id, now)
    before = ports.redemptions.get(claim.redemption.id).progress
    working = before.working(StepName.SHARE, now)
    hold(ports, access, Hold.CLOSED)
    seen = accesses.save(access.doing(progress=working), lease=LEASE)
    assert (seen.is_new, seen.done.progress) == (True, working)
    assert ports.redemptions.get(claim.redemption.id).progress == before
    accesses.save(seen, lease=LEASE)
    assert ports.redemptions.get(claim.redemption.id).progress == working


def test_one_that_is_done_is_shown_as_done(ports, accesses, claim, now):
    settled = joined(ports, claim, now)
    assert (settled.is_settled, settled.lease, settled.decided.joining) == (True, None, None)
    assert ports.redemptions.get(claim.redemption.id).state is State.DONE
    accesses.decide(edited(settled))
    assert ports.redemptions.get(claim.redemption.id).state is State.DONE


# Settling


def test_nothing_is_settled_under_a_newer_decision(ports, accesses, member, now):
    accesses.decide(edited(member))
    taken = take(ports, member.user_id, now)
    accesses.decide(edited(taken))
    with pytest.raises(StaleWrite):
        settle(ports, taken, now)
    assert not accesses.get(member.user_id).is_settled


def test_a_joining_that_was_given_up_fails_with_its_reason(ports, accesses, claim, now):
    settled = settle(ports, given_up(ports, claim, now), now)
    assert (settled.decided.hold, settled.decided.joining) == (Hold.FAILED, None)
    redemption = ports.redemptions.get(claim.redemption.id)
    assert (redemption.state, redemption.reason) == (State.FAILED, settled.decided.reason)
    assert not ports.accounts.get(claim.user.id).is_open


def test_what_was_given_up_is_not_undone_under_a_newer_decision(ports, accesses, claim, now):
    access = given_up(ports, claim, now)
    hold(ports, access, Hold.CLOSED)
    with pytest.raises(StaleWrite):
        settle(ports, access, now)
    assert not accesses.get(claim.user.id).is_settled
    assert ports.redemptions.get(claim.redemption.id).in_progress
    assert ports.accounts.get(claim.user.id).is_open
    assert ports.invites.get_even_deleted(claim.invite.code).uses == 1


def test_a_renewal_that_was_given_up_leaves_an_open_account(ports, accesses, claim, member, now):
    renewal = a_renewal(ports, claim, now)
    ports.claims.claim(renewal)
    settled = settle(ports, given_up(ports, renewal, now), now)
    assert settled.decided.hold is None
    assert ports.accounts.get(claim.user.id).is_open


def test_a_renewal_with_another_plex_account_that_was_given_up_leaves_the_earlier_one(
    ports, accesses, claim, member, now
):
    earlier, later = ports.accounts.get(claim.user.id).plex_id, a_plex_id()
    renewal = a_renewal(ports, claim, now, plex_id=later)
    ports.claims.claim(renewal)
    settled = settle(ports, given_up(ports, renewal, now), now)
    assert (settled.plex_id, ports.accounts.get(claim.user.id).plex_id) == (earlier, earlier)
    assert ports.accounts.id_of_plex_account(earlier) == claim.user.id
    assert ports.accounts.id_of_plex_account(later) is None


def test_a_plex_account_that_another_has_by_then_is_not_taken_from_them(ports, accesses, claim, member, now):
    earlier, later = ports.accounts.get(claim.user.id).plex_id, a_plex_id()
    renewal = a_renewal(ports, claim, now, plex_id=later)
    ports.claims.claim(renewal)
    another = an_account(ports, plex_id=earlier)
    settle(ports, given_up(ports, renewal, now), now)
    assert ports.accounts.get(claim.user.id).plex_id == later
    assert ports.accounts.id_of_plex_account(earlier) == another.id


def test_once_a_closed_account_has_nothing_its_tombstone_says_so(ports, accesses, claim, member, now):
    user, tombstone = closed(ports, claim, now)
    held = hold(ports, take(ports, user.id, now), Hold.CLOSED)
    assert ports.accounts.tombstone_of(user.plex_id) == tombstone
    settle(ports, held, now)
    ended = ports.accounts.tombstone_of(user.plex_id)
    assert ended.ended_at
    assert replace(ended, ended_at=None) == tombstone


def test_what_is_remembered_of_another_account_does_not_end(ports, accesses, member, now):
    other, tombstone = a_closed_account(ports, now)
    user = replace(ports.accounts.get(member.user_id), plex_id=other.plex_id)
    accesses.end_without_access(user, now)
    held = hold(ports, take(ports, user.id, now), Hold.CLOSED)
    assert accesses.settle(held.renewed(now).settled(now), user, lease=LEASE).is_settled
    assert ports.accounts.tombstone_of(other.plex_id) == tombstone


def test_the_end_of_a_closed_account_is_noted_on_its_tombstone(ports, accesses, now):
    user, tombstone = a_closed_account(ports, now)
    accesses.end_without_access(user, now)
    accesses.end_without_access(user, now + MINUTE)
    assert ports.accounts.tombstone_of(user.plex_id) == tombstone.ended(now)


def test_no_end_is_noted_for_an_account_without_a_tombstone(ports, accesses, now):
    user = an_account(ports)
    accesses.end_without_access(user, now)
    assert ports.accounts.tombstone_of(user.plex_id) is None


# What is due


def test_work_is_due_from_the_moment_that_it_says_until_it_is_settled(ports, accesses, claim, now):
    at = accesses.get(claim.user.id).due_at
    assert not due(accesses, at - MINUTE, claim.user.id)
    assert due(accesses, at, claim.user.id)
    joined(ports, claim, now)
    assert not due(accesses, now + LONG, claim.user.id)


def test_a_decision_is_due(accesses, member):
    decided = accesses.decide(edited(member))
    assert due(accesses, decided.due_at, member.user_id)


def test_what_has_to_be_brought_back_is_not_due(ports, accesses, claim, now):
    in_need(ports, claim, STUCK, now)
    assert not due(accesses, now + LONG, claim.user.id)
    assert ports.redemptions.get(claim.redemption.id).state is State.NEEDS_ATTENTION


def test_taking_back_is_due_though_it_needs_a_person(ports, accesses, member, now):
    hold(ports, take(ports, member.user_id, now), Hold.CLOSED)
    access = accesses.get(member.user_id).renewed(now)
    accesses.save(access.in_need(PLEX_UNWELL, now + MINUTE, now), lease=LEASE)
    assert due(accesses, now + LONG, member.user_id)


def test_no_more_are_due_than_asked_for(ports, accesses, claim, now):
    ports.claims.claim(a_claim(ports, add_invite(ports, now), now))
    assert len(list(accesses.due(now + LONG, 1))) == 1


def test_what_was_sent_again_is_due_later_until_it_is_saved(ports, accesses, claim, now):
    read = accesses.get(claim.user.id)
    accesses.note_resent(claim.user.id, read.due_at + timedelta(hours=1))
    assert not due(accesses, read.due_at, claim.user.id)
    assert due(accesses, read.due_at + timedelta(hours=1), claim.user.id)
    saved = accesses.save(accesses.get(claim.user.id).nudged(now))
    assert due(accesses, saved.due_at, claim.user.id)


def test_what_rests_is_not_woken_by_being_sent_again(accesses, member, now):
    accesses.note_resent(member.user_id, now)
    accesses.note_resent("unknown", now)
    assert not due(accesses, now + LONG, member.user_id)


# Waiting for the owner


def test_those_that_wait_for_the_owner_are_found_and_due(ports, accesses, claim, now):
    paused = accesses.save(accesses.get(claim.user.id).taken(LEASE, now, now).paused(now + MINUTE, now))
    assert claim.user.id in accesses.waiting_for_owner(5000)
    assert ports.redemptions.get(claim.redemption.id).progress.paused
    assert not due(accesses, now, claim.user.id)
    assert due(accesses, now + MINUTE, claim.user.id)
    assert len(accesses.waiting_for_owner(1)) == 1
    accesses.save(paused.nudged(now))
    assert claim.user.id not in accesses.waiting_for_owner(5000)


def test_there_is_one_pause_written_over_the_older_one_and_ended(ports, accesses, claim, now):
    try:
        for pause in (begin_pause(now, "1"), begin_pause(now, "1").probed(now, "2")):
            accesses.save_pause(pause)
            assert accesses.pause() == pause
            assert accesses.get_for_work(claim.user.id).pause == pause
        assert ports.redemptions.count(now=now, since=now.date()).paused_since == now
    finally:
        accesses.end_pause()
        accesses.end_pause()
    assert accesses.pause() is None
    assert accesses.get_for_work(claim.user.id).pause is None


def test_members_are_found_by_the_kind_of_their_difference_and_by_their_state(ports, accesses, member):
    saved = accesses.save(member.looked_at(member.done.observed, (), frozenset({Difference.WIDER})))

    def found(**which):
        ids, after = [], None
        while True:
            page = accesses.page(Which(**which), after=after, limit=3)
            ids += [access.user_id for access in page.items]
            after = page.next
            if after is None:
                return member.user_id in ids

    assert found(kind=Difference.WIDER)
    assert not found(kind=Difference.MISSING)
    assert found(differing=True, state=saved.state)
    assert found(state=saved.state)
    assert not found(state="suspended")


# Access for a time


@pytest.fixture
def ends_at(now):
    return now + timedelta(days=3)


@pytest.fixture
def ending(accesses, member, ends_at):
    """The member's access, which ends."""
    decided = replace(member.decided, ends_at=ends_at)
    return accesses.decide(member.deciding(decided), None)


def found_ending(accesses, access, after, before):
    return [each for each in accesses.ending(after, before) if each.user_id == access.user_id]


def test_what_ends_is_found_by_its_time_until_something_stands_against_it(ports, accesses, ending, ends_at):
    second = timedelta(seconds=1)
    assert found_ending(accesses, ending, None, ends_at - second) == []
    (found,) = found_ending(accesses, ending, None, ends_at)
    assert (found.ends_at, found.reminded) == (ends_at, frozenset())
    assert found_ending(accesses, ending, ends_at - second, ends_at + second) == [found]
    assert found_ending(accesses, ending, ends_at + second, ends_at + LONG) == []
    hold(ports, ending, Hold.ENDED)
    assert found_ending(accesses, ending, None, ends_at) == []


def test_those_that_end_are_listed_a_page_at_a_time_also_where_many_end_at_once(ports, accesses, now):
    ends_at = now + timedelta(days=400, microseconds=123457)
    at_once = {_until(ports, now, ends_at).user_id for _ in range(5)}
    later = _until(ports, now, ends_at + timedelta(seconds=1)).user_id
    before_all = f"{(ends_at - timedelta(seconds=1)).timestamp()}#x"

    def page(after, limit):
        return accesses.page_ending(ends_at + timedelta(seconds=1), after=after or before_all, limit=limit)

    found = [each.user_id for each in walk(page)]
    assert (set(found[:5]), found[5:], len(found)) == (at_once, [later], 6)
    only_those = accesses.page_ending(ends_at, after=before_all, limit=9)
    assert ({each.user_id for each in only_those.items}, only_those.next) == (at_once, None)


def _ended(accesses, access, at):
    held = replace(access.decided.held(Hold.ENDED), ended_at=at)
    return accesses.decide(access.deciding(held))


def test_what_has_ended_is_found_by_when_that_was_decided(ports, accesses, ending, now):
    ended = _ended(accesses, ending, now)
    assert ended.user_id not in set(accesses.ended(now - MINUTE))
    assert ended.user_id in set(accesses.ended(now))
    accesses.decide(ended.deciding(replace(ended.decided, hold=None)))
    assert ended.user_id not in set(accesses.ended(now + LONG))


def test_an_account_is_closed_with_its_access_its_names_and_its_sessions(ports, accesses, ending, now):
    ended, user = _ended(accesses, ending, now), ports.accounts.get(ending.user_id)
    closed = ended.deciding(ended.decided.held(Hold.CLOSED))
    tombstone, entry = Tombstone(user_id=user.id, why=Why.CLOSED, closed_at=now), an_entry(ports)
    accesses.close_account(closed, user, tombstone, entry)
    assert ports.accounts.get(user.id) == replace(user, state=AccountState.CLOSED, epoch=user.epoch + 1)
    assert accesses.get(user.id).decided == closed.decided
    assert ports.accounts.tombstone_of(user.plex_id) == tombstone
    assert ports.accounts.find_credential(user.email)[0] is None
    assert journal_of(ports, entry.subject) == [entry]
    assert user.id not in set(accesses.ended(now + LONG))
    assert user.id in set(accesses.due(accesses.get(user.id).due_at, 5000))


@pytest.mark.parametrize("other", ["decided", "promoted", "signed out"])
def test_an_account_that_is_not_as_it_was_read_is_not_closed(ports, accesses, ending, now, other):
    ended, user = _ended(accesses, ending, now), ports.accounts.get(ending.user_id)
    if other == "decided":
        accesses.decide(ended.deciding(replace(ended.decided, hold=None)))
    elif other == "promoted":
        promoted = replace(user, permissions=frozenset({Permission.MANAGE_USERS}))
        ports.accounts.change(user, promoted, an_entry(ports))
    else:
        ports.sessions.end_all(user.id)
    tombstone, entry = Tombstone(user_id=user.id, why=Why.CLOSED, closed_at=now), an_entry(ports)
    with pytest.raises(StaleWrite):
        accesses.close_account(ended.deciding(ended.decided.held(Hold.CLOSED)), user, tombstone, entry)
    assert ports.accounts.get(user.id).is_open
    assert accesses.get(user.id).decided.hold is not Hold.CLOSED
    assert ports.accounts.tombstone_of(user.plex_id) is None
    assert journal_of(ports, entry.subject) == []


def test_many_accesses_are_found_at_once_by_their_accounts(ports, accesses, member):
    assert accesses.find_many([member.user_id, "nobody"]) == {member.user_id: accesses.get(member.user_id)}
    assert accesses.find_many([]) == {}


def _until(ports, now, ends_at):
    """The access of a person who joined, which ends then."""
    claim = a_claim(ports, add_invite(ports, now), now)
    ports.claims.claim(claim)
    access = joined(ports, claim, now)
    return ports.accesses.decide(access.deciding(replace(access.decided, ends_at=ends_at)))


def test_a_joining_that_is_done_ends_where_its_term_says(ports, accesses, now):
    claim = a_claim(ports, add_invite(ports, now), now)
    term = Term(5)
    decided = replace(claim.access.decided, term=term, zone="Europe/Berlin")
    ports.claims.claim(replace(claim, access=replace(claim.access, decided=decided)))
    settled = joined(ports, claim, now)
    assert (settled.decided.starts_at, settled.decided.ends_at) == (now, term.ends(now, ZoneInfo(decided.zone)))
    assert accesses.get(claim.user.id).decided == settled.decided
    assert found_ending(accesses, settled, None, settled.decided.ends_at)


def test_a_reminder_is_written_once_with_its_entry(ports, accesses, ending, ends_at):
    entry = an_entry(ports, about_user(ending.user_id))
    accesses.remind(ending, f"{ends_at.isoformat()} 7", entry)
    with pytest.raises(StaleWrite):
        accesses.remind(ending, f"{ends_at.isoformat()} 7", an_entry(ports))
    accesses.remind(ending, f"{ends_at.isoformat()} 1", an_entry(ports, about_user(ending.user_id)))
    (found,) = found_ending(accesses, ending, None, ends_at)
    assert found.reminded == {f"{ends_at.isoformat()} 7", f"{ends_at.isoformat()} 1"}
    accesses.remind(ending, "another 7", an_entry(ports))
    (found,) = found_ending(accesses, ending, None, ends_at)
    assert found.reminded == {"another 7"}
    later = accesses.decide(ending.deciding(ending.decided))
    with pytest.raises(StaleWrite):
        accesses.remind(ending, "another 1", an_entry(ports))
    assert later.decided.ends_at == ends_at


def test_a_decision_of_the_clock_is_written_only_while_its_person_may_what_they_might(ports, accesses, ending):
    user = ports.accounts.get(ending.user_id)
    held = ending.deciding(ending.decided.held(Hold.ENDED))
    ports.accounts.change(user, replace(user, permissions=frozenset({"manage_users"})), an_entry(ports))
    with pytest.raises(StaleWrite):
        accesses.decide(held, an_entry(ports), protects=user)
    assert accesses.get(ending.user_id).decided.hold is None
    accesses.decide(held, an_entry(ports), protects=ports.accounts.get(ending.user_id))
    assert accesses.get(ending.user_id).decided.hold is Hold.ENDED


def test_what_is_wanted_again_takes_its_seat_or_is_refused(ports, accesses, member, now):
    held = hold(ports, take(ports, member.user_id, now), Hold.SUSPENDED)
    suspended = settle(ports, held, now)
    assert suspended.done.seats == Seats()
    resumed = suspended.deciding(replace(suspended.decided, hold=None)).seated
    with pytest.raises(SeatsTaken):
        accesses.resume(resumed, an_entry(ports), over=suspended, room=Room(0, 0))
    before = ports.looks.gate().server
    written = accesses.resume(resumed, an_entry(ports), over=suspended, room=Room(1_000_000, 1_000_000))
    assert (written.done.seats.server, written.decided.hold, written.is_settled) == (True, None, False)
    assert accesses.get(member.user_id) == written
    assert ports.looks.gate().server >= before
    with pytest.raises(StaleWrite):
        accesses.resume(resumed, an_entry(ports), over=suspended, room=Room(1_000_000, 1_000_000))


def asked_by(accesses, user_id):
    return [each for each in accesses.requests_for_more() if each.user_id == user_id]


def test_a_request_for_more_time_is_kept_once_until_it_is_answered(ports, accesses, ending, now):
    request = ExtensionRequest(ending.user_id, "Tom", "please", now)
    accesses.ask_for_more(request, an_entry(ports, about_user(ending.user_id)))
    assert asked_by(accesses, ending.user_id) == [request]
    assert accesses.request_of(ending.user_id) == request
    with pytest.raises(StaleWrite):
        accesses.ask_for_more(request, an_entry(ports))
    accesses.refuse_more(Answer(ending.user_id), an_entry(ports))
    assert asked_by(accesses, ending.user_id) == []
    assert accesses.request_of(ending.user_id) is None
    with pytest.raises(StaleWrite):
        accesses.refuse_more(Answer(ending.user_id), an_entry(ports))


def test_a_decision_that_answers_a_request_is_written_with_it_or_not_at_all(ports, accesses, ending, now):
    later = ending.deciding(replace(ending.decided, ends_at=now + LONG))
    with pytest.raises(StaleWrite):
        accesses.decide(later, an_entry(ports), Answer(ending.user_id))
    assert accesses.get(ending.user_id).decided.ends_at == ending.decided.ends_at
    accesses.ask_for_more(ExtensionRequest(ending.user_id, "Tom", "please", now), an_entry(ports))
    accesses.decide(later, an_entry(ports), Answer(ending.user_id))
    assert (accesses.get(ending.user_id).decided.ends_at, asked_by(accesses, ending.user_id)) == (now + LONG, [])
