"""How many invites an account may make."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.refusals import QuotaExceeded
from chalicelib.settings.model import Quota, Settings

EXEMPT = (Permission.MANAGE_USERS, Permission.MANAGE_INVITES)
UNLIMITED = Quota()


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How much of a quota is used. ``remaining`` None is unlimited.

    ``renews_at``: when one more than now will be possible; None where time changes nothing.
    """

    limit: int | None = None
    days: int | None = None
    used: int = 0
    remaining: int | None = None
    renews_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuotaGuard:
    """A condition on a write: fewer than ``limit`` (at least 1) invites were made after ``since``."""

    limit: int
    since: datetime


def quota_in_force(user: User, settings: Settings) -> Quota:
    """The user's own quota before the default one."""
    return UNLIMITED if user.may(*EXEMPT) else user.quota or settings.default_quota


def quota_use(quota: Quota, created: tuple[datetime, ...], *, now: datetime) -> QuotaUse:
    """``created``: when the account's latest invites were made, those deleted since included."""
    counted = sorted((at for at in created if at > period_start(quota, now=now)), reverse=True)
    if quota.is_unlimited or quota.limit is None:
        return QuotaUse(quota.limit, quota.days, len(counted))
    return QuotaUse(
        quota.limit,
        quota.days,
        len(counted),
        max(0, quota.limit - len(counted)),
        _renewal(counted[: quota.limit], quota),
    )


def quota_guard(quota: Quota, created: tuple[datetime, ...], *, now: datetime) -> QuotaGuard | None:
    """What the next invite's write is to hold to; None when unlimited. Raises QuotaExceeded."""
    if quota.is_unlimited or quota.limit is None:
        return None
    use = quota_use(quota, created, now=now)
    if not use.remaining:
        raise _exceeded(use)
    return QuotaGuard(quota.limit, period_start(quota, now=now))


def period_start(quota: Quota, *, now: datetime) -> datetime:
    """What was made at this moment or before does not count any more."""
    return now - timedelta(days=quota.days or 0)


def _renewal(counted: list[datetime], quota: Quota) -> datetime | None:
    return counted[-1] + timedelta(days=quota.days) if counted and quota.days else None


def _exceeded(use: QuotaUse) -> QuotaExceeded:
    if use.limit and use.days and use.renews_at:
        return QuotaExceeded("renews", used=use.used, limit=use.limit, days=use.days, at=use.renews_at)
    return QuotaExceeded("none")
