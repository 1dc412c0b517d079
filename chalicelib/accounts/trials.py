"""Trials end by the clock; the sweep writes down what the clock has decided already."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.people import Person
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass
from chalicelib.common.sweeping import Batch, each
from chalicelib.common.times import iso
from chalicelib.events.model import about_user, change_entry

SCHEDULE = Person("schedule", "Schedule")
"""Who the journal names for what no person did."""


@dataclass(frozen=True, slots=True)
class EndingTrials:
    accounts: AccountStore
    new_id: NewId

    def sweep(self, *, now: datetime) -> Iterator[Batch]:
        """End every trial that is over."""
        return each(lambda: self.accounts.with_trial_over(now), lambda user: self.end(user, now=now))

    def end(self, user: User, *, now: datetime) -> bool:
        """End a trial that is over; whether it (still) was. Safe twice at once, and however late."""
        if user.trial_ends_at is None or user.trial_ends_at > now:
            return False
        entry = change_entry(
            self.new_id(),
            about_user(user.id),
            "trial ended",
            by=SCHEDULE,
            now=now,
            before={"trial_ends_at": iso(user.trial_ends_at)},
            after={"trial_ends_at": None},
        )
        try:
            self.accounts.end_trial(user, entry)
        except StaleWrite:  # it was extended, or another sweep was faster
            return False
        return True
