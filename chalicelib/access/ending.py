"""Taking away what a closed account was given on Plex, until a read confirms that it is gone."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.access.model import LOOK_AGAIN_AFTER, Ending
from chalicelib.access.ports import AccessStore, StopProvisioning
from chalicelib.access.revoking import Revoking
from chalicelib.accounts.model import User
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.ports import Chance, Clock, RetryLater
from chalicelib.common.retrying import doubled, spread
from chalicelib.common.sweeping import Batch, resend_stuck
from chalicelib.plex.errors import PlexError
from chalicelib.plex.ports import WorkQueue

LONGEST_DELAY = 900
"""Seconds: the longest delay that SQS knows."""


@dataclass(frozen=True, slots=True)
class EndingAccess:
    accounts: AccountStore
    endings: AccessStore
    stop_provisioning: StopProvisioning
    revoking: Revoking
    queue: WorkQueue
    clock: Clock
    chance: Chance

    def end(self, user_id: str, *, deadline: datetime) -> Ending | None:
        """End the access of a closed account; None where the account is open. Repeatable.

        What is taken away is what was given, and nothing else. What fails is tried again for ever, a quarter of an hour
        apart at most: no access is kept unnoticed. ``deadline``: when this worker is certainly gone. Raises RetryLater
        while another is at it, or at the account's redemption: it may come to share in the very next moment.
        """
        user = self.accounts.get(user_id)
        if user.is_open:
            return None
        ending = self.endings.get(user_id) or self._begin(user)
        if ending.ended_at:
            return ending
        if ending.working_until and ending.is_taken(self.clock()):
            raise RetryLater(math.ceil((ending.working_until - self.clock()).total_seconds()))
        return self._end(user, self.endings.save(ending.taken(deadline)))

    def _begin(self, user: User) -> Ending:
        """From here on the sweep sees to it. What is under way is stopped first: it may be about to share."""
        given = self.stop_provisioning(user)
        return self.endings.begin(Ending(user_id=user.id, begun_at=self.clock(), given=given))

    def _end(self, user: User, ending: Ending) -> Ending:
        try:
            if ending.given:
                self.revoking.take_back(ending.given)
        except PlexError as error:
            return self._retry_later(ending, error)
        ended = ending.ended(self.clock())
        tombstone = self.accounts.tombstone_of(user.plex_id) if user.plex_id else None
        return self.endings.finish(ended, user.plex_id, tombstone)

    def _retry_later(self, ending: Ending, error: PlexError) -> Ending:
        wait = spread(doubled(2, ending.tries, longest=LONGEST_DELAY), self.chance())
        delay = min(error.asked_to_wait or wait, LONGEST_DELAY)
        tried = ending.tried(self.clock() + timedelta(seconds=delay))
        tried = self.endings.save(tried)
        self.queue.end_access(ending.user_id, delay=delay)
        return tried


@dataclass(frozen=True, slots=True)
class ResendingEndings:
    endings: AccessStore
    queue: WorkQueue

    def sweep(self, *, now: datetime) -> Iterator[Batch]:
        """Send again the endings that no message carries any more."""
        return resend_stuck(
            self.endings.due,
            self.queue.end_access,
            lambda user_id: self.endings.note_resent(user_id, now + LOOK_AGAIN_AFTER),
            now=now,
        )
