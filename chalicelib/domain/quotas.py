"""How many invites a person may make."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_INVITES = 1000
"""The highest limit. Of everybody, at least so many of the latest creation times are kept."""


@dataclass(frozen=True, slots=True)
class Quota:
    """``limit`` invites per rolling ``days``; either unset means unlimited, a limit of 0 means none."""

    limit: int | None = None
    days: int | None = None

    @property
    def is_unlimited(self) -> bool:
        return self.limit is None or (self.days is None and self.limit > 0)


UNLIMITED = Quota()


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands with their quota. ``remaining`` None is unlimited.

    ``renews_at``: when one more than now will be possible; None where time changes nothing.
    """

    limit: int | None = None
    days: int | None = None
    used: int = 0
    remaining: int | None = None
    renews_at: datetime | None = None


def period_start(quota: Quota, now: datetime) -> datetime:
    """What was made at this moment or before does not count any more."""
    return now - timedelta(days=quota.days or 0)


def standing(quota: Quota, created: tuple[datetime, ...], now: datetime) -> Standing:
    """``created``: when the person's latest invites were made, those deleted since included."""
    counted = sorted((at for at in created if at > period_start(quota, now)), reverse=True)
    if quota.is_unlimited or quota.limit is None:
        return Standing(quota.limit, quota.days, len(counted))
    return Standing(
        quota.limit,
        quota.days,
        len(counted),
        max(0, quota.limit - len(counted)),
        _renewal(counted[: quota.limit], quota),
    )


def _renewal(counted: list[datetime], quota: Quota) -> datetime | None:
    return counted[-1] + timedelta(days=quota.days) if counted and quota.days else None
