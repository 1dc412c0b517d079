"""How the house stands, in numbers."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from pynamodb.connection import Connection

from chalicelib.adapters.dynamo.counts import invites_by_status, redemptions_by_day
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
        return Numbers(
            invites=self._invites(now),
            redemptions=self._redemptions(since, now.date()),
            users=UserModel.by_state.count(AccountState.ACTIVE.value, limit=MOST_COUNTED),
            needs_attention=RedemptionModel.by_state.count(State.NEEDS_ATTENTION.value, limit=MOST_COUNTED),
        )

    def _invites(self, now: datetime) -> Mapping[Status, int]:
        """As counted by every write, but for those (some 500 at most) that expired since the sweep came by."""
        counted = invites_by_status(self._connection)
        for record in InviteModel.due.query(EXPIRY, InviteModel.due_at <= now.timestamp(), limit=MOST_DUE):
            counted.subtract([record.status_hint])
            counted.update([Status.EXPIRED.value])
        return {status: counted[status.value] for status in Status}

    def _redemptions(self, since: date, until: date) -> Mapping[date, int]:
        days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
        counted = redemptions_by_day(self._connection, sorted({f"{day:%Y-%m}" for day in days}))
        return _by_day(counted, days)


def _by_day(counted: Counter[str], days: list[date]) -> dict[date, int]:
    return {day: counted[day.isoformat()] for day in days}
