"""Redemptions as those who manage invites see them, and try them again."""

from contextlib import suppress
from datetime import datetime

from chalicelib.domain.paging import Page
from chalicelib.domain.redemptions import LINK_PLEX, Redemption, State
from chalicelib.domain.refusals import NothingToRetry
from chalicelib.domain.users import Permission, User
from chalicelib.ports import OutOfDate, ProvisionQueue, Redemptions


def listed(
    states: frozenset[State], *, by: User, redemptions: Redemptions, after: str | None, limit: int
) -> Page[Redemption]:
    """Redemptions in these states (in none of them: in any), the newest first."""
    by.must(Permission.MANAGE_INVITES, Permission.VIEW_INVITES)
    return redemptions.page(states or frozenset(State), after=after, limit=limit)


def retry(
    redemption_id: str, *, by: User, redemptions: Redemptions, queue: ProvisionQueue, now: datetime
) -> Redemption:
    """Have it tried again at once. Raises RedemptionNotFound, NothingToRetry."""
    by.must(Permission.MANAGE_INVITES)
    redemption = redemptions.get(redemption_id)
    if not redemption.in_progress:
        raise NothingToRetry
    if redemption.reason == LINK_PLEX:
        raise NothingToRetry("This person has no Plex account here yet: it goes on once they sign in with Plex.")
    return nudge(redemption, redemptions=redemptions, queue=queue, now=now)


def nudge(redemption: Redemption, *, redemptions: Redemptions, queue: ProvisionQueue, now: datetime) -> Redemption:
    """Bring it back at once, unless somebody is at work on it: whoever that is sees to the next try."""
    if redemption.is_taken(now):
        return redemption
    with suppress(OutOfDate):
        redemption = redemptions.save(redemption.nudged(now))
    queue.send(redemption.id)
    return redemption
