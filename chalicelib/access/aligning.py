"""Bringing Plex from what is there to what is wanted, whatever the occasion: joining, editing, closing, repairing.

Every change is saved before plex.tv is asked for it, so that a crash anywhere, a message delivered twice or an answer
that got lost leads to the same end: what may have been begun is read before it is begun again.

A try that fails for a passing reason ends well: the access says when it is to be tried again, and a message of its own
brings it back. So the queue counts only failures that were not foreseen.
"""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.access import reasons
from chalicelib.access.acting import ActingOnPlex, Impossible, prepared, without_late_effects
from chalicelib.access.model import LOOK_AGAIN_AFTER, Access, Hold, Part
from chalicelib.access.pauses import Pause
from chalicelib.access.pausing import Pausing
from chalicelib.access.ports import AccessStore, Work
from chalicelib.access.reasons import Reason
from chalicelib.access.resolving import ResolvingAnew
from chalicelib.access.seats import Seats
from chalicelib.access.steps import (
    CHANGING,
    READING,
    Accepting,
    GivesUp,
    Later,
    NeedsPerson,
    Next,
    Settled,
    Situation,
    Step,
    StepName,
    cannot,
    next_step,
    stage_of,
)
from chalicelib.accounts.model import User
from chalicelib.accounts.ports import HeldTokens
from chalicelib.accounts.tokens import FORGOTTEN_AFTER
from chalicelib.common.ports import Chance, Clock, NewId, RetryLater, StaleWrite
from chalicelib.common.records import dataclass, field, replace
from chalicelib.common.retrying import doubled, spread
from chalicelib.common.sweeping import Batch, resend_stuck
from chalicelib.plex.errors import OwnerTokenRefused, PlexError
from chalicelib.plex.ports import WorkQueue

PATIENCE = 10
"""Tries of one step before it is shown as needing attention: about a quarter of an hour. It is tried every quarter of
an hour from then on (model.py, WATCHED_FOR), or at a click."""

LONGEST_DELAY = 900
"""Seconds: the longest delay that SQS knows."""

MOST_STEPS = 40
"""Of one run; an access needs a dozen."""

ASKED_ONCE = frozenset({StepName.CORRECT, StepName.REPLACE, StepName.UNSHARE, StepName.PUT_BACK})
"""One of these in a run: what plex.tv does not do, it will not do at once either."""

_LONGEST_WAIT = 2**PATIENCE
_SPARE = timedelta(seconds=15)
"""What a call to plex.tv may take: with less left, or a quarter of its time, the next message goes on."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """The access, as far as it came; None where nothing ever was given. ``changed``: this delivery changed it;
    ``joining``: the redemption that it was about.
    """

    access: Access | None
    changed: bool
    joining: str | None = None


@dataclass(slots=True)
class _Run:
    """One worker's turn. ``known``: what it read, and nothing changed since."""

    access: Access
    user: User
    lease: str
    token: str | None = field(repr=False)
    accepting: Accepting = Accepting.UNTRIED
    known: frozenset[Part] = frozenset()
    asked: set[StepName] = field(default_factory=set)

    def situation(self) -> Situation:
        return Situation(
            access=self.access,
            known=self.known,
            token_held=self.token is not None,
            accepting=self.accepting,
            corrected=not self.asked.isdisjoint(ASKED_ONCE),
            left_home=StepName.LEAVE_HOME in self.asked,
        )

    def go_on_with(self, access: Access) -> None:
        """What came of a step: parts that it read are known now, and those that it changed are not."""
        before, after = self.access.done.observed, access.done.observed
        for part, was, seen in ((Part.SHARE, before.share, after.share), (Part.HOME, before.home, after.home)):
            if seen is None:
                self.known -= {part}
            elif seen is not was:
                self.known |= {part}
        self.access = access

    def start_over(self, access: Access) -> None:
        """For a newer decision, with what is known."""
        self.access = access
        self.asked.clear()


@dataclass(frozen=True, slots=True)
class Aligning:
    accesses: AccessStore
    tokens: HeldTokens
    acting: ActingOnPlex
    pausing: Pausing
    resolving: ResolvingAnew
    queue: WorkQueue
    new_id: NewId
    clock: Clock
    chance: Chance

    def align(self, user_id: str, *, deadline: datetime) -> Aligned:
        """Bring one access as far as it goes now. Repeatable, and safe beside itself.

        ``deadline``: when this worker is certainly gone. Raises RetryLater while another worker has it, and what was
        not foreseen.
        """
        work = self.accesses.get_for_work(user_id)
        access, now = self._follow_account(work), self.clock()
        if not work.user.is_open and (access is None or access.is_settled):
            self.accesses.end_without_access(work.user, now)
        if access is None:
            return Aligned(None, changed=False)
        if access.rests or access.is_early(now):
            return Aligned(access, changed=False, joining=access.decided.joining)
        if access.lease_until and access.is_taken(now):
            raise RetryLater(_seconds(access.lease_until - now))
        return Aligned(self._bring_on(work, access, now, deadline), changed=True, joining=access.decided.joining)

    def _follow_account(self, work: Work) -> Access | None:
        """A closed account has nothing."""
        access = work.access
        if access is None or work.user.is_open or access.decided.hold is Hold.CLOSED:
            return access
        if access.is_settled and access.decided.hold is Hold.FAILED:
            return access  # closed because of that
        try:
            return self.accesses.decide(access.deciding(access.decided.held(Hold.CLOSED, reasons.ACCOUNT_CLOSED)))
        except StaleWrite as error:
            raise RetryLater(1) from error

    def _bring_on(self, work: Work, access: Access, now: datetime, deadline: datetime) -> Access:
        if access.crashed(now) and access.done.tries >= PATIENCE:
            return self._park(access, now)
        if work.pause and self.pausing.holds(work.pause, now=now):
            return self._save_at_rest(access.paused(work.pause.next_probe_at, now))
        run = self._take(work.user, access, now, deadline)
        try:
            if work.pause:
                self.acting.check_owner(access.machine_id)
                self.pausing.end()
            return self._work(run, until=deadline - min(_SPARE, (deadline - now) / 4))
        except OwnerTokenRefused:
            return self._pause(run, work.pause)
        except PlexError as error:
            return self._let_go(run, error)

    def _park(self, access: Access, now: datetime) -> Access:
        """Its workers crash. A person brings it back; taking back is tried again all the same."""
        next_try_at = now + timedelta(seconds=LONGEST_DELAY) if access.decided.hold else None
        parked = self._save_at_rest(access.in_need(reasons.STUCK, next_try_at, now))
        if next_try_at:
            self.queue.align(access.user_id, delay=LONGEST_DELAY)
        return parked

    def _take(self, user: User, access: Access, now: datetime, deadline: datetime) -> _Run:
        lease = self.new_id()
        taken = self._save_at_rest(access.taken(lease, deadline, now).seated, seats_before=access.done.seats)
        token = self.tokens.latest(access.token_key, now=now) if taken.wanted else None
        return _Run(taken, user, lease, token)

    def _save_at_rest(self, access: Access, *, seats_before: Seats | None = None) -> Access:
        try:
            return self.accesses.save_seated(access, seats_before=seats_before or access.done.seats)
        except StaleWrite as error:
            raise RetryLater(1) from error

    def _work(self, run: _Run, *, until: datetime) -> Access:
        for _ in range(MOST_STEPS):
            chosen: Next | None = next_step(run.situation())
            if isinstance(chosen, Step):
                if self.clock() > until:
                    break
                chosen = self._take_step(run, chosen.name)
            if chosen and (ended := self._conclude(run, chosen)):
                return ended
        return self._retry_later(run, run.access.done.need)

    def _conclude(self, run: _Run, chosen: Next) -> Access | None:
        """The access, where this run ends with it; None where it goes on."""
        match chosen:
            case Settled():
                return self._settle(run)
            case NeedsPerson(reason):
                return self._retry_later(run, reason)
            case GivesUp(reason):
                return self._give_up(run, reason)
            case Later(by):
                return self._retry_later(run, run.access.done.need, by=by)
        return None

    def _take_step(self, run: _Run, name: StepName) -> Next | None:
        """Save, and do it, unless another decision came first. Gives what follows from a refusal."""
        before, access = run.access, self._in_progress(run, name)
        if name in CHANGING:
            access = prepared(name, access, self.clock()).beginning(name.value, self.clock())
        if access != before:
            run.access = self.accesses.save(access, lease=run.lease)
            if run.access.decided.edition != before.decided.edition:
                self._start_over(run, before)  # Plex was not asked for what was about to be begun
                return None
        run.asked.add(name)
        try:
            self._ask_plex(run, name)
        except Impossible as impossible:
            return self._cannot(run, impossible.reason)
        return None

    def _ask_plex(self, run: _Run, name: StepName) -> None:
        if name is StepName.ACCEPT and run.token:
            access, run.accepting = self.acting.accept(run.access, run.token)
            run.go_on_with(access)
        else:
            run.go_on_with(self.acting.act(name, run.access))

    def _in_progress(self, run: _Run, name: StepName) -> Access:
        """What the page of a joining shows; while a person has to do something, that."""
        done = run.access.done
        if done.progress is None or not done.progress.is_open or run.access.wanted is None or done.need:
            return run.access
        if run.accepting is Accepting.ACCEPTED and name in READING:
            progress = done.progress.accepted(self.clock())
        else:
            progress = done.progress.working(stage_of(Step(name), done.progress.stage), self.clock())
        told = replace(progress, without_downloads=done.without_downloads, libraries=done.resolved)
        return run.access.doing(progress=told)

    def _start_over(self, run: _Run, before: Access) -> None:
        known = run.access.doing(
            begun=before.done.begun, ledger=before.done.ledger, gone_before=before.done.gone_before
        )
        run.start_over(known.renewed(self.clock()))

    def _cannot(self, run: _Run, reason: Reason) -> Next:
        answered = without_late_effects(run.access).doing(begun=None)
        run.go_on_with(answered.forgot_share().forgot_place())  # it may have had an effect, too
        if reason.code == reasons.LIBRARY_GONE and (again := self.resolving.resolve(run.access)):
            run.access = again
            return Later()
        return cannot(run.access, reason)

    def _give_up(self, run: _Run, reason: Reason) -> Access | None:
        """The joining fails, once nothing of it is left on Plex."""
        saved = self.accesses.save(run.access, lease=run.lease)
        if saved.is_new:
            return self._retry_later(run, None)
        held = saved.deciding(saved.decided.held(Hold.FAILED, reason))
        try:
            decided = self.accesses.decide(held)
        except StaleWrite:
            return self._retry_later(run, None)
        run.start_over(decided.renewed(self.clock()))
        return None

    def _settle(self, run: _Run) -> Access | None:
        self.queue.forget_tokens(run.access.token_key, delay=FORGOTTEN_AFTER)
        try:
            return self.accesses.settle(run.access.settled(self.clock()), run.user, lease=run.lease)
        except StaleWrite:  # there is a newer decision, or the account was closed
            return self._retry_later(run, None)

    def _let_go(self, run: _Run, error: PlexError) -> Access:
        """A try comes when plex.tv asked for it, or after twice the wait."""
        return self._retry_later(run, run.access.done.need, asked_to_wait=error.asked_to_wait)

    def _retry_later(
        self, run: _Run, reason: Reason | None, *, asked_to_wait: int | None = None, by: datetime | None = None
    ) -> Access:
        """Have a message bring it back: the queue waits, not this function. With a reason it needs attention."""
        access, now = run.access, self.clock()
        if access.done.tries >= PATIENCE:
            reason = reason or reasons.PLEX_UNWELL
        wait = spread(doubled(1, access.done.tries, longest=_LONGEST_WAIT), self.chance())
        delay = min(asked_to_wait or wait, LONGEST_DELAY)
        if by:
            delay = min(delay, _seconds(by - now))
        next_try_at = now + timedelta(seconds=delay)
        waiting = access.in_need(reason, next_try_at, now) if reason else access.let_go(next_try_at)
        saved = self.accesses.save(waiting, lease=run.lease)
        if saved.is_new:
            self.queue.align(saved.user_id)
        elif saved.done.next_try_at:
            self.queue.align(saved.user_id, delay=delay)
        return saved

    def _pause(self, run: _Run, pause: Pause | None) -> Access:
        """Plex does not take the owner's token: this one comes back to probe, the others when that is over."""
        now = self.clock()
        probe_at = self.pausing.note_refusal(pause, now=now).next_probe_at
        saved = self.accesses.save(run.access.paused(probe_at, now), lease=run.lease)
        self.queue.align(saved.user_id, delay=_seconds(probe_at - now))
        return saved


@dataclass(frozen=True, slots=True)
class ResendingWork:
    accesses: AccessStore
    queue: WorkQueue

    def sweep(self, *, now: datetime) -> Iterator[Batch]:
        """Send again the work that no message carries any more."""
        return resend_stuck(
            self.accesses.due,
            self.queue.align,
            lambda user_id: self.accesses.note_resent(user_id, now + LOOK_AGAIN_AFTER),
            now=now,
        )


def _seconds(wait: timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))
