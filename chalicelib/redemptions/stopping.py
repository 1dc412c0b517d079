"""Stopping what is under way for an account that was closed: access.ports.StopProvisioning."""

import math
from dataclasses import dataclass

from chalicelib.access.model import Given
from chalicelib.access.reasons import ACCOUNT_CLOSED
from chalicelib.accounts.model import User
from chalicelib.accounts.tokens import FORGOTTEN_AFTER
from chalicelib.common.ports import Clock, RetryLater
from chalicelib.plex.ports import WorkQueue
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import RedemptionStore


@dataclass(frozen=True, slots=True)
class StoppingRedemptions:
    redemptions: RedemptionStore
    queue: WorkQueue
    clock: Clock

    def stop(self, user: User) -> Given | None:
        """End the account's redemption where it is in progress, and forget its token; gives what Plex may have of it.

        None for an account without a redemption. Raises RetryLater while a worker has it.
        """
        if user.redemption_id is None:
            return None
        redemption = self.redemptions.get(user.redemption_id)
        if redemption.in_progress:
            redemption = self._stop(redemption)
        self.queue.forget_tokens(redemption.id, delay=FORGOTTEN_AFTER)
        return redemption.given

    def _stop(self, redemption: Redemption) -> Redemption:
        now = self.clock()
        if redemption.working_until and redemption.is_taken(now):
            raise RetryLater(max(1, math.ceil((redemption.working_until - now).total_seconds())))
        return self.redemptions.save(redemption.given_up(now, ACCOUNT_CLOSED).failed(now))
