"""A redemption: one person on the way from an invite to the libraries it gives.

    pending ──► shared ──► done
       │           │
       │           └─────► needs_attention ──► done
       └─────────────────► failed

Every move is a method that gives a new value; the store saves it only over the version it came from.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.settings import Features, Library, LibraryIds
from chalicelib.domain.users import Person, User

LOOK_AGAIN_AFTER = timedelta(minutes=5)
"""How long after its next step was expected the sweep takes a redemption for lost and sends it again."""


class State(StrEnum):
    PENDING = "pending"
    SHARED = "shared"
    DONE = "done"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"


class StepName(StrEnum):
    ACCOUNT = "account"
    SHARE = "share"
    ACCEPT = "accept"


class StepState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    name: StepName
    state: StepState
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a redemption failed or needs the person: ``code`` for programs, ``message`` for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a redemption gives, resolved when it was claimed: later edits of the invite never change it."""

    machine_id: str
    owner_id: int
    libraries: tuple[Library, ...]
    features: Features

    @property
    def library_ids(self) -> LibraryIds:
        return tuple(library.id for library in self.libraries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """``version`` counts the saves. ``working_until`` is when whoever works on it now is certainly gone,
    ``next_try_at`` when a message is to bring it back, ``tries`` how often its present step was begun.
    """

    id: str
    code: str
    user: Person
    creator_id: str
    plex_id: int
    grant: Grant
    state: State = State.PENDING
    steps: tuple[Step, ...]
    reason: Reason | None = None
    created_at: datetime
    updated_at: datetime
    working_until: datetime | None = None
    next_try_at: datetime | None = None
    tries: int = 0
    version: int = 0

    @property
    def in_progress(self) -> bool:
        return self.state in (State.PENDING, State.SHARED)

    @property
    def share_was_begun(self) -> bool:
        """Whether Plex may have been asked to share already: then it is read before it is asked again."""
        return self.step(StepName.SHARE).state is not StepState.WAITING

    @property
    def due_at(self) -> datetime | None:
        """When the sweep should send it again, should nothing have happened by then; None once it rests."""
        if not self.in_progress:
            return None
        return (self.next_try_at or self.working_until or self.updated_at) + LOOK_AGAIN_AFTER

    def step(self, name: StepName) -> Step:
        return next(step for step in self.steps if step.name is name)

    def is_taken(self, now: datetime) -> bool:
        """Whether somebody else is at work on it."""
        return self.working_until is not None and self.working_until > now

    def taken(self, now: datetime, until: datetime) -> "Redemption":
        """At work on its next step. ``until``: when the worker is certainly gone."""
        moved = self._moved(now, self._next_step, StepState.WORKING)
        return replace(moved, working_until=until, next_try_at=None, tries=self.tries + 1)

    def let_go(self, now: datetime, next_try_at: datetime) -> "Redemption":
        """Nobody is at work on it; what was begun has an unknown outcome, to be looked at again then."""
        return replace(self, working_until=None, next_try_at=next_try_at, updated_at=now)

    def shared(self, now: datetime) -> "Redemption":
        return replace(self._moved(now, StepName.SHARE, StepState.DONE, State.SHARED), tries=0)

    def done(self, now: datetime) -> "Redemption":
        return self._rested(now, StepState.DONE, State.DONE, None)

    def in_need(self, now: datetime, reason: Reason) -> "Redemption":
        """The person must act; what to do stands in ``reason``."""
        return self._rested(now, StepState.NEEDS_ATTENTION, State.NEEDS_ATTENTION, reason)

    def failed(self, now: datetime, reason: Reason) -> "Redemption":
        return self._rested(now, StepState.FAILED, State.FAILED, reason)

    @property
    def _next_step(self) -> StepName:
        return StepName.SHARE if self.state is State.PENDING else StepName.ACCEPT

    def _rested(self, now: datetime, step: StepState, state: State, reason: Reason | None) -> "Redemption":
        moved = self._moved(now, self._next_step, step, state)
        return replace(moved, reason=reason, working_until=None, next_try_at=None)

    def _moved(self, now: datetime, name: StepName, step_state: StepState, state: State | None = None) -> "Redemption":
        moved = Step(name, step_state, now)
        steps = tuple(moved if step.name is name else step for step in self.steps)
        return replace(self, steps=steps, state=state or self.state, updated_at=now)


def claimed(id_: str, *, code: str, user: User, creator_id: str, grant: Grant, now: datetime) -> Redemption:
    """A fresh redemption, its account made and its share waiting. The user must have a Plex id."""
    if user.plex_id is None:
        raise ValueError("a redemption is for a Plex account")
    return Redemption(
        id=id_,
        code=code,
        user=user.person,
        creator_id=creator_id,
        plex_id=user.plex_id,
        grant=grant,
        steps=(
            Step(StepName.ACCOUNT, StepState.DONE, now),
            Step(StepName.SHARE, StepState.WAITING),
            Step(StepName.ACCEPT, StepState.WAITING),
        ),
        created_at=now,
        updated_at=now,
    )
