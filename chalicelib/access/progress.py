"""How far a joining is, as its invitee's page shows it."""

from datetime import datetime
from enum import StrEnum

from chalicelib.access.reasons import Reason
from chalicelib.common.records import dataclass, replace
from chalicelib.plex.model import Library


class StepName(StrEnum):
    ACCOUNT = "account"
    HOME = "home"
    SHARE = "share"
    ACCEPT = "accept"


class StepState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"


class State(StrEnum):
    PENDING = "pending"
    SHARED = "shared"
    DONE = "done"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    name: StepName
    state: StepState
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """``reason`` says why it needs attention or failed; ``paused``: Plex does not take the owner's token meanwhile.

    ``without_downloads``: Plex refused those, and the rest is given. ``libraries``: what is given instead, since one is
    gone. ``at``: when it changed last.
    """

    steps: tuple[Step, ...]
    at: datetime
    state: State = State.PENDING
    reason: Reason | None = None
    paused: bool = False
    without_downloads: bool = False
    libraries: tuple[Library, ...] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may still go on."""
        return self.state not in (State.DONE, State.FAILED)

    @property
    def began_at(self) -> datetime:
        """When its account was made."""
        return self.step(StepName.ACCOUNT).at or self.at

    @property
    def stage(self) -> StepName:
        """The step it is at: the first that is not done, or the last, which a read has to confirm."""
        return next((step.name for step in self.steps if step.state is not StepState.DONE), self.steps[-1].name)

    def step(self, name: StepName) -> Step:
        return next(step for step in self.steps if step.name is name)

    def working(self, stage: StepName, now: datetime) -> "Progress":
        """At work on that step; those before it are done, those after it wait."""
        names = [step.name for step in self.steps]
        at = names.index(stage) if stage in names else names.index(StepName.SHARE)
        before = (_moved(step, StepState.DONE, now) for step in self.steps[:at])
        after = (
            step if step.state is StepState.WAITING else Step(step.name, StepState.WAITING)
            for step in self.steps[at + 1 :]
        )
        steps = (*before, _moved(self.steps[at], StepState.WORKING, now), *after)
        state = State.SHARED if stage is StepName.ACCEPT else State.PENDING
        working = replace(self, steps=steps, state=state, reason=None, paused=False)
        return self if working == self else replace(working, at=now)

    def accepted(self, now: datetime) -> "Progress":
        """Plex took the person's yes. It is done only once a read finds it so."""
        steps = tuple(_moved(step, StepState.DONE, now) for step in self.steps)
        return self if steps == self.steps else replace(self, steps=steps, at=now)

    def resumed(self, now: datetime) -> "Progress":
        """What it needed is there."""
        return replace(self, state=State.PENDING, reason=None, at=now)

    def in_need(self, reason: Reason, now: datetime) -> "Progress":
        """It cannot go on; what to do stands in ``reason``."""
        return replace(self._here(StepState.NEEDS_ATTENTION, now), state=State.NEEDS_ATTENTION, reason=reason)

    def waiting_for_owner(self, now: datetime) -> "Progress":
        return replace(self, paused=True, at=now)

    def done(self, now: datetime) -> "Progress":
        steps = tuple(_moved(step, StepState.DONE, now) for step in self.steps)
        return replace(self, steps=steps, state=State.DONE, reason=None, paused=False, at=now)

    def failed(self, reason: Reason | None, now: datetime) -> "Progress":
        return replace(self._here(StepState.FAILED, now), state=State.FAILED, reason=reason)

    def _here(self, state: StepState, now: datetime) -> "Progress":
        here = self.stage
        steps = tuple(_moved(step, state, now) if step.name is here else step for step in self.steps)
        return replace(self, steps=steps, paused=False, at=now)


def begin_progress(*, home: bool, now: datetime, need: Reason | None = None) -> Progress:
    """Its account is made. ``home``: the grant has a place in the Plex Home; ``need``: what is to be done first."""
    in_home = (Step(StepName.HOME, StepState.WAITING),) if home else ()
    steps = (
        Step(StepName.ACCOUNT, StepState.DONE, now),
        *in_home,
        Step(StepName.SHARE, StepState.WAITING),
        Step(StepName.ACCEPT, StepState.WAITING),
    )
    return Progress(steps, now, State.NEEDS_ATTENTION if need else State.PENDING, need)


def _moved(step: Step, state: StepState, now: datetime) -> Step:
    return step if step.state is state else Step(step.name, state, now)
