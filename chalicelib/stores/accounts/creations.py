"""When each account made its latest invites: what quotas count."""

from datetime import UTC, datetime
from typing import Any

from pynamodb.attributes import ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.accounts.quotas import QuotaGuard
from chalicelib.settings.model import MOST_INVITES
from chalicelib.stores.database.transactions import Transaction

TOO_MANY = MOST_INVITES + 100


class CreationsModel(Model):
    """``times``: microseconds since 1970, the latest first; never fewer than quotas can count."""

    class Meta:
        table_name = "creations"

    user_id = UnicodeAttribute(hash_key=True)
    times: Any = ListAttribute(of=NumberAttribute, null=True)


def times_of(record: CreationsModel | None) -> tuple[datetime, ...]:
    times = record.times if record else None
    return tuple(datetime.fromtimestamp(time / 1_000_000, UTC) for time in times or ())


def note_creation(transaction: Transaction, user_id: str, at: datetime, guard: QuotaGuard | None) -> None:
    """Note one more, under the name ``quota``, on condition that the guard's limit leaves room for it.

    The limit is reached when the last of so many latest creations lies within the period: the condition looks
    at the list as it is when it is written, so the limit holds however many are created at once.
    """
    times = CreationsModel.times
    condition = None
    if guard:
        last = times[guard.limit - 1]
        condition = last.does_not_exist() | (last <= _microseconds(guard.since))
    noted = times.set((times | []).prepend([_microseconds(at)]))
    transaction.update("quota", CreationsModel(user_id=user_id), [noted], condition)


def trim(user_id: str) -> None:
    """Remove what no quota can count. An entry added meanwhile moves the list on, so that no other entry is removed."""
    # From the end: DynamoDB accepts any order, ministack moves the rest up after each removal.
    gone = [CreationsModel.times[place].remove() for place in reversed(range(MOST_INVITES, TOO_MANY))]
    CreationsModel(user_id=user_id).update(gone)


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
