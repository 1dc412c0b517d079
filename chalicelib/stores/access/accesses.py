"""Accesses, and the pause."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError

from chalicelib.access.model import Access, Hold
from chalicelib.access.pauses import Pause
from chalicelib.access.ports import Answer, Beside, Ending, ExtensionRequest, Member, MemberRow, Stranger, Which, Work
from chalicelib.access.seats import Room, Seats
from chalicelib.accounts.model import AccountState, Tombstone, User
from chalicelib.common.pages import Page
from chalicelib.common.ports import Clock, StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import AlreadyHasAccess, SeatsTaken, TryAgain, UserNotFound
from chalicelib.common.retrying import until_written
from chalicelib.events.model import Entry
from chalicelib.stores.access.batches import note_beside
from chalicelib.stores.access.records import (
    ALIGN,
    ASKING,
    DIFFERS,
    ENDED,
    ENDS,
    MEMBER,
    PAUSED,
    STRANGER,
    AccessModel,
    ExtensionRequestModel,
    PauseModel,
    StrangerModel,
    access_record,
    end_of,
    read_access,
    request_key,
    stranger_key,
    stranger_record,
    what_was_decided,
    what_was_done,
)
from chalicelib.stores.access.seats import SEAT, move_seats, take_over_seats
from chalicelib.stores.accounts.identities import end_tombstone, find_tombstone, put_account, release_identities
from chalicelib.stores.accounts.records import UserModel, is_at_epoch, read_user
from chalicelib.stores.database.transactions import (
    ConditionsFailed,
    Transaction,
    all_of,
    get_all,
    is_condition_failed,
    setting,
    update_if,
)
from chalicelib.stores.events.journal import entry_record
from chalicelib.stores.invites.uses import INVITE
from chalicelib.stores.redemptions.records import show_progress
from chalicelib.stores.redemptions.undoing import undo_joining
from chalicelib.stores.settings.records import SettingsModel, read_settings

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

_ACCESS = "access"


class DynamoAccesses:
    """access.ports.AccessStore."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection, self._clock = connection, clock

    def get(self, user_id: str) -> Access | None:
        try:
            return read_access(AccessModel.get(user_id, consistent_read=True))
        except AccessModel.DoesNotExist:
            return None

    def get_for_work(self, user_id: str) -> Work:
        user, access, pause = get_all(
            self._connection, (UserModel, user_id), (AccessModel, user_id), (PauseModel, PauseModel.ID)
        )
        if user is None:
            raise UserNotFound
        return Work(read_user(user), access and read_access(access), pause and pause.record)

    def get_for_decision(self, user_id: str) -> Member:
        user, access, settings = get_all(
            self._connection, (UserModel, user_id), (AccessModel, user_id), (SettingsModel, SettingsModel.ID)
        )
        if user is None:
            raise UserNotFound
        return Member(read_user(user), access and read_access(access), read_settings(settings))

    def save(self, access: Access, *, lease: str | None = None) -> Access:
        """The redemption is not told where there is a newer decision: the next save does that."""
        written = replace(access, written_at=self._clock())
        is_mine = AccessModel.lease == lease if lease else AccessModel.revision == access.revision
        if access.is_told or not access.decided.joining:
            return _update(written, what_was_done(written), is_mine)
        try:
            return self._save_with_progress(written, is_mine)
        except ConditionsFailed:
            if lease is None:
                raise StaleWrite from None
        return replace(_update(written, what_was_done(written), is_mine), is_told=False)

    def save_seated(self, access: Access, *, seats_before: Seats) -> Access:
        if access.done.seats == seats_before:
            return self.save(access)
        written = replace(access, written_at=self._clock())
        transaction = Transaction(self._connection)
        is_as_read = (AccessModel.revision == access.revision) & _is_free_for(access.lease)
        transaction.update(_ACCESS, AccessModel(user_id=access.user_id), what_was_done(written), is_as_read)
        move_seats(transaction, seats_before, access.done.seats)
        if access.decided.joining and not access.is_told:
            show_progress(transaction, written)
        _commit_or_stale(transaction)
        return replace(written, revision=access.revision + 1, is_told=True)

    def decide(
        self, access: Access, entry: Entry | None = None, row: Beside | None = None, *, protects: User | None = None
    ) -> Access:
        written = replace(access, written_at=self._clock())
        is_as_before = AccessModel.edition == access.decided.edition - 1
        if entry is None:
            return _update(written, what_was_decided(written), is_as_before)
        transaction = Transaction(self._connection)
        transaction.update(_ACCESS, AccessModel(user_id=access.user_id), what_was_decided(written), is_as_before)
        transaction.put("journal", entry_record(entry))
        note_beside(transaction, row)
        if protects:
            transaction.check("user", UserModel, protects.id, _is_as_read(protects))
        _commit_or_stale(transaction)
        return replace(written, revision=access.revision + 1)

    def settle(self, access: Access, user: User, *, lease: str) -> Access:
        after = replace(access.after_joining(), written_at=self._clock())
        try:
            until_written(lambda: self._settle(access, after, user, lease))
        except (TryAgain, ConditionsFailed) as error:
            raise StaleWrite from error
        return replace(after, revision=after.revision + 1, is_told=True)

    def end_without_access(self, user: User, now: datetime) -> None:
        tombstone = find_tombstone(user.plex_id) if user.plex_id else None
        if user.plex_id is None or tombstone is None or tombstone.user_id != user.id or tombstone.ended_at:
            return
        transaction = Transaction(self._connection)
        end_tombstone(transaction, user.plex_id, tombstone, now)
        _commit_or_stale(transaction)

    def accept(self, access: Access, entry: Entry, row: Beside | None = None, *, seats_before: Seats) -> Access:
        transaction = Transaction(self._connection)
        move_seats(transaction, seats_before, access.done.seats)
        return self._decide_at_rest(transaction, access, entry, row)

    def resume(self, access: Access, entry: Entry, row: Beside | None = None, *, over: Access, room: Room) -> Access:
        transaction = Transaction(self._connection)
        move_seats(transaction, over.done.seats, access.done.seats, room)
        return self._decide_at_rest(transaction, access, entry, row)

    def ending(self, after: datetime | None, before: datetime) -> Iterator[Ending]:
        at = AccessModel.ends_at
        until = before.timestamp()
        between = at <= until if after is None else at.between(after.timestamp(), until)
        return (_ending(record) for record in AccessModel.by_ending.query(ENDS, between))

    def page_ending(self, before: datetime | None, *, after: str | None, limit: int) -> Page[Ending]:
        until = AccessModel.ends_at <= before.timestamp() if before else None
        last = _key_of_ending(after) if after else None
        records = AccessModel.by_ending.query(ENDS, until, last_evaluated_key=last, limit=limit + 1)
        found = tuple(_ending(record) for record in records)
        return Page(found[:limit], found[limit - 1].place if len(found) > limit else None)

    def ended(self, before: datetime) -> Iterator[str]:
        until = AccessModel.ends_at <= before.timestamp()
        return (record.user_id for record in AccessModel.by_ending.query(ENDED, until))

    def close_account(self, access: Access, user: User, tombstone: Tombstone | None, entry: Entry) -> None:
        written = replace(access, written_at=self._clock())
        is_as_before = AccessModel.edition == access.decided.edition - 1
        transaction = Transaction(self._connection)
        transaction.update(_ACCESS, AccessModel(user_id=user.id), what_was_decided(written), is_as_before)
        closed: list[Action] = [
            UserModel.state.set(AccountState.CLOSED.value),
            UserModel.epoch.set(user.epoch + 1),
        ]
        transaction.update("user", UserModel(id=user.id), closed, _is_as_read(user))
        release_identities(transaction, user, tombstone)
        transaction.put("journal", entry_record(entry))
        _commit_or_stale(transaction)

    def find_many(self, user_ids: Iterable[str]) -> dict[str, Access]:
        return {record.user_id: read_access(record) for record in AccessModel.batch_get(list(user_ids))}

    def remind(self, access: Access, mark: str, entry: Entry) -> None:
        record = AccessModel.get(access.user_id, consistent_read=True)
        reminded: frozenset[str] = record.reminded
        if mark in reminded:
            raise StaleWrite
        latest = {each for each in reminded if each.split()[0] == mark.split(maxsplit=1)[0]}
        as_read = AccessModel.edition == access.decided.edition
        as_read &= (AccessModel.reminded == reminded) | AccessModel.reminded.does_not_exist()
        transaction = Transaction(self._connection)
        noted: list[Action] = [AccessModel.reminded.set(frozenset({*latest, mark}))]
        transaction.update(_ACCESS, AccessModel(user_id=access.user_id), noted, as_read)
        transaction.put("journal", entry_record(entry))
        _commit_or_stale(transaction)

    def ask_for_more(self, request: ExtensionRequest, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        record = ExtensionRequestModel(user_id=request_key(request.user_id), record=request)
        transaction.put("request", record, ExtensionRequestModel.user_id.does_not_exist())
        self._commit_with(transaction, entry)

    def requests_for_more(self) -> Iterator[ExtensionRequest]:
        keys = [record.user_id for record in ExtensionRequestModel.by_listed.query(ASKING)]
        return (record.record for record in ExtensionRequestModel.batch_get(keys))

    def request_of(self, user_id: str) -> ExtensionRequest | None:
        try:
            return ExtensionRequestModel.get(request_key(user_id)).record
        except ExtensionRequestModel.DoesNotExist:
            return None

    def refuse_more(self, answer: Answer, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        note_beside(transaction, answer)
        self._commit_with(transaction, entry)

    def members(self) -> Iterator[MemberRow]:
        for record in AccessModel.by_listed.query(MEMBER):
            plex_id = record.plex_id and int(record.plex_id)
            yield MemberRow(record.user_id, plex_id, record.machine_id, record.seen or "")

    def page(self, which: Which, *, after: str | None, limit: int) -> Page[Access]:
        by_differing = which.differing or which.kind
        index, key = (AccessModel.by_differing, DIFFERS) if by_differing else (AccessModel.by_listed, MEMBER)
        found: list[Access] = []
        while len(found) <= limit:
            later = AccessModel.user_id > after if after else None
            ids = [record.user_id for record in index.query(key, later, limit=limit + 1)]
            read = {record.user_id: read_access(record) for record in AccessModel.batch_get(ids)}
            found += [read[id_] for id_ in ids if id_ in read and which.has(read[id_])]
            if len(ids) <= limit:
                break
            after = ids[-1]
        return Page(tuple(found[:limit]), found[limit - 1].user_id if len(found) > limit else None)

    def strangers(self) -> dict[int, str]:
        return {int(record.plex_id): record.seen for record in StrangerModel.by_listed.query(STRANGER)}

    def note_stranger(self, stranger: Stranger) -> None:
        record = stranger_record(stranger)
        record.update(all_of(record))

    def forget_stranger(self, plex_id: int) -> None:
        StrangerModel(user_id=stranger_key(plex_id)).delete()

    def list_strangers(self) -> tuple[Stranger, ...]:
        keys = [record.user_id for record in StrangerModel.by_listed.query(STRANGER)]
        found = [record.record for record in StrangerModel.batch_get(keys)]
        return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.plex_id)))

    def adopt(self, user: User, access: Access, entry: Entry, *, over: Tombstone | None) -> None:
        transaction = Transaction(self._connection)
        put_account(transaction, user, over=over)
        self._adopt(transaction, user, access, entry)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise AlreadyHasAccess from error

    def adopt_account(self, user: User, access: Access, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        self._adopt(transaction, user, access, entry)
        with suppress(ConditionsFailed):
            transaction.commit()

    @staticmethod
    def _adopt(transaction: Transaction, user: User, access: Access, entry: Entry) -> None:
        transaction.put(_ACCESS, access_record(access), AccessModel.user_id.does_not_exist())
        transaction.put("journal", entry_record(entry))
        take_over_seats(transaction, access.done.seats)
        if user.plex_id is not None:
            transaction.delete("stranger", StrangerModel(user_id=stranger_key(user.plex_id)))

    def due(self, before: datetime, limit: int) -> Iterator[str]:
        found = chain.from_iterable(
            AccessModel.due.query(kind, AccessModel.due_at <= before.timestamp()) for kind in (ALIGN, PAUSED)
        )
        return (record.user_id for record in islice(found, limit))

    def note_resent(self, user_id: str, due_at: datetime) -> None:
        later = AccessModel.due_at.set(due_at.timestamp())
        update_if(AccessModel(user_id=user_id), [later], AccessModel.due_kind.exists())

    def waiting_for_owner(self, limit: int) -> list[str]:
        return [record.user_id for record in AccessModel.due.query(PAUSED, limit=limit)]

    def pause(self) -> Pause | None:
        try:
            return PauseModel.get(PauseModel.ID).record
        except PauseModel.DoesNotExist:
            return None

    def save_pause(self, pause: Pause) -> None:
        record = PauseModel(id=PauseModel.ID, record=pause)
        record.update(all_of(record))

    def end_pause(self) -> None:
        PauseModel(id=PauseModel.ID).delete()

    @staticmethod
    def _commit_with(transaction: Transaction, entry: Entry) -> None:
        transaction.put("journal", entry_record(entry))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise StaleWrite from error

    def _decide_at_rest(self, transaction: Transaction, access: Access, entry: Entry, row: Beside | None) -> Access:
        written = replace(access, written_at=self._clock())
        actions = [
            *what_was_done(written),
            AccessModel.decided.set(written.decided),
            AccessModel.edition.set(written.decided.edition),
            *setting(AccessModel, end_of(written)),
        ]
        is_as_read = (AccessModel.revision == access.revision) & AccessModel.lease.does_not_exist()
        transaction.update(_ACCESS, AccessModel(user_id=access.user_id), actions, is_as_read)
        transaction.put("journal", entry_record(entry))
        note_beside(transaction, row)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise (SeatsTaken() if error.names == {SEAT} else StaleWrite()) from error
        return replace(written, revision=access.revision + 1)

    def _save_with_progress(self, access: Access, is_mine: "Condition") -> Access:
        transaction = Transaction(self._connection)
        condition = is_mine & (AccessModel.edition == access.decided.edition)
        transaction.update(_ACCESS, AccessModel(user_id=access.user_id), what_was_done(access), condition)
        show_progress(transaction, access)
        transaction.commit()
        return replace(access, revision=access.revision + 1, is_told=True)

    def _settle(self, access: Access, after: Access, user: User, lease: str) -> None:
        """Raises StaleWrite where the invite alone changed meanwhile, else ConditionsFailed."""
        transaction = Transaction(self._connection)
        is_mine = (AccessModel.lease == lease) & (AccessModel.edition == access.decided.edition)
        actions = [
            *what_was_done(after),
            AccessModel.decided.set(after.decided),
            *setting(AccessModel, end_of(after)),
        ]
        transaction.update(_ACCESS, AccessModel(user_id=access.user_id), actions, is_mine)
        move_seats(transaction, access.done.seats, after.done.seats)
        show_progress(transaction, access)
        if access.decided.hold is Hold.FAILED and access.decided.joining:
            undo_joining(transaction, access, user, self._clock())
        elif access.decided.hold is Hold.CLOSED:
            self._end_tombstone(transaction, user)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            if error.names == {INVITE}:
                raise StaleWrite from error
            raise

    def _end_tombstone(self, transaction: Transaction, user: User) -> None:
        tombstone = find_tombstone(user.plex_id) if user.plex_id else None
        if user.plex_id and tombstone and tombstone.user_id == user.id and not tombstone.ended_at:
            end_tombstone(transaction, user.plex_id, tombstone, self._clock())


def _ending(record: AccessModel) -> Ending:
    return Ending(record.user_id, datetime.fromtimestamp(record.ends_at, UTC), record.reminded)


def _key_of_ending(place: str) -> dict[str, dict[str, str]]:
    """Of an ``Ending.place``: where a query of the index goes on, whether or not that one still ends then."""
    ends_at, _, user_id = place.partition("#")
    return {"ending": {"S": ENDS}, "ends_at": {"N": ends_at}, "user_id": {"S": user_id}}


def _is_as_read(user: User) -> "Condition":
    """Whether the account is open, and may what it might."""
    is_as_read: Condition = is_at_epoch(user) & (UserModel.permissions == user.permissions)
    return is_as_read


def _is_free_for(lease: str | None) -> "Condition":
    """A worker that has it writes the seats that it read: only one that takes it now ends that."""
    is_free = AccessModel.lease.does_not_exist()
    return is_free | (AccessModel.lease != lease) if lease else is_free


def _commit_or_stale(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except ConditionsFailed as error:
        raise StaleWrite from error


def _update(access: Access, actions: "list[Action]", condition: "Condition") -> Access:
    """Gives the item as it is now, which the write tells."""
    record = AccessModel(user_id=access.user_id)
    try:
        record.update(actions, condition)
    except UpdateError as error:
        if is_condition_failed(error):
            raise StaleWrite from error
        raise
    return read_access(record)
