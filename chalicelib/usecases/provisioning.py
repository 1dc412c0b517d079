"""Giving on Plex what a redemption granted.

Every step is saved before and after plex.tv is asked, so that a crash anywhere, a message delivered twice or an
answer that got lost leads to the same end: what may have been begun is read before it is begun again.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.redemptions import Grant, Reason, Redemption, State
from chalicelib.ports import (
    Claims,
    Clock,
    HeldTokens,
    Opener,
    OutOfDate,
    PlexError,
    PlexInvitations,
    PlexPassing,
    PlexRefused,
    PlexSharing,
    PlexTokenRefused,
    ProvisionQueue,
    Redemptions,
    Share,
)

MUST_ACCEPT = Reason(
    "AcceptOnPlex",
    "Plex wants you to accept the invitation yourself: open plex.tv, go to Settings, then Users & Sharing.",
)
REFUSED_BY_PLEX = Reason(
    "RefusedByPlex",
    "Plex did not allow this. Nothing is used up: ask the person who invited you, then open the link again.",
)
_LONGEST_PAUSE = 900


class TryLater(Exception):
    """The message should come again after ``seconds``: plex.tv is unwell, or another worker is at it."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"to be tried again in {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Provisioning:
    """What provisioning touches. ``deadline``: when this worker is certainly gone, come what may."""

    redemptions: Redemptions
    claims: Claims
    held_tokens: HeldTokens
    opener: Opener
    sharing: PlexSharing
    invitations: PlexInvitations
    queue: ProvisionQueue
    clock: Clock
    deadline: datetime

    def provision(self, redemption_id: str) -> Redemption:
        """Bring one redemption as far as it goes now. Repeatable, and safe beside itself.

        Raises TryLater for all that may pass, having let the redemption go.
        """
        redemption = self.redemptions.get(redemption_id)
        if not redemption.in_progress:
            return redemption
        taken = self._take(redemption)
        try:
            return self._advance(taken, begun_before=redemption.share_was_begun)
        except PlexRefused:
            return self._give_back(redemption.id)
        except PlexError as error:
            raise TryLater(self._let_go(redemption.id, error)) from error

    def _take(self, redemption: Redemption) -> Redemption:
        now = self.clock()
        if redemption.working_until and redemption.is_taken(now):
            raise TryLater(_seconds(redemption.working_until - now))
        try:
            return self.redemptions.save(redemption.taken(now, until=self.deadline))
        except OutOfDate as error:
            raise TryLater(1) from error

    def _advance(self, redemption: Redemption, *, begun_before: bool) -> Redemption:
        if redemption.state is State.PENDING:
            share = self._share(redemption, begun_before=begun_before)
            redemption = self.redemptions.save(redemption.shared(self.clock()))
            if share.accepted:
                return self._finish(redemption)
        return self._accept(redemption)

    def _share(self, redemption: Redemption, *, begun_before: bool) -> Share:
        grant = redemption.grant
        existing = self.sharing.find_share(redemption.plex_id, grant.machine_id) if begun_before else None
        if existing is None:
            return self._share_or_correct(redemption.plex_id, grant)
        self.sharing.correct(existing, grant)
        return existing

    def _share_or_correct(self, plex_id: int, grant: Grant) -> Share:
        try:
            return self.sharing.share(plex_id, grant)
        except PlexRefused as error:
            existing = self.sharing.find_share(plex_id, grant.machine_id) if error.already_shared else None
            if existing is None:
                raise
            self.sharing.correct(existing, grant)
            return existing

    def _accept(self, redemption: Redemption) -> Redemption:
        token_counts = self._accept_with_their_token(redemption)
        share = self.sharing.find_share(redemption.plex_id, redemption.grant.machine_id)
        if share and share.accepted:
            return self._finish(redemption)
        if token_counts:
            return self._look_again_later(redemption)
        return self.redemptions.save(redemption.in_need(self.clock(), MUST_ACCEPT))

    def _accept_with_their_token(self, redemption: Redemption) -> bool:
        """Accept on the person's behalf; False when their token is gone or no longer counts."""
        sealed = self.held_tokens.get(redemption.id, self.clock())
        if sealed is None:
            return False
        token = self.opener.open(sealed, redemption.id)
        grant = redemption.grant
        try:
            self.invitations.accept(token, owner_id=grant.owner_id, machine_id=grant.machine_id)
        except PlexTokenRefused:
            return False
        return True

    def _finish(self, redemption: Redemption) -> Redemption:
        self.held_tokens.drop(redemption.id)
        return self.redemptions.save(redemption.done(self.clock()))

    def _look_again_later(self, redemption: Redemption) -> Redemption:
        """plex.tv shows an invitation some seconds after it was made; the queue waits, not this function."""
        now, pause = self.clock(), _pause(redemption)
        waiting = self.redemptions.save(redemption.let_go(now, now + timedelta(seconds=pause)))
        self.queue.send(redemption.id, delay=pause)
        return waiting

    def _let_go(self, redemption_id: str, error: PlexError) -> int:
        """Save that nobody is at work; gives the seconds to wait, as plex.tv asks or doubling each time."""
        redemption, now = self.redemptions.get(redemption_id), self.clock()
        asked = error.retry_after if isinstance(error, PlexPassing) else None
        pause = min(asked or _pause(redemption), _LONGEST_PAUSE)
        self.redemptions.save(redemption.let_go(now, now + timedelta(seconds=pause)))
        return pause

    def _give_back(self, redemption_id: str) -> Redemption:
        redemption = self.redemptions.get(redemption_id)
        failed = redemption.failed(self.clock(), REFUSED_BY_PLEX)
        self.claims.give_back(failed)
        self.held_tokens.drop(redemption_id)
        return failed


def _pause(redemption: Redemption) -> int:
    return int(min(2**redemption.tries, _LONGEST_PAUSE))


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
