"""Streamarr in numbers, most of them kept by the transactions that change them."""

from collections import Counter
from datetime import date, datetime, timedelta

from pynamodb.connection import Connection

from chalicelib.access.progress import State
from chalicelib.accounts.model import AccountState
from chalicelib.invites.model import Status
from chalicelib.redemptions.ports import Numbers
from chalicelib.stores.accounts.records import UserModel
from chalicelib.stores.invites.counts import numbers
from chalicelib.stores.invites.indexes import EXPIRY
from chalicelib.stores.invites.records import InviteModel
from chalicelib.stores.redemptions.records import RedemptionModel

MOST_COUNTED = 5000
"""Accounts, and redemptions that need attention, are counted one by one: a Plex server has a hundred users at most."""

MOST_DUE = 500


def count_numbers(connection: Connection, now: datetime, since: date) -> Numbers:
    days = [since + timedelta(days=number) for number in range((now.date() - since).days + 1)]
    counted = numbers(connection, sorted({f"{day:%Y-%m}" for day in days}))
    _expire(counted, now)
    return Numbers(
        invites={status: counted[status.value] for status in Status},
        redemptions={day: counted[day.isoformat()] for day in days},
        users=UserModel.by_state.count(AccountState.ACTIVE.value, limit=MOST_COUNTED),
        needs_attention=RedemptionModel.by_state.count(State.NEEDS_ATTENTION.value, limit=MOST_COUNTED),
    )


def _expire(counted: Counter[str], now: datetime) -> None:
    """Writes keep the numbers; what expired after the last sweep, 500 invites at most, was not written yet."""
    for record in InviteModel.due.query(EXPIRY, InviteModel.due_at <= now.timestamp(), limit=MOST_DUE):
        counted.subtract([record.status_hint])
        counted.update([Status.EXPIRED.value])
