"""Taking away what a closed account was given on Plex, until a read confirms that it is gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.access.model import LOOK_AGAIN_AFTER, Ending, Given
from chalicelib.access.ports import AccessStore, StopProvisioning
from chalicelib.access.revoking import Revoking
from chalicelib.accounts.model import User
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.ports import Chance, Clock
from chalicelib.common.retrying import doubled, spread
from chalicelib.common.sweeping import Batch, resend_stuck
from chalicelib.plex.errors import PlexError
from chalicelib.plex.ports import WorkQueue
from chalicelib.settings.model import Settings

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

    def end(self, user_id: str) -> Ending | None:
        """End the access of a closed account; None where the account is open. Repeatable.

        What fails is tried again for ever, a quarter of an hour apart at most: no access is kept unnoticed.
        Raises RetryLater while a worker is still at the account's redemption.
        """
        user, settings = self.accounts.get_with_settings(user_id)
        if user.is_open:
            return None
        ending = self.endings.get(user_id) or self._begin(user, settings)
        if ending.ended_at:
            return ending
        try:
            self._take_away(ending.given)
        except PlexError as error:
            return self._retry_later(ending, error)
        ended = ending.ended(self.clock())
        self.endings.save(ended)
        return ended

    def _begin(self, user: User, settings: Settings) -> Ending:
        """From here on the sweep sees to it. What is under way is stopped first: it may be about to share."""
        given = self.stop_provisioning(user) or Given(
            machine_id=settings.server.machine_id if settings.server else None, plex_id=user.plex_id
        )
        return self.endings.begin(Ending(user_id=user.id, begun_at=self.clock(), given=given))

    def _take_away(self, given: Given) -> None:
        if given.machine_id is None:
            return
        account_id = self.revoking.find_account(given)
        if account_id is not None and not self._has_come_back(account_id):
            self.revoking.revoke(account_id, given.machine_id, home=given.home)

    def _has_come_back(self, account_id: int) -> bool:
        """Whether another account, open now, holds that Plex account: then what is shared is that one's."""
        return self.accounts.id_of_plex_account(account_id) is not None

    def _retry_later(self, ending: Ending, error: PlexError) -> Ending:
        wait = spread(doubled(2, ending.tries, longest=LONGEST_DELAY), self.chance())
        delay = min(error.asked_to_wait or wait, LONGEST_DELAY)
        tried = ending.tried(self.clock() + timedelta(seconds=delay))
        self.endings.save(tried)
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
