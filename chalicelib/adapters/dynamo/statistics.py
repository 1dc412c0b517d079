"""How the house stands, in numbers."""

from collections import Counter
from datetime import date, datetime, timedelta

from pynamodb.connection import Connection

from chalicelib.adapters.dynamo.counts import numbers
from chalicelib.adapters.dynamo.invite_indexes import EXPIRY
from chalicelib.adapters.dynamo.models import InviteModel, RedemptionModel, UserModel
from chalicelib.domain.invites import Status
from chalicelib.domain.redemptions import State
from chalicelib.domain.users import AccountState
from chalicelib.ports import Numbers

MOST_COUNTED = 5000
"""Accounts, and redemptions in need, are counted through, for a Plex server shares with a hundred people at most."""

MOST_DUE = 500


class DynamoStatistics:
    """ports.Statistics."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def numbers(self, now: datetime, since: date) -> Numbers:
        days = [since + timedelta(days=number) for number in range((now.date() - since).days + 1)]
        counted = numbers(self._connection, sorted({f"{day:%Y-%m}" for day in days}))
        _expire(counted, now)
        return Numbers(
            invites={status: counted[status.value] for status in Status},
            redemptions={day: counted[day.isoformat()] for day in days},
            users=UserModel.by_state.count(AccountState.ACTIVE.value, limit=MOST_COUNTED),
            needs_attention=RedemptionModel.by_state.count(State.NEEDS_ATTENTION.value, limit=MOST_COUNTED),
        )


def _expire(counted: Counter[str], now: datetime) -> None:
    """Every write counts; what expired since the sweep came by, some 500 invites at most, nobody wrote."""
    for record in InviteModel.due.query(EXPIRY, InviteModel.due_at <= now.timestamp(), limit=MOST_DUE):
        counted.subtract([record.status_hint])
        counted.update([Status.EXPIRED.value])
