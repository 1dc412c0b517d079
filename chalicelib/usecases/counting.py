"""How the house stands, in numbers."""

from datetime import datetime, timedelta

from chalicelib.domain.users import Permission, User
from chalicelib.ports import Numbers, Statistics

DAYS = 30


def count(*, reader: User, statistics: Statistics, now: datetime) -> Numbers:
    """Invites by status, accounts, and the redemptions of the last 30 days, today included. Raises NotAllowed."""
    reader.must(Permission.MANAGE_INVITES, Permission.VIEW_INVITES, Permission.MANAGE_USERS)
    return statistics.numbers(now, since=now.date() - timedelta(days=DAYS - 1))
