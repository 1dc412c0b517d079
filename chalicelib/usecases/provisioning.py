"""Giving on Plex what a redemption granted.

Every step is saved before and after plex.tv is asked, so that a crash anywhere, a message delivered twice or an
answer that got lost leads to the same end: what may have been begun is read before it is begun again.

A try that fails for a passing reason ends well: the redemption says when it is to be tried again, and a message of
its own brings it back. So the queue counts only what went wrong in a way that nobody planned for.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain import reasons
from chalicelib.domain.pauses import Pause
from chalicelib.domain.redemptions import Reason, Redemption, State, StepName
from chalicelib.ports import (
    Claims,
    Clock,
    HeldTokens,
    Opener,
    OutOfDate,
    OwnerTokenRefused,
    PlexError,
    PlexPassing,
    ProvisionQueue,
    Redemptions,
)
from chalicelib.usecases.giving import GivenUp, Giving, Standing
from chalicelib.usecases.pausing import Pausing
from chalicelib.usecases.withdrawing import Withdrawing

PATIENCE = 10
"""Tries of one step before its redemption is parked, that is shown as needing attention: about a quarter of an hour.
It is tried every quarter of an hour from then on (domain/redemptions.py, WATCHED_FOR), or at somebody's click."""

LONGEST_PAUSE = 900
"""Seconds: the longest delay that SQS knows."""

_READS_UNTIL_GONE = 3


class TryLater(Exception):
    """The message should come again after ``seconds``: another worker is at it."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be tried again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Provisioning:
    """What provisioning touches. ``deadline``: when this worker is certainly gone, come what may;
    ``chance`` gives numbers from 0 to 1, so that not all come back at the same time.
    """

    redemptions: Redemptions
    claims: Claims
    held_tokens: HeldTokens
    opener: Opener
    giving: Giving
    withdrawing: Withdrawing
    pausing: Pausing
    queue: ProvisionQueue
    clock: Clock
    chance: Callable[[], float]
    deadline: datetime

    def provision(self, redemption_id: str) -> Redemption:
        """Bring one redemption as far as it goes now. Repeatable, and safe beside itself.

        Raises TryLater while another worker is at it, and whatever nobody planned for.
        """
        redemption, pause = self.redemptions.get_with_pause(redemption_id)
        now = self.clock()
        if redemption.rests or redemption.is_early(now):
            return redemption
        if redemption.working_until and redemption.is_taken(now):
            raise TryLater(_seconds(redemption.working_until - now))
        if redemption.crashed(now) and redemption.tries >= PATIENCE:
            return self.redemptions.save(redemption.in_need(now, reasons.STUCK, None))
        if pause and self.pausing.holds(pause, now):
            return self.redemptions.save(redemption.paused(now, pause.next_probe_at))
        return self._try(redemption, pause)

    def _try(self, redemption: Redemption, pause: Pause | None) -> Redemption:
        taken = self._take(redemption)
        try:
            if pause:
                self.giving.sharing.library_ids(taken.grant.machine_id)
                self.pausing.over()
            return self._work(taken, begun_before=redemption.stage_was_begun)
        except OwnerTokenRefused:
            return self._pause(redemption.id, pause)
        except PlexError as error:
            return self._let_go(redemption.id, error)

    def _take(self, redemption: Redemption) -> Redemption:
        try:
            return self.redemptions.save(redemption.taken(self.clock(), until=self.deadline))
        except OutOfDate as error:
            raise TryLater(1) from error

    def _work(self, taken: Redemption, *, begun_before: bool) -> Redemption:
        if taken.giving_up is None:
            try:
                return self._advance(taken, begun_before=begun_before)
            except GivenUp as given_up:
                taken = self._given_up(self.redemptions.get(taken.id), given_up.reason)
        return self._take_back(taken)

    def _advance(self, redemption: Redemption, *, begun_before: bool) -> Redemption:
        if redemption.stage is StepName.HOME:
            redemption, begun_before = self._into_home(redemption, begun_before=begun_before), False
        fresh = redemption.stage is StepName.SHARE
        if fresh:
            account_id = _account_of(redemption)
            share = self.giving.share(redemption, account_id, begun_before=begun_before)
            redemption = self.redemptions.save(redemption.shared(self.clock(), share.id))
            if redemption.managed or (share.accepted and not redemption.grant.features.plex_home):
                return self._finish(redemption)
        return self._accept(redemption, fresh=fresh)

    def _into_home(self, redemption: Redemption, *, begun_before: bool) -> Redemption:
        if redemption.managed:
            if redemption.home_title is None:
                title, begun_before = self.giving.free_title(redemption.user.name), False
                redemption = self.redemptions.save(redemption.titled(title))
            account_id = self.giving.managed_user(redemption.home_title or "", begun_before=begun_before)
        else:
            account_id = _account_of(redemption)
            self.giving.invite_home(account_id, redemption.invited_as or "", begun_before=begun_before)
        return self.redemptions.save(redemption.at_home(self.clock(), account_id))

    def _accept(self, redemption: Redemption, *, fresh: bool) -> Redemption:
        found = self.giving.accept(redemption, self._their_token(redemption), fresh=fresh)
        if found is Standing.IN:
            return self._finish(redemption)
        if found is Standing.GONE:
            return self._gone(redemption)
        return self._later(redemption, found if isinstance(found, Reason) else None)

    def _their_token(self, redemption: Redemption) -> str | None:
        sealed = self.held_tokens.get(redemption.id, self.clock())
        return self.opener.open(sealed, redemption.id) if sealed else None

    def _finish(self, redemption: Redemption) -> Redemption:
        self.held_tokens.drop(redemption.id)
        return self.redemptions.save(redemption.done(self.clock()))

    def _gone(self, redemption: Redemption) -> Redemption:
        """Not there: not seen yet, maybe, or never kept, and shared once more; or, long after, declined by hand."""
        if redemption.state is State.NEEDS_ATTENTION:
            raise GivenUp(reasons.INVITATION_GONE)
        if redemption.tries < _READS_UNTIL_GONE:
            return self._later(redemption)
        return self._later(redemption.unshared(self.clock()))

    def _take_back(self, redemption: Redemption) -> Redemption:
        """Nobody is to have access without an account: first nothing of it is left on Plex, then it is closed."""
        account_id = redemption.plex_id
        if redemption.managed and account_id is None and redemption.home_title:
            account_id = self.withdrawing.managed_user(redemption.home_title)
        if account_id is not None:
            home = redemption.grant.features.plex_home
            self.withdrawing.withdraw(account_id, redemption.grant.machine_id, home=home)
        self.held_tokens.drop(redemption.id)
        failed = redemption.failed(self.clock())
        self.claims.give_back(failed)
        return failed

    def _given_up(self, redemption: Redemption, reason: Reason) -> Redemption:
        return self.redemptions.save(redemption.given_up(self.clock(), reason))

    def _let_go(self, redemption_id: str, error: PlexError) -> Redemption:
        """Save that nobody is at work; a try comes when plex.tv asked for it, or after twice the pause."""
        redemption = self.redemptions.get(redemption_id)
        asked = error.retry_after if isinstance(error, PlexPassing) else None
        reason = redemption.reason or (reasons.PLEX_UNWELL if redemption.tries >= PATIENCE else None)
        return self._later(redemption, reason, asked=asked)

    def _later(self, redemption: Redemption, reason: Reason | None = None, *, asked: int | None = None) -> Redemption:
        """Have a message bring it back: the queue waits, not this function. With a reason it needs attention."""
        now, pause = self.clock(), min(asked or self._pause_of(redemption), LONGEST_PAUSE)
        next_try_at = now + timedelta(seconds=pause)
        waiting = redemption.in_need(now, reason, next_try_at) if reason else redemption.let_go(now, next_try_at)
        saved = self.redemptions.save(waiting)
        if saved.next_try_at:
            self.queue.send(saved.id, delay=pause)
        return saved

    def _pause(self, redemption_id: str, pause: Pause | None) -> Redemption:
        """Plex does not take the owner's token: this one comes back to probe, the others when that is over."""
        now = self.clock()
        probe_at = self.pausing.refused(pause, now).next_probe_at
        saved = self.redemptions.save(self.redemptions.get(redemption_id).paused(now, probe_at))
        self.queue.send(redemption_id, delay=_seconds(probe_at - now))
        return saved

    def _pause_of(self, redemption: Redemption) -> int:
        """Doubling seconds, give or take a quarter."""
        pause: int = 2 ** min(redemption.tries, PATIENCE)
        return max(1, round(pause * (0.75 + self.chance() / 2)))


def _account_of(redemption: Redemption) -> int:
    if redemption.plex_id is None:
        raise AssertionError("this step needs the Plex account of the step before")
    return redemption.plex_id


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
