"""How many invites somebody may still make."""

from datetime import datetime

from chalicelib.domain.quotas import UNLIMITED, Quota, Standing, period_start, standing
from chalicelib.domain.refusals import QuotaExceeded
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import Permission, User
from chalicelib.ports import Guard

EXEMPT = (Permission.MANAGE_USERS, Permission.MANAGE_INVITES)


def in_force(user: User, settings: Settings) -> Quota:
    """The user's own quota before the default one."""
    return UNLIMITED if user.may(*EXEMPT) else user.quota or settings.default_quota


def guard(quota: Quota, created: tuple[datetime, ...], now: datetime) -> Guard | None:
    """What the next invite's write is to hold to; None when unlimited. Raises QuotaExceeded.

    ``created``: when the person's latest invites were made, those deleted since included.
    """
    if quota.is_unlimited or quota.limit is None:
        return None
    stands = standing(quota, created, now)
    if not stands.remaining:
        raise QuotaExceeded(_explained(stands))
    return Guard(quota.limit, period_start(quota, now))


def _explained(stands: Standing) -> str:
    if not stands.limit:
        return "Your quota gives you no invites. Ask somebody who manages users."
    made = f"You have made {stands.used} of {stands.limit} invites within {stands.days} days."
    return f"{made} The next one is possible on {stands.renews_at:%-d %B %Y at %H:%M:%S} UTC."
