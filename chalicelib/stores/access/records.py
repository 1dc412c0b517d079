"""Accesses as they are stored in DynamoDB, and the pause."""

from typing import TYPE_CHECKING, Any, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.access.model import Access, Decided, Done
from chalicelib.access.pauses import Pause
from chalicelib.common.ports import UNWRITABLE
from chalicelib.stores.database.attributes import Moment, Typed, Versioned
from chalicelib.stores.database.transactions import Transaction

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

ALIGN, PAUSED = "align", "paused"
"""What an access may be due for: another try, or the end of the pause."""


class AccessesDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class AccessModel(Model):
    """``decided`` and ``done`` are the access; the rest is what conditions and the index need of it."""

    class Meta:
        table_name = "access"

    user_id = UnicodeAttribute(hash_key=True)
    decided = Versioned[Decided](Decided, by="edition")
    done = Versioned[Done](Done, by="edition")
    edition = NumberAttribute()
    revision = NumberAttribute()
    written_at = Moment()
    lease = UnicodeAttribute(null=True)
    lease_until = Moment(null=True)
    due_kind = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    due = AccessesDue()


class PauseModel(Model):
    """One record in the settings' table, while Plex does not accept the owner's token."""

    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "pause"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Pause](Pause)


def read_access(record: AccessModel) -> Access:
    """Where a newer version of the program stored a half that this one would lose something of, no worker takes it."""
    is_whole = UNWRITABLE not in (record.decided.edition, record.done.edition)
    return Access(
        user_id=record.user_id,
        decided=record.decided,
        done=record.done,
        written_at=record.written_at,
        lease=record.lease,
        lease_until=record.lease_until,
        revision=int(record.revision) if is_whole else UNWRITABLE,
    )


def access_record(access: Access) -> AccessModel:
    due_at = access.due_at
    return AccessModel(
        user_id=access.user_id,
        decided=access.decided,
        done=access.done,
        edition=access.decided.edition,
        revision=access.revision,
        written_at=access.written_at,
        lease=access.lease,
        lease_until=access.lease_until,
        due_kind=due_kind(access),
        due_at=due_at.timestamp() if due_at else None,
    )


def due_kind(access: Access) -> str | None:
    if access.due_at is None:
        return None
    return PAUSED if access.done.waits_for_owner and not access.is_new else ALIGN


def what_was_done(access: Access) -> "list[Action]":
    """The worker's half, with the lease."""
    return [
        AccessModel.done.set(access.done),
        *_set_or_remove(AccessModel.lease, access.lease),
        *_set_or_remove(AccessModel.lease_until, access.lease_until),
        *_written(access),
    ]


def what_was_decided(access: Access) -> "list[Action]":
    """The half that people and claims decide."""
    return [AccessModel.decided.set(access.decided), AccessModel.edition.set(access.decided.edition), *_written(access)]


def put_next_decision(transaction: Transaction, access: Access) -> None:
    """Under the name ``access``: a new access, or the next decision over one that is settled and as it was read."""
    if access.decided.edition == 1:
        transaction.put("access", access_record(access), AccessModel.user_id.does_not_exist())
        return
    as_read = AccessModel.revision == access.revision
    following = access_record(access)
    following.revision = access.revision + 1
    transaction.write("access", following, as_read & AccessModel.lease.does_not_exist())


def _written(access: Access) -> "list[Action]":
    due_at = access.due_at
    return [
        AccessModel.revision.add(1),
        AccessModel.written_at.set(access.written_at),
        *_set_or_remove(AccessModel.due_kind, due_kind(access)),
        *_set_or_remove(AccessModel.due_at, due_at.timestamp() if due_at else None),
    ]


def _set_or_remove(attribute: Any, value: Any) -> "list[Action]":
    return [attribute.remove() if value is None else attribute.set(value)]
