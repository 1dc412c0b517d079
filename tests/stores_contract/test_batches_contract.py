"""Batches of decisions: of the fake and of the real store."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.access.deciding.batches import Action, Batch, Refused, WorkingOnBatches
from chalicelib.access.deciding.editing import AccessEdit
from chalicelib.access.model import Occasion
from chalicelib.access.ports import Row
from chalicelib.common.people import Permission
from chalicelib.common.ports import RetryLater, StaleWrite
from chalicelib.common.records import replace
from chalicelib.events.model import about_user
from chalicelib.plex.restrictions import Restriction
from tests.fakes.plex import FakeWorkQueue
from tests.fakes.ports import FakePorts
from tests.stores_contract.builders import an_account, an_entry, journal_of
from tests.stores_contract.redeeming import a_claim, add_invite, joined, settle, take

EDIT = AccessEdit(libraries=("11", "12"), downloads=True, restrictions={"movies": Restriction(("G",), ("Kids",))})


@pytest.fixture
def now(ports):
    return ports.clock()


@pytest.fixture
def batch(ports, now):
    batch = Batch(
        id=ports.new_id(), action=Action.EDIT, edit=EDIT, user_ids=("ann", "ben"), asked_by="mona", asked_at=now
    )
    ports.keep_batch(batch)
    return batch


def a_member(ports):
    """A year ahead: nothing that is left behind is due for the stack's own sweep."""
    then = ports.clock() + timedelta(days=365)
    claim = a_claim(ports, add_invite(ports, then), then)
    ports.claims.claim(claim)
    return joined(ports, claim, then)


def test_it_is_kept_as_it_was_asked_for(ports, batch):
    assert ports.find_batch(batch.id) == batch
    assert ports.find_batch(ports.new_id()) is None


def test_the_first_result_of_each_stays(ports, batch):
    refused = Refused("BadInput.library_not_enabled", {"library": "12"})
    ports.note_result(Row(batch.id, "ann"), refused)
    ports.note_result(Row(batch.id, "ann"), None)
    ports.note_result(Row(batch.id, "ben"), None)
    ports.note_result(Row(batch.id, "ben"), refused)
    assert ports.find_batch(batch.id) == replace(batch, results={"ann": refused, "ben": None})


def test_a_decision_is_noted_with_itself_and_once(ports, now, batch):
    access = a_member(ports)
    subject = about_user(access.user_id)
    row = Row(batch.id, access.user_id)

    def decide(access):
        decided = replace(access.decided, occasion=Occasion.RESTORED)
        return ports.accesses.decide(access.deciding(decided), an_entry(ports, subject), row)

    before = len(journal_of(ports, subject))
    decided = decide(access)
    assert ports.find_batch(batch.id).results == {access.user_id: None}
    with pytest.raises(StaleWrite):
        decide(decided)
    assert ports.accesses.get(access.user_id).decided.edition == decided.decided.edition
    assert len(journal_of(ports, subject)) == before + 1


def test_what_plex_has_is_accepted_likewise(ports, now, batch):
    access = a_member(ports)
    row, subject = Row(batch.id, access.user_id), about_user(access.user_id)

    def accept(access):
        decided = access.deciding(replace(access.decided, occasion=Occasion.ACCEPTED))
        accepted = decided.renewed(now).settled(now)
        return ports.accesses.accept(accepted, an_entry(ports, subject), row, seats_before=access.done.seats)

    accept(access)
    with pytest.raises(StaleWrite):
        accept(ports.accesses.get(access.user_id))
    assert ports.find_batch(batch.id).results == {access.user_id: None}


def test_however_many_work_on_it_at_once_it_is_decided_once_for_each(ports, now):
    manager = an_account(ports, Permission.MANAGE_USERS)
    members = [a_member(ports) for _ in range(4)]
    batch = Batch(
        id=ports.new_id(),
        action=Action.RESTORE,
        edit=AccessEdit(),
        user_ids=tuple(member.user_id for member in members),
        asked_by=manager.id,
        asked_at=now,
    )
    ports.keep_batch(batch)

    working = ports.use(WorkingOnBatches)
    unheard = replace(working.restoring, queue=FakeWorkQueue(ports.clock))  # the stack's own workers are told nothing

    def work(_):
        with suppress(RetryLater):
            replace(working, restoring=unheard).work(batch.id, deadline=ports.clock() + timedelta(seconds=60))

    workers = 1 if isinstance(ports, FakePorts) else 8
    with ThreadPoolExecutor(workers) as crowd:
        list(crowd.map(work, range(workers)))
    assert ports.find_batch(batch.id).results == dict.fromkeys(batch.user_ids)
    for member in members:
        assert ports.accesses.get(member.user_id).decided.edition == member.decided.edition + 1
        told = [entry.action for entry in journal_of(ports, about_user(member.user_id))]
        assert told.count("access restored") == 1
        settle(ports, take(ports, member.user_id, now), now)
