"""How many invites an account may make."""

from datetime import datetime, timedelta

from chalicelib.accounts.model import User
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.people import Permission
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import QuotaExceeded
from chalicelib.settings.model import Quota, Settings

EXEMPT = (Permission.MANAGE_USERS, Permission.MANAGE_INVITES)
UNLIMITED = Quota()


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How much of a quota is used. ``remaining`` None is unlimited.

    ``renews_at``: when one more than now will be possible; None where time changes nothing.
    """

    limit: int | None
    days: int | None
    used: int
    remaining: int | None = None
    renews_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuotaGuard:
    """A condition on a write: the account has made fewer than ``below`` invites, ever."""

    below: int


def quota_in_force(user: User, settings: Settings) -> Quota:
    """The user's own quota before the default one."""
    return UNLIMITED if user.may(*EXEMPT) else user.quota or settings.default_quota


def quota_use(quota: Quota, created: tuple[datetime, ...], *, now: datetime) -> QuotaUse:
    """``created``: when the account's latest invites were made, those deleted since included."""
    counted = sorted((at for at in created if at > period_start(quota, now=now)), reverse=True)
    limit, used = quota.enforced_limit, len(counted)
    if limit is None:
        return QuotaUse(quota.limit, quota.days, used)
    return QuotaUse(limit, quota.days, used, max(0, limit - used), _renewal(counted[:limit], quota.days))


def quota_guard(quota: Quota, made: int, use: QuotaUse) -> QuotaGuard | None:
    """What the next invite's write is to hold to; None when unlimited. Raises QuotaExceeded.

    ``made`` must have been read before what ``use`` counts: then no invite that counts is left out, and ``remaining``
    more may be made, by all who try at once. Time can only let some of those counted go.
    """
    limit = quota.enforced_limit
    if limit is None:
        return None
    if use.remaining:
        return QuotaGuard(made + use.remaining)
    if quota.days and use.renews_at:
        raise QuotaExceeded("renews", used=use.used, limit=limit, days=quota.days, at=use.renews_at)
    raise QuotaExceeded("none")


def read_quota_use(accounts: AccountStore, user_id: str, quota: Quota, *, now: datetime) -> QuotaUse:
    """How much of ``quota`` that account has used. Nothing is read where nothing counts."""
    created = accounts.created_since(user_id, period_start(quota, now=now)) if quota.days else ()
    return quota_use(quota, created, now=now)


def period_start(quota: Quota, *, now: datetime) -> datetime:
    """What was made at this moment or before does not count any more."""
    return now - timedelta(days=quota.days or 0)


def _renewal(counted: list[datetime], days: int | None) -> datetime | None:
    return counted[-1] + timedelta(days=days) if counted and days else None
