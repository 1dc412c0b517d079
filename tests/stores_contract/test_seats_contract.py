"""The count of seats: of the fake and of the real store, which many change at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.access.model import Hold, begin_access
from chalicelib.access.ports import Stranger
from chalicelib.access.seats import NO_SEATS, Room, Seats
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import AlreadyHasAccess, SeatsTaken
from chalicelib.events.model import about_user
from chalicelib.plex.model import Place, Share
from tests.fakes.ports import FakePorts
from tests.stores_contract.builders import a_user, an_entry
from tests.stores_contract.redeeming import (
    LEASE,
    MOVIES,
    a_claim,
    a_decision,
    a_local_claim,
    a_plex_id,
    a_redemption,
    add_invite,
    hold,
    joined,
    settle,
    take,
)

ONE = Seats(server=True)
AMPLE = Room(1_000_000, 1_000_000)
PEOPLE = 12


@pytest.fixture
def now(ports):
    """A year ahead: nothing that is left behind is due for the stack's own sweep."""
    return ports.clock() + timedelta(days=365)


@pytest.fixture
def at_once(ports):
    """Does it for each; of the real store, for all at the same time."""

    def do(work, things):
        with ThreadPoolExecutor(1 if isinstance(ports, FakePorts) else PEOPLE) as crowd:
            return list(crowd.map(work, things))

    return do


def by_members(ports):
    gate = ports.looks.gate()
    return gate.server - gate.others, gate.home - gate.home_others


def a_stranger(ports, place=Place.OUT):
    plex_id = a_plex_id()
    share = Share("s1", plex_id, frozenset({MOVIES.id}), everything=False, accepted=True)
    stranger = Stranger(plex_id, f"Fred {plex_id}", share, place)
    ports.accesses.note_stranger(stranger)
    return stranger


def adoption(ports, stranger, now):
    user = replace(a_user(ports), plex_id=stranger.plex_id, holds_address=False)
    decided = replace(a_decision(a_redemption(ports, now), stranger.plex_id), joining=None)
    access = begin_access(user.id, decided, now=now).settled(now).saw_place(stranger.place, now)
    return user, access.seated, an_entry(ports, about_user(user.id))


def test_a_claim_takes_its_seat_and_a_closed_account_gives_it_back(ports, now):
    before = by_members(ports)
    claim = a_claim(ports, add_invite(ports, now), now)
    ports.claims.claim(claim)
    access = joined(ports, claim, now)
    assert (by_members(ports), access.done.seats) == ((before[0] + 1, before[1]), ONE)
    hold(ports, access, Hold.CLOSED)
    assert by_members(ports) == (before[0] + 1, before[1])
    settle(ports, take(ports, claim.user.id, now), now)
    assert by_members(ports) == before
    assert ports.accesses.get(claim.user.id).done.seats == NO_SEATS


def test_without_room_nothing_is_written(ports, now):
    invite = add_invite(ports, now)
    before = ports.looks.gate()
    with pytest.raises(SeatsTaken):
        ports.claims.claim(replace(a_claim(ports, invite, now), room=Room(before.server, 1_000_000)))
    assert ports.looks.gate() == before
    assert ports.invites.get_even_deleted(invite.code).uses == 0


def test_of_many_claims_at_once_as_many_succeed_as_there_are_seats(ports, now, at_once):
    invite = add_invite(ports, now, usage_limit=None)
    before = ports.looks.gate()
    room = Room(before.server + 3, 1_000_000)

    def claim(claim):
        try:
            ports.claims.claim(claim)
        except SeatsTaken:
            return 0
        return 1

    assert sum(at_once(claim, [replace(a_claim(ports, invite, now), room=room) for _ in range(PEOPLE)])) == 3
    assert ports.looks.gate().server == before.server + 3


def test_a_link_takes_a_seat_or_is_refused(ports, now):
    claim = a_local_claim(ports, add_invite(ports, now), now)
    ports.claims.claim(claim)
    access = ports.accesses.get(claim.user.id)
    plex_id, before = a_plex_id(), ports.looks.gate()
    identity = replace(access.decided.identity, plex_id=plex_id)
    linked = access.deciding(replace(access.decided, identity=identity)).seated

    def link(room):
        ports.claims.link(claim.user, plex_id, linked, entry=an_entry(ports), seats_before=NO_SEATS, room=room)

    with pytest.raises(SeatsTaken):
        link(Room(before.server, 15))
    assert ports.accounts.get(claim.user.id).plex_id is None
    link(AMPLE)
    assert ports.looks.gate() == replace(before, server=before.server + 1)
    assert ports.accesses.get(claim.user.id).done.seats == ONE


def test_what_an_access_takes_is_counted_as_it_is_saved_over_what_was_read(ports, now):
    before = by_members(ports)
    claim = a_claim(ports, add_invite(ports, now), now)
    ports.claims.claim(claim)
    access = joined(ports, claim, now)
    at_home = access.saw_place(Place.MEMBER, now).seated
    saved = ports.accesses.save_seated(at_home, seats_before=access.done.seats)
    assert by_members(ports) == (before[0] + 1, before[1] + 1)
    with pytest.raises(StaleWrite):
        ports.accesses.save_seated(at_home, seats_before=access.done.seats)
    mine = ports.accesses.save(saved.taken(LEASE, now + timedelta(minutes=1), now))
    with pytest.raises(StaleWrite):
        ports.accesses.save_seated(mine.saw_place(Place.OUT, now).seated, seats_before=mine.done.seats)
    another = mine.taken("another's", now + timedelta(minutes=2), now).saw_place(Place.OUT, now).seated
    assert ports.accesses.save_seated(another, seats_before=mine.done.seats).lease == "another's"
    assert by_members(ports) == (before[0] + 1, before[1])


def test_whoever_is_adopted_was_counted_before_and_counts_once(ports, now, at_once):
    before, stranger = ports.looks.gate(), a_stranger(ports, Place.MEMBER)
    ports.looks.count_others(before.others + 1, before.home_others + 1, was=before)
    counted = ports.looks.gate()

    def adopt(adoption):
        try:
            ports.accesses.adopt(*adoption, over=None)
        except AlreadyHasAccess:
            return 0
        return 1

    assert sum(at_once(adopt, [adoption(ports, stranger, now) for _ in range(PEOPLE)])) == 1
    assert ports.looks.gate() == replace(counted, others=before.others, home_others=before.home_others)


def test_whatever_happens_at_once_the_count_is_that_of_the_accesses(ports, now, at_once):
    """People join, are adopted, closed and linked while looks count; each crossing write is repeated or refused."""
    invite, before = add_invite(ports, now, usage_limit=None), by_members(ports)
    claims = [a_claim(ports, invite, now) for _ in range(PEOPLE)]
    staying, leaving = claims[::2], claims[1::2]
    for claim in leaving:
        ports.claims.claim(claim)
        hold(ports, joined(ports, claim, now), Hold.CLOSED)
    adoptions = [adoption(ports, a_stranger(ports), now) for _ in range(PEOPLE)]

    def count():
        gate = ports.looks.gate()
        try:
            ports.looks.count_others(gate.others + 1, gate.home_others, was=gate)
        except StaleWrite:
            return

    works: list[Any] = [lambda claim=claim: ports.claims.claim(claim) for claim in staying]
    works += [lambda claim=claim: settle(ports, take(ports, claim.user.id, now), now) for claim in leaving]
    works += [lambda each=each: ports.accesses.adopt(*each, over=None) for each in adoptions]
    works += [count] * PEOPLE
    at_once(lambda work: work(), works)
    assert by_members(ports) == (before[0] + len(staying) + len(adoptions), before[1])
