"""Streamarr in numbers, most of them kept by the transactions that change them."""

from collections import Counter
from datetime import date, datetime, timedelta

from pynamodb.connection import Connection

from chalicelib.access.progress import State
from chalicelib.accounts.model import AccountState
from chalicelib.invites.model import Status
from chalicelib.redemptions.ports import MOST_COUNTED, Numbers
from chalicelib.stores.accounts.records import UserModel
from chalicelib.stores.invites.counts import numbers
from chalicelib.stores.invites.indexes import EXPIRY
from chalicelib.stores.invites.records import InviteModel
from chalicelib.stores.redemptions.records import RedemptionModel

MOST_DUE = 500


def count_numbers(connection: Connection, now: datetime, since: date) -> Numbers:
    days = [since + timedelta(days=number) for number in range((now.date() - since).days + 1)]
    counted = numbers(connection, sorted({f"{day:%Y-%m}" for day in days}))
    _expire(counted, now)
    return Numbers(
        invites={status: counted[status.value] for status in Status},
        redemptions={day: counted[day.isoformat()] for day in days},
        users=_count(connection, UserModel, AccountState.ACTIVE.value),
        most_counted=MOST_COUNTED,
        needs_attention=_count(connection, RedemptionModel, State.NEEDS_ATTENTION.value),
    )


def _count(connection: Connection, model: type[UserModel | RedemptionModel], state: str) -> int:
    """``MOST_COUNTED`` at most, and nothing is read after them; PynamoDB's own count goes on to the end."""
    name, counted, after = model.Meta.table_name, 0, None
    while counted < MOST_COUNTED:
        page = connection.query(
            name,
            state,
            index_name=model.by_state.Meta.index_name,
            limit=MOST_COUNTED - counted,
            exclusive_start_key=after,
            select="COUNT",
        )
        counted += page["Count"]
        if not (after := page.get("LastEvaluatedKey")):
            break
    return counted


def _expire(counted: Counter[str], now: datetime) -> None:
    """Writes keep the numbers; what expired after the last sweep, 500 invites at most, was not written yet."""
    for record in InviteModel.due.query(EXPIRY, InviteModel.due_at <= now.timestamp(), limit=MOST_DUE):
        counted.subtract([record.status_hint])
        counted.update([Status.EXPIRED.value])
