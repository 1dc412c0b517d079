"""One decision for many members: the queue function takes it for one after the other, for each once, come what may."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.access.deciding.editing import AccessEdit, EditingAccess
from chalicelib.access.deciding.membership import DecidingMembership
from chalicelib.access.deciding.restoring import Restoring
from chalicelib.access.entitlement import Entitlement, Rule
from chalicelib.access.ports import Row
from chalicelib.accounts.model import User
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.people import Permission
from chalicelib.common.ports import Clock, NewId, RetryLater, StaleWrite
from chalicelib.common.records import dataclass, field, replace
from chalicelib.common.refusals import BadInput, NotFound, Refusal, TryAgain
from chalicelib.common.retrying import until_written
from chalicelib.common.terms import Term
from chalicelib.plex.model import Features
from chalicelib.plex.ports import WorkQueue
from chalicelib.settings.ports import SettingsStore

KEPT_FOR = timedelta(days=7)
"""How long the results can be read."""

_SPARE = timedelta(seconds=10)
"""With less time left, or a quarter of it, the next message goes on."""

_NOTHING = Entitlement(rule=Rule.SPECIFIC, libraries=(), features=Features())


class Action(StrEnum):
    EDIT = "edit"
    RESTORE = "restore"
    ACCEPT = "accept"
    EXTEND = "extend"
    SUSPEND = "suspend"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing was decided for one of them: the key of the sentence and what fills its places."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.key.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """``results`` by account: None where it was decided; whoever is not in it comes yet."""

    id: str
    action: Action
    edit: AccessEdit
    user_ids: tuple[str, ...]
    asked_by: str
    asked_at: datetime
    term: Term | None = None
    results: Mapping[str, Refused | None] = field(default_factory=dict)

    @property
    def left(self) -> tuple[str, ...]:
        return tuple(id_ for id_ in self.user_ids if id_ not in self.results)


KeepBatch = Callable[[Batch], None]
"""Keeps it for KEPT_FOR."""

FindBatch = Callable[[str], Batch | None]
"""As it stands now."""

NoteResult = Callable[[Row, Refused | None], None]
"""One person's result; the first one stays. Repeatable."""


@dataclass(frozen=True, slots=True)
class DecidingForMany:
    keep_batch: KeepBatch
    find_batch: FindBatch
    settings: SettingsStore
    queue: WorkQueue
    new_id: NewId

    def ask(
        self,
        action: Action,
        edit: AccessEdit,
        user_ids: tuple[str, ...],
        *,
        by: User,
        now: datetime,
        term: Term | None = None,
    ) -> Batch:
        """Have it decided for each of these members; ``term`` is for extending. Raises NotAllowed, and what is wrong
        with what was said.
        """
        by.must(Permission.MANAGE_USERS)
        settings = self.settings.get()
        edit.apply(_NOTHING, settings)
        if action is Action.EXTEND and term is None:
            raise BadInput("one_term", field="by")
        if term and term.ends(now, settings.zone, field="by") <= now:
            raise BadInput("past", field="until")
        batch = Batch(
            id=self.new_id(),
            action=action,
            edit=edit,
            user_ids=tuple(dict.fromkeys(user_ids)),
            asked_by=by.id,
            asked_at=now,
            term=term,
        )
        self.keep_batch(batch)
        self.queue.batch(batch.id)
        return batch

    def show(self, batch_id: str, *, by: User) -> Batch:
        """Raises NotAllowed, NotFound."""
        by.must(Permission.MANAGE_USERS)
        batch = self.find_batch(batch_id)
        if batch is None:
            raise NotFound
        return batch


@dataclass(frozen=True, slots=True)
class WorkingOnBatches:
    find_batch: FindBatch
    note_result: NoteResult
    accounts: AccountStore
    editing_access: EditingAccess
    restoring: Restoring
    deciding_membership: DecidingMembership
    clock: Clock

    def work(self, batch_id: str, *, deadline: datetime) -> Batch | None:
        """Go on with it; gives it as it was begun, None where it is kept no more. Repeatable, and safe beside itself.

        It is decided as by the person who asked, with what they may do by now. Raises RetryLater where time is short.
        """
        batch = self.find_batch(batch_id)
        if batch is None:
            return None
        by, now = self._asker(batch), self.clock()
        until = deadline - min(_SPARE, (deadline - now) / 4)
        for user_id in batch.left:
            if self.clock() > until:
                raise RetryLater(1)
            self._decide(batch, Row(batch.id, user_id), by)
        return batch

    def _asker(self, batch: Batch) -> User:
        user = self.accounts.get(batch.asked_by)
        return user if user.is_open else replace(user, permissions=frozenset())

    def _decide(self, batch: Batch, row: Row, by: User) -> None:
        try:
            until_written(lambda: self._take(batch, row, by))
        except TryAgain as error:
            raise RetryLater(1) from error
        except Refusal as refusal:
            facts = {name: str(fact) for name, fact in refusal.facts.items()}
            self.note_result(row, Refused(refusal.key, facts))

    def _take(self, batch: Batch, row: Row, by: User) -> None:
        """Raises StaleWrite where another has decided meanwhile, or this row is done already."""
        latest = self.find_batch(batch.id)
        if latest is None or row.user_id not in latest.left:
            return
        try:
            self._act(batch, row, by)
        except TryAgain as error:
            raise StaleWrite from error
        self.note_result(row, None)

    def _act(self, batch: Batch, row: Row, by: User) -> None:
        now = self.clock()
        match batch.action:
            case Action.EDIT:
                self.editing_access.edit(row.user_id, batch.edit, version=None, by=by, now=now, row=row)
            case Action.RESTORE:
                self.restoring.restore(row.user_id, version=None, by=by, now=now, row=row)
            case Action.ACCEPT:
                self.restoring.accept(row.user_id, version=None, by=by, now=now, row=row)
            case Action.SUSPEND:
                self.deciding_membership.suspend(row.user_id, version=None, by=by, now=now, row=row)
            case Action.RESUME:
                self.deciding_membership.resume(row.user_id, version=None, by=by, now=now, row=row)
            case Action.EXTEND if batch.term:
                self.deciding_membership.extend(row.user_id, batch.term, version=None, by=by, now=now, row=row)
