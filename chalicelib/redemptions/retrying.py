"""Redemptions as those who manage invites see them and try them again."""

from datetime import datetime

from chalicelib.access.nudging import Nudging
from chalicelib.access.progress import State
from chalicelib.access.reasons import LINK_PLEX
from chalicelib.accounts.model import User
from chalicelib.common.pages import Page
from chalicelib.common.people import Permission
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import NothingToRetry
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import RedemptionStore


@dataclass(frozen=True, slots=True)
class RetryingRedemptions:
    redemptions: RedemptionStore
    nudging: Nudging

    def list(self, states: frozenset[State], *, by: User, after: str | None, limit: int) -> Page[Redemption]:
        """Redemptions in these states (in none of them: in any), the newest first."""
        by.must(Permission.MANAGE_INVITES, Permission.VIEW_INVITES)
        return self.redemptions.page(states or frozenset(State), after=after, limit=limit)

    def retry(self, redemption_id: str, *, by: User, now: datetime) -> Redemption:
        """Have it tried again at once. Raises RedemptionNotFound, NothingToRetry."""
        by.must(Permission.MANAGE_INVITES)
        redemption = self.redemptions.get(redemption_id)
        if not redemption.in_progress:
            raise NothingToRetry
        if redemption.reason == LINK_PLEX:
            raise NothingToRetry("link_plex")
        self.nudging.nudge(redemption.user.id, now=now)
        return redemption
