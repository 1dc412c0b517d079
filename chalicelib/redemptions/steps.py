"""The steps of a redemption, as the invitee's page shows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.plex.model import Grant


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


@dataclass(frozen=True, slots=True)
class Step:
    name: StepName
    state: StepState
    at: datetime | None = None

    def done(self, now: datetime) -> "Step":
        return self if self.state is StepState.DONE else Step(self.name, StepState.DONE, now)

    def back_to_sharing(self, now: datetime) -> "Step":
        """As it is where the libraries are shared once more."""
        if self.name is StepName.SHARE:
            return Step(self.name, StepState.WORKING, now)
        return Step(self.name, StepState.WAITING) if self.name is StepName.ACCEPT else self


def first_steps(grant: Grant, now: datetime) -> tuple[Step, ...]:
    """The steps of a new redemption: its account is made."""
    home = (Step(StepName.HOME, StepState.WAITING),) if grant.features.plex_home else ()
    return (
        Step(StepName.ACCOUNT, StepState.DONE, now),
        *home,
        Step(StepName.SHARE, StepState.WAITING),
        Step(StepName.ACCEPT, StepState.WAITING),
    )
