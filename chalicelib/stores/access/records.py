"""Accesses as they are stored in DynamoDB, and the pause."""

from typing import TYPE_CHECKING, Any, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.access.looks import Look
from chalicelib.access.model import Access, Decided, Done, Hold
from chalicelib.access.pauses import Pause
from chalicelib.access.ports import ExtensionRequest, Stranger
from chalicelib.common.ports import UNWRITABLE
from chalicelib.stores.database.attributes import Moment, Typed, Versioned
from chalicelib.stores.database.transactions import Transaction, setting

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

MEMBER, STRANGER, ASKING = "member", "stranger", "asking"
"""In the index that looks go through: members, people without an account, requests for more time."""

DIFFERS, ENDS, ENDED = "differs", "ends", "ended"

ALIGN, PAUSED = "align", "paused"
"""What an access may be due for: another try, or the end of the pause."""


class AccessesDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class AccessesListed(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    """What looks go through: members, and strangers on Plex."""

    class Meta:
        index_name = "listed"
        projection = IncludeProjection(["plex_id", "machine_id", "seen"])

    listed = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute(range_key=True)
    plex_id = NumberAttribute(null=True)
    machine_id = UnicodeAttribute(null=True)
    seen = UnicodeAttribute(null=True)


class AccessesDiffering(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "differing"
        projection = KeysOnlyProjection()

    differing = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute(range_key=True)


class AccessesEnding(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    """Sparse: access that is for a time, and that nothing stands against; and access that has ended, by when that was
    decided.
    """

    class Meta:
        index_name = "ending"
        projection = IncludeProjection(["reminded"])

    ending = UnicodeAttribute(hash_key=True)
    ends_at = NumberAttribute(range_key=True)
    reminded = Typed[frozenset[str]](frozenset[str], default=frozenset())


class AccessModel(Model):
    """``decided`` and ``done`` are the access; the rest is what conditions and indexes need of it."""

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
    listed = UnicodeAttribute(null=True)
    plex_id = NumberAttribute(null=True)
    machine_id = UnicodeAttribute(null=True)
    seen = UnicodeAttribute(null=True)
    differing = UnicodeAttribute(null=True)
    ending = UnicodeAttribute(null=True)
    ends_at = NumberAttribute(null=True)
    reminded = Typed[frozenset[str]](frozenset[str], default=frozenset())
    due = AccessesDue()
    by_ending = AccessesEnding()
    by_listed = AccessesListed()
    by_differing = AccessesDiffering()


class StrangerModel(Model):
    """Beside the accesses, so that one query of the index reads all that a look goes through."""

    class Meta:
        table_name = "access"

    user_id = UnicodeAttribute(hash_key=True)
    listed = UnicodeAttribute(default=STRANGER)
    plex_id = NumberAttribute()
    seen = UnicodeAttribute()
    record = Typed[Stranger](Stranger)
    by_listed = AccessesListed()


class ExtensionRequestModel(Model):
    """Beside the accesses, and in their list of members under a name of its own."""

    class Meta:
        table_name = "access"

    user_id = UnicodeAttribute(hash_key=True)
    listed = UnicodeAttribute(default=ASKING)
    record = Typed[ExtensionRequest](ExtensionRequest)
    by_listed = AccessesListed()


class LookModel(Model):
    """One record in the settings' table."""

    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "look"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Look](Look)
    revision = NumberAttribute()


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
        **places(access),
        **end_of(access),
    )


def end_of(access: Access) -> dict[str, Any]:
    """Where it stands in the index of those that end and have ended."""
    decided = access.decided
    kind, at = (ENDED, decided.ended_at) if decided.hold is Hold.ENDED else (ENDS, decided.ends_at)
    if at is None or decided.hold not in (None, Hold.ENDED):
        return {"ending": None, "ends_at": None}
    return {"ending": kind, "ends_at": at.timestamp()}


def places(access: Access) -> dict[str, Any]:
    """Where it stands in the indexes of looks; nowhere once it is closed."""
    is_over = access.is_over
    return {
        "listed": None if is_over else MEMBER,
        "plex_id": access.plex_id,
        "machine_id": access.machine_id,
        "seen": None if access.done.doubts else access.done.observed.digest,
        "differing": DIFFERS if access.done.differs and not is_over else None,
    }


def stranger_record(stranger: Stranger) -> StrangerModel:
    return StrangerModel(
        user_id=stranger_key(stranger.plex_id), plex_id=stranger.plex_id, seen=stranger.digest, record=stranger
    )


def stranger_key(plex_id: int) -> str:
    """No account's id has a sign in it."""
    return f"plex#{plex_id}"


def request_key(user_id: str) -> str:
    """No account's id has a sign in it."""
    return f"more#{user_id}"


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
        *(
            action
            for name, value in places(access).items()
            for action in _set_or_remove(getattr(AccessModel, name), value)
        ),
    ]


def what_was_decided(access: Access) -> "list[Action]":
    """The half that people and claims decide. Where it stands in the indexes of looks is the worker's to say, who may
    have seen more than was read for this, but for what a decision ends.
    """
    is_over = access.is_over
    return [
        AccessModel.decided.set(access.decided),
        AccessModel.edition.set(access.decided.edition),
        AccessModel.machine_id.set(access.machine_id),
        *([AccessModel.listed.remove(), AccessModel.differing.remove()] if is_over else []),
        *setting(AccessModel, end_of(access)),
        *_written(access),
    ]


def put_next_decision(transaction: Transaction, access: Access) -> None:
    """Under the name ``access``: a new access, or the next decision over one that is as it was read, and that no worker
    has.
    """
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
