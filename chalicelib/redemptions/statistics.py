"""Streamarr in numbers."""

from datetime import datetime, timedelta

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.records import dataclass
from chalicelib.redemptions.ports import Numbers, RedemptionStore

DAYS = 30


@dataclass(frozen=True, slots=True)
class Counting:
    redemptions: RedemptionStore

    def count(self, *, by: User, now: datetime) -> Numbers:
        """Invites by status, accounts, and the redemptions of the last 30 days, today included. Raises NotAllowed."""
        by.must(Permission.MANAGE_INVITES, Permission.VIEW_INVITES, Permission.MANAGE_USERS)
        return self.redemptions.count(now=now, since=now.date() - timedelta(days=DAYS - 1))
