"""Redemptions as those who manage invites see them and try them again, and as the sweep does."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chalicelib.access.model import LOOK_AGAIN_AFTER
from chalicelib.access.reasons import LINK_PLEX
from chalicelib.accounts.model import User
from chalicelib.common.pages import Page
from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import NothingToRetry
from chalicelib.common.sweeping import Batch, resend_stuck
from chalicelib.plex.ports import WorkQueue
from chalicelib.redemptions.model import Redemption, State
from chalicelib.redemptions.ports import RedemptionStore


@dataclass(frozen=True, slots=True)
class RetryingRedemptions:
    redemptions: RedemptionStore
    queue: WorkQueue

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
        return self.nudge(redemption, now=now)

    def nudge(self, redemption: Redemption, *, now: datetime) -> Redemption:
        """Bring it back at once, unless a worker has it, which sees to the next try."""
        if redemption.is_taken(now):
            return redemption
        with suppress(StaleWrite):
            redemption = self.redemptions.save(redemption.nudged(now))
        self.queue.provision(redemption.id)
        return redemption

    def sweep(self, *, now: datetime) -> Iterator[Batch]:
        """Send again the redemptions in progress that no message carries any more."""
        return resend_stuck(
            self.redemptions.due,
            self.queue.provision,
            lambda redemption_id: self.redemptions.note_resent(redemption_id, now + LOOK_AGAIN_AFTER),
            now=now,
        )
