"""Giving on Plex what a redemption granted.

Every step is saved before and after plex.tv is asked, so that a crash anywhere, a message delivered twice or an
answer that got lost leads to the same end: what may have been begun is read before it is begun again.

A try that fails for a passing reason ends well: the redemption says when it is to be tried again, and a message of
its own brings it back. So the queue counts only failures that were not foreseen.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.access import reasons
from chalicelib.access.granting import DownloadsRefused, GivenUp, Granting, InvitationState, Recipient
from chalicelib.access.reasons import Reason
from chalicelib.access.revoking import Revoking
from chalicelib.accounts.ports import HeldTokens
from chalicelib.accounts.tokens import FORGOTTEN_AFTER
from chalicelib.common.ports import Chance, Clock, RetryLater, StaleWrite
from chalicelib.common.retrying import doubled, spread
from chalicelib.plex.errors import OwnerTokenRefused, PlexError
from chalicelib.plex.model import Share
from chalicelib.plex.ports import WorkQueue
from chalicelib.redemptions.model import Redemption, State
from chalicelib.redemptions.pauses import Pause
from chalicelib.redemptions.pausing import Pausing
from chalicelib.redemptions.ports import Claims, RedemptionStore
from chalicelib.redemptions.resolving import ResolvingAnew
from chalicelib.redemptions.steps import StepName

PATIENCE = 10
"""Tries of one step before its redemption is shown as needing attention: about a quarter of an hour.
It is tried every quarter of an hour from then on (model.py, WATCHED_FOR), or at a click."""

LONGEST_DELAY = 900
"""Seconds: the longest delay that SQS knows."""

_LONGEST_WAIT = 2**PATIENCE
_READS_UNTIL_GONE = 3


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The redemption, as far as it came. ``changed``: this delivery of the message changed it."""

    redemption: Redemption
    changed: bool


@dataclass(frozen=True, slots=True)
class Provisioning:
    redemptions: RedemptionStore
    tokens: HeldTokens
    claims: Claims
    granting: Granting
    revoking: Revoking
    pausing: Pausing
    resolving: ResolvingAnew
    queue: WorkQueue
    clock: Clock
    chance: Chance

    def provision(self, redemption_id: str, *, deadline: datetime) -> Provisioned:
        """Bring one redemption as far as it goes now. Repeatable, and safe beside itself.

        ``deadline``: when this worker is certainly gone. Raises RetryLater while another worker has it, and what was
        not foreseen.
        """
        redemption, pause = self.redemptions.get_with_pause(redemption_id)
        now = self.clock()
        if redemption.rests or redemption.is_early(now):
            return Provisioned(redemption, changed=False)
        if redemption.working_until and redemption.is_taken(now):
            raise RetryLater(_seconds(redemption.working_until - now))
        return Provisioned(self._bring_on(redemption, pause, now, deadline), changed=True)

    def _bring_on(self, redemption: Redemption, pause: Pause | None, now: datetime, deadline: datetime) -> Redemption:
        if redemption.crashed(now) and redemption.tries >= PATIENCE:
            return self.redemptions.save(redemption.in_need(now, reasons.STUCK, None))
        if pause and self.pausing.holds(pause, now=now):
            return self.redemptions.save(redemption.paused(now, pause.next_probe_at))
        return self._try(redemption, pause, deadline)

    def _try(self, redemption: Redemption, pause: Pause | None, deadline: datetime) -> Redemption:
        taken = self._take(redemption, deadline)
        try:
            if pause:
                self.granting.check_owner(taken.grant.machine_id)
                self.pausing.end()
            return self._work(taken, begun_before=redemption.stage_was_begun)
        except OwnerTokenRefused:
            return self._pause(redemption.id, pause)
        except PlexError as error:
            return self._let_go(redemption.id, error)

    def _take(self, redemption: Redemption, deadline: datetime) -> Redemption:
        try:
            return self.redemptions.save(redemption.taken(self.clock(), until=deadline))
        except StaleWrite as error:
            raise RetryLater(1) from error

    def _work(self, taken: Redemption, *, begun_before: bool) -> Redemption:
        if taken.giving_up is None:
            try:
                return self._advance(taken, begun_before=begun_before)
            except GivenUp as given_up:
                taken = self.redemptions.get(taken.id)
                if given_up.reason.code == reasons.LIBRARY_GONE and (again := self.resolving.resolve(taken)):
                    return self._retry_later(again)
                taken = self._give_up(taken, given_up.reason)
        return self._take_back(taken)

    def _advance(self, redemption: Redemption, *, begun_before: bool) -> Redemption:
        if redemption.stage is StepName.HOME:
            redemption, begun_before = self._into_home(redemption, begun_before=begun_before), False
        fresh_share_id = None
        if redemption.stage is StepName.SHARE:
            redemption, share = self._share(redemption, begun_before=begun_before)
            fresh_share_id = share.id
            if redemption.managed or (share.accepted and not redemption.grant.features.plex_home):
                return self._finish(redemption)
        return self._accept(redemption, fresh_share_id)

    def _into_home(self, redemption: Redemption, *, begun_before: bool) -> Redemption:
        if redemption.managed:
            if redemption.home_title is None:
                title, begun_before = self.granting.find_free_title(redemption.user.name), False
                redemption = self.redemptions.save(redemption.titled(title))
            account_id = self.granting.ensure_managed_user(redemption.home_title or "", begun_before=begun_before)
        else:
            account_id = _account_of(redemption)
            if not redemption.invites_home:
                if self.granting.is_at_home(account_id):  # without us, so that it is not ours to take back
                    return self.redemptions.save(redemption.at_home(self.clock(), account_id))
                redemption, begun_before = self.redemptions.save(redemption.inviting_home()), False
            self.granting.ensure_home_invite(account_id, redemption.invited_as or "", begun_before=begun_before)
        return self.redemptions.save(redemption.at_home(self.clock(), account_id))

    def _share(self, redemption: Redemption, *, begun_before: bool) -> tuple[Redemption, Share]:
        try:
            return self._share_wanted(redemption, begun_before=begun_before)
        except DownloadsRefused:
            redemption = self.redemptions.get(redemption.id).leaving_out_downloads()
            return self._share_wanted(self.redemptions.save(redemption), begun_before=True)

    def _share_wanted(self, redemption: Redemption, *, begun_before: bool) -> tuple[Redemption, Share]:
        """What another hand had shared is noted before it is touched."""
        share, is_ours = self.granting.find_or_share(_recipient(redemption), begun_before=begun_before)
        if not is_ours and redemption.found is None:
            redemption = self.redemptions.save(redemption.finding(share))
        token = None if is_ours else self.tokens.latest(redemption.id, now=self.clock())
        share = self.granting.bring_to_grant(_recipient(redemption, token), share, is_ours=is_ours)
        return self.redemptions.save(redemption.shared(self.clock(), share.id)), share

    def _accept(self, redemption: Redemption, fresh_share_id: str | None) -> Redemption:
        token = self.tokens.latest(redemption.id, now=self.clock())
        found = self.granting.accept(_recipient(redemption, token, fresh_share_id))
        if found is InvitationState.IN:
            return self._finish(redemption)
        if found is InvitationState.GONE:
            return self._handle_gone(redemption)
        return self._retry_later(redemption, found if isinstance(found, Reason) else None)

    def _finish(self, redemption: Redemption) -> Redemption:
        self.queue.forget_tokens(redemption.id, delay=FORGOTTEN_AFTER)
        return self.redemptions.save(redemption.done(self.clock()))

    def _handle_gone(self, redemption: Redemption) -> Redemption:
        """Not there: not seen yet, maybe, or never kept, and shared once more; a second time, or after the person was
        asked to accept, it was declined.
        """
        if redemption.state is State.NEEDS_ATTENTION:
            raise GivenUp(reasons.INVITATION_GONE)
        if redemption.tries < _READS_UNTIL_GONE:
            return self._retry_later(redemption)
        if redemption.shared_again:
            raise GivenUp(reasons.INVITATION_GONE)
        return self._retry_later(redemption.unshared(self.clock()))

    def _take_back(self, redemption: Redemption) -> Redemption:
        """No access without an account: first nothing of it is left on Plex, then the account is closed, or has what
        it had before.
        """
        self.revoking.take_back(redemption.own_given)
        self.queue.forget_tokens(redemption.id, delay=FORGOTTEN_AFTER)
        failed = redemption.failed(self.clock())
        self.claims.give_back(failed)
        return failed

    def _give_up(self, redemption: Redemption, reason: Reason) -> Redemption:
        return self.redemptions.save(redemption.given_up(self.clock(), reason))

    def _let_go(self, redemption_id: str, error: PlexError) -> Redemption:
        """Save that no worker has it; a try comes when plex.tv asked for it, or after twice the wait."""
        redemption = self.redemptions.get(redemption_id)
        reason = redemption.reason or (reasons.PLEX_UNWELL if redemption.tries >= PATIENCE else None)
        return self._retry_later(redemption, reason, asked_to_wait=error.asked_to_wait)

    def _retry_later(
        self, redemption: Redemption, reason: Reason | None = None, *, asked_to_wait: int | None = None
    ) -> Redemption:
        """Have a message bring it back: the queue waits, not this function. With a reason it needs attention."""
        now = self.clock()
        wait = spread(doubled(1, redemption.tries, longest=_LONGEST_WAIT), self.chance())
        delay = min(asked_to_wait or wait, LONGEST_DELAY)
        next_try_at = now + timedelta(seconds=delay)
        waiting = redemption.in_need(now, reason, next_try_at) if reason else redemption.let_go(now, next_try_at)
        saved = self.redemptions.save(waiting)
        if saved.next_try_at:
            self.queue.provision(saved.id, delay=delay)
        return saved

    def _pause(self, redemption_id: str, pause: Pause | None) -> Redemption:
        """Plex does not take the owner's token: this one comes back to probe, the others when that is over."""
        now = self.clock()
        probe_at = self.pausing.note_refusal(pause, now=now).next_probe_at
        saved = self.redemptions.save(self.redemptions.get(redemption_id).paused(now, probe_at))
        self.queue.provision(redemption_id, delay=_seconds(probe_at - now))
        return saved


def _recipient(redemption: Redemption, token: str | None = None, fresh_share_id: str | None = None) -> Recipient:
    found_id = redemption.found.id if redemption.found else None
    account_id, wanted = _account_of(redemption), redemption.wanted
    return Recipient(account_id, wanted, redemption.tries, token, fresh_share_id, found_id)


def _account_of(redemption: Redemption) -> int:
    if redemption.plex_id is None:
        raise AssertionError("this step needs the Plex account of the step before")
    return redemption.plex_id


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
