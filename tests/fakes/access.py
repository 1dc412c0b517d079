"""Accesses in memory, on the conditions of chalicelib/stores/access."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

from chalicelib.access.deciding.batches import Batch, Refused
from chalicelib.access.looks import Look
from chalicelib.access.model import Access, Hold
from chalicelib.access.pauses import Pause
from chalicelib.access.ports import (
    Answer,
    Beside,
    Ending,
    ExtensionRequest,
    Member,
    MemberRow,
    Row,
    Stranger,
    Which,
    Work,
)
from chalicelib.access.progress import State
from chalicelib.access.seats import Gate, Room, Seats
from chalicelib.accounts.model import AccountState, Tombstone, User, Why
from chalicelib.common.pages import Page
from chalicelib.common.ports import Clock, StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import AlreadyHasAccess, UserNotFound
from chalicelib.events.model import Entry
from chalicelib.redemptions.journal import outcome_entry
from tests.fakes.accounts import identities_of, plex_identity, release_identities
from tests.fakes.database import Database
from tests.fakes.invites import give_use_back

_NOTED = (State.DONE, State.NEEDS_ATTENTION, State.FAILED)


def note_result(database: Database, row: Row, refused: Refused | None) -> None:
    batch = database.batches[row.batch_id]
    database.batches[row.batch_id] = replace(batch, results={row.user_id: refused, **batch.results})


class FakeBatches:
    """access.deciding.batches: KeepBatch, FindBatch, NoteResult."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, batch: Batch) -> None:
        self.database.batches[batch.id] = batch

    def get(self, batch_id: str) -> Batch | None:
        return self.database.batches.get(batch_id)

    def note(self, row: Row, refused: Refused | None) -> None:
        note_result(self.database, row, refused)


class FakeAccesses:
    """access.ports.AccessStore."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self._clock = database, clock
        self._resent: dict[tuple[str, int], datetime] = {}
        """When the sweep looks again, by account and revision: the next save forgets it."""

    def get(self, user_id: str) -> Access | None:
        return self.database.accesses.get(user_id)

    def get_for_work(self, user_id: str) -> Work:
        if user_id not in self.database.users:
            raise UserNotFound
        return Work(self.database.users[user_id], self.get(user_id), self.database.pause)

    def save(self, access: Access, *, lease: str | None = None) -> Access:
        self.database.before_write()
        stored = self.database.accesses[access.user_id]
        if (stored.revision != access.revision) if lease is None else (stored.lease != lease):
            raise StaleWrite
        if stored.decided.edition != access.decided.edition:
            return self._put(replace(access, decided=stored.decided, revision=stored.revision))
        return self._write(replace(access, decided=stored.decided, revision=stored.revision))

    def get_for_decision(self, user_id: str) -> Member:
        if user_id not in self.database.users:
            raise UserNotFound
        return Member(self.database.users[user_id], self.get(user_id), self.database.settings)

    def decide(
        self, access: Access, entry: Entry | None = None, row: Beside | None = None, *, protects: User | None = None
    ) -> Access:
        self.database.before_write()
        stored = self.database.accesses[access.user_id]
        if stored.decided.edition != access.decided.edition - 1:
            raise StaleWrite
        if protects and not self._is_as_read(protects):
            raise StaleWrite
        self._note_row(row)
        if entry:
            self.database.journal.append(entry)
        return self._write(replace(stored, decided=access.decided))

    def settle(self, access: Access, user: User, *, lease: str) -> Access:
        self.database.before_write()
        stored = self.database.accesses[access.user_id]
        if stored.lease != lease or stored.decided.edition != access.decided.edition:
            raise StaleWrite
        after = access.after_joining()
        if access.decided.hold is Hold.FAILED and access.decided.joining:
            self._undo_joining(access, user)
        elif access.decided.hold is Hold.CLOSED:
            self._end_tombstone(user, self._clock())
        self._show_progress(access)
        self.database.move_seats(access.done.seats, after.done.seats)
        return self._write(replace(after, revision=stored.revision))

    def end_without_access(self, user: User, now: datetime) -> None:
        self._end_tombstone(user, now)

    def save_seated(self, access: Access, *, seats_before: Seats) -> Access:
        lease = self.database.accesses[access.user_id].lease
        if access.done.seats != seats_before and lease and access.lease in (None, lease):
            raise StaleWrite
        saved = self.save(access)
        self.database.move_seats(seats_before, access.done.seats)
        return saved

    def accept(self, access: Access, entry: Entry, row: Beside | None = None, *, seats_before: Seats) -> Access:
        self.database.before_write()
        stored = self.database.accesses[access.user_id]
        if stored.revision != access.revision or stored.lease:
            raise StaleWrite
        self._note_row(row)
        self.database.journal.append(entry)
        self.database.move_seats(seats_before, access.done.seats)
        return self._write(replace(access, revision=stored.revision))

    def resume(self, access: Access, entry: Entry, row: Beside | None = None, *, over: Access, room: Room) -> Access:
        self.database.before_write()
        stored = self.database.accesses[access.user_id]
        if stored.revision != access.revision or stored.lease:
            raise StaleWrite
        self._note_row(row)
        self.database.move_seats(over.done.seats, access.done.seats, room)
        self.database.journal.append(entry)
        return self._write(replace(access, revision=stored.revision))

    def ending(self, after: datetime | None, before: datetime) -> list[Ending]:
        found = [
            Ending(one.user_id, one.decided.ends_at, self.database.reminded.get(one.user_id, frozenset()))
            for one in self.database.accesses.values()
            if one.decided.ends_at and one.decided.hold is None
        ]
        between = [one for one in found if one.ends_at <= before and (after is None or one.ends_at >= after)]
        return sorted(between, key=lambda one: one.ends_at)

    def page_ending(self, before: datetime | None, *, after: str | None, limit: int) -> Page[Ending]:
        ends_at, _, user_id = (after or "-inf#").partition("#")
        found = sorted(
            self.ending(None, before or datetime.max.replace(tzinfo=UTC)),
            key=lambda one: (one.ends_at, one.user_id),
        )
        later = [one for one in found if (one.ends_at.timestamp(), one.user_id) > (float(ends_at), user_id)]
        return Page(tuple(later[:limit]), later[limit - 1].place if len(later) > limit else None)

    def ended(self, before: datetime) -> list[str]:
        found = [
            (one.decided.ended_at, one.user_id)
            for one in self.database.accesses.values()
            if one.decided.hold is Hold.ENDED and one.decided.ended_at and one.decided.ended_at <= before
        ]
        return [user_id for _, user_id in sorted(found)]

    def close_account(self, access: Access, user: User, tombstone: Tombstone | None, entry: Entry) -> None:
        self.database.before_write()
        stored = self.database.accesses[access.user_id]
        if stored.decided.edition != access.decided.edition - 1 or not self._is_as_read(user):
            raise StaleWrite
        self.database.users[user.id] = replace(user, state=AccountState.CLOSED, epoch=user.epoch + 1)
        release_identities(self.database, user, tombstone)
        self.database.journal.append(entry)
        self._write(replace(stored, decided=access.decided))

    def find_many(self, user_ids: Iterable[str]) -> dict[str, Access]:
        return {id_: access for id_ in user_ids if (access := self.database.accesses.get(id_))}

    def remind(self, access: Access, mark: str, entry: Entry) -> None:
        self.database.before_write()
        stored, reminded = self.get(access.user_id), self.database.reminded.get(access.user_id, frozenset())
        if stored is None or stored.decided.edition != access.decided.edition or mark in reminded:
            raise StaleWrite
        latest = {each for each in reminded if each.split()[0] == mark.split(maxsplit=1)[0]}
        self.database.reminded[access.user_id] = frozenset({*latest, mark})
        self.database.journal.append(entry)

    def _is_as_read(self, user: User) -> bool:
        stored = self.database.users[user.id]
        return stored.is_open and (stored.epoch, stored.permissions) == (user.epoch, user.permissions)

    def members(self) -> list[MemberRow]:
        return [
            MemberRow(one.user_id, one.plex_id, one.machine_id, "" if one.done.doubts else one.done.observed.digest)
            for one in self._listed()
        ]

    def page(self, which: Which, *, after: str | None, limit: int) -> Page[Access]:
        found = [one for one in self._listed() if which.has(one) and (one.done.differs or not which.differing)]
        later = [one for one in found if after is None or one.user_id > after]
        return Page(tuple(later[:limit]), later[limit - 1].user_id if len(later) > limit else None)

    def strangers(self) -> dict[int, str]:
        return {id_: stranger.digest for id_, stranger in self.database.strangers.items()}

    def note_stranger(self, stranger: Stranger) -> None:
        self.database.strangers[stranger.plex_id] = stranger

    def forget_stranger(self, plex_id: int) -> None:
        self.database.strangers.pop(plex_id, None)

    def list_strangers(self) -> tuple[Stranger, ...]:
        return tuple(sorted(self.database.strangers.values(), key=lambda each: (each.name.casefold(), each.plex_id)))

    def adopt(self, user: User, access: Access, entry: Entry, *, over: Tombstone | None) -> None:
        self.database.before_write()
        identity = plex_identity(user.plex_id)
        if identity in self.database.identities or self.database.tombstones.get(identity) != over:
            raise AlreadyHasAccess
        self.database.tombstones.pop(identity, None)
        self.database.users[user.id] = user
        self.database.identities[identity] = user.id
        self.database.journal.append(entry)
        self.database.strangers.pop(user.plex_id or 0, None)
        self._take_over_seats(access)
        self.database.accesses[user.id] = access

    def adopt_account(self, user: User, access: Access, entry: Entry) -> None:
        if user.id not in self.database.accesses:
            self.database.journal.append(entry)
            self._take_over_seats(access)
            self.database.accesses[user.id] = access
        self.database.strangers.pop(user.plex_id or 0, None)

    def _take_over_seats(self, access: Access) -> None:
        gate, home = self.database.gate, access.done.seats.home
        self.database.gate = replace(gate, others=gate.others - 1, home_others=gate.home_others - home)

    def ask_for_more(self, request: ExtensionRequest, entry: Entry) -> None:
        self.database.before_write()
        if request.user_id in self.database.requests:
            raise StaleWrite
        self.database.requests[request.user_id] = request
        self.database.journal.append(entry)

    def requests_for_more(self) -> list[ExtensionRequest]:
        return list(self.database.requests.values())

    def request_of(self, user_id: str) -> ExtensionRequest | None:
        return self.database.requests.get(user_id)

    def refuse_more(self, answer: Answer, entry: Entry) -> None:
        self.database.before_write()
        self._note_row(answer)
        self.database.journal.append(entry)

    def _note_row(self, beside: Beside | None) -> None:
        match beside:
            case Row():
                if beside.user_id in self.database.batches[beside.batch_id].results:
                    raise StaleWrite
                note_result(self.database, beside, None)
            case Answer(user_id):
                if self.database.requests.pop(user_id, None) is None:
                    raise StaleWrite

    def _listed(self) -> list[Access]:
        return sorted(
            (one for one in self.database.accesses.values() if not one.is_over),
            key=lambda one: one.user_id,
        )

    def due(self, before: datetime, limit: int) -> Iterator[str]:
        accesses = self.database.accesses.values()
        due = [
            (one.done.waits_for_owner, at, one.user_id)
            for one in accesses
            if (at := self._due_at(one)) and at <= before
        ]
        return islice((user_id for _, _, user_id in sorted(due)), limit)

    def note_resent(self, user_id: str, due_at: datetime) -> None:
        found = self.database.accesses.get(user_id)
        if found and found.due_at:
            self._resent[user_id, found.revision] = due_at

    def waiting_for_owner(self, limit: int) -> list[str]:
        accesses = self.database.accesses.values()
        waiting = [(at, one.user_id) for one in accesses if one.done.waits_for_owner and (at := self._due_at(one))]
        return [user_id for _, user_id in sorted(waiting)][:limit]

    def pause(self) -> Pause | None:
        return self.database.pause

    def save_pause(self, pause: Pause) -> None:
        self.database.pause = pause

    def end_pause(self) -> None:
        self.database.pause = None

    def _write(self, access: Access) -> Access:
        if not access.is_told:
            self._show_progress(access)
        return self._put(replace(access, is_told=True))

    def _put(self, access: Access) -> Access:
        saved = replace(access, revision=access.revision + 1, written_at=self._clock())
        self.database.accesses[access.user_id] = replace(saved, is_told=True)  # that is not stored
        return saved

    def _show_progress(self, access: Access) -> None:
        joining, progress = access.decided.joining, access.done.progress
        if joining and progress:
            redemption = self.database.redemptions[joining]
            becomes = self.database.redemptions[joining] = redemption.with_progress(progress)
            entry = outcome_entry(becomes)
            is_noted = entry.id in {each.id for each in self.database.journal}
            if becomes.state in _NOTED and not is_noted:
                self.database.journal.append(entry)

    def _undo_joining(self, access: Access, user: User) -> None:
        database, now = self.database, self._clock()
        redemption = database.redemptions[access.decided.joining or ""]
        stored = database.users[user.id]
        if not redemption.in_progress or not stored.is_open:
            raise StaleWrite
        if not redemption.renewal and not self._are_theirs(identities_of(user), stored):
            raise StaleWrite
        give_use_back(database, redemption)
        if redemption.renewal:
            plex_id = self._go_back(stored, access)
            database.users[user.id] = replace(stored, redemption_id=redemption.renewal.before, plex_id=plex_id)
            return
        database.users[user.id] = replace(stored, state=AccountState.CLOSED)
        before = access.decided.over or Tombstone(user_id=user.id, why=Why.FAILED, closed_at=now)
        release_identities(database, stored, before.ended(now))

    def _go_back(self, stored: User, access: Access) -> int | None:
        """The Plex id that the account had before its renewal, unless another holds that by now."""
        database, before = self.database, access.decided.before
        earlier = before.identity.plex_id if before else None
        if earlier in (None, stored.plex_id) or plex_identity(earlier) in database.identities:
            return stored.plex_id
        database.identities[plex_identity(earlier)] = stored.id
        database.identities.pop(plex_identity(stored.plex_id))
        if access.decided.over:
            database.tombstones[plex_identity(stored.plex_id)] = access.decided.over
        return earlier

    def _are_theirs(self, identities: set[str], stored: User) -> bool:
        """Whether the account has still these, and no others."""
        held = self.database.identities
        return identities == identities_of(stored) and all(
            held.get(each, stored.id) == stored.id for each in identities
        )

    def _end_tombstone(self, user: User, now: datetime) -> None:
        identity = plex_identity(user.plex_id)
        tombstone = self.database.tombstones.get(identity)
        if tombstone and tombstone.user_id == user.id and not tombstone.ended_at:
            self.database.tombstones[identity] = tombstone.ended(now)

    def _due_at(self, access: Access) -> datetime | None:
        return access.due_at and self._resent.get((access.user_id, access.revision), access.due_at)


class FakeLooks:
    """access.ports.LookStore."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self) -> Look | None:
        return self.database.look

    def save(self, look: Look) -> Look:
        self.database.before_write()
        if look.revision != (self.database.look.revision if self.database.look else 0):
            raise StaleWrite
        self.database.look = replace(look, revision=look.revision + 1)
        return self.database.look

    def gate(self) -> Gate:
        return self.database.gate

    def count_others(self, others: int, home_others: int, *, was: Gate) -> None:
        gate = self.database.gate
        if (gate.others, gate.home_others) != (was.others, was.home_others):
            raise StaleWrite
        self.database.gate = gate.recounted(others, home_others)
