"""A redemption: one person on the way from an invite to the libraries it gives. It is the history of that, and what its
invitee sees; the work is the access's (chalicelib/access).

    pending ──► shared ──► done
       │           │
       ├───────────┴──► needs_attention ──► (goes on by itself once what is missing is there)
       └──► failed, once what Plex had given is taken back
"""

from datetime import datetime

from chalicelib.access.progress import Progress, State, Step, StepName, StepState
from chalicelib.access.reasons import Reason
from chalicelib.common.people import Person
from chalicelib.common.records import dataclass, replace
from chalicelib.plex.model import Grant


@dataclass(frozen=True, slots=True)
class Renewal:
    """The account was there, without access. ``before``: the redemption that it had, and has again should this fail."""

    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """``progress`` is how far its access was when it was written last."""

    id: str
    code: str
    user: Person
    creator_id: str
    grant: Grant
    created_at: datetime
    progress: Progress
    renewal: Renewal | None = None

    @property
    def state(self) -> State:
        return self.progress.state

    @property
    def reason(self) -> Reason | None:
        return self.progress.reason

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.progress.steps

    @property
    def in_progress(self) -> bool:
        """Neither done nor failed: it may still go on."""
        return self.progress.is_open

    @property
    def is_untouched(self) -> bool:
        """No worker had it yet, and one should."""
        is_waiting = self.state is State.PENDING and not self.progress.paused
        return is_waiting and self.step(self.progress.stage).state is StepState.WAITING

    def step(self, name: StepName) -> Step:
        return self.progress.step(name)

    def with_progress(self, progress: Progress) -> "Redemption":
        """As it is by now."""
        libraries = self.grant.libraries if progress.libraries is None else progress.libraries
        return replace(self, progress=progress, grant=replace(self.grant, libraries=libraries))
