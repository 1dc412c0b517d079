"""Trials come to their end by themselves: this only tidies up what the clock has decided already."""

from datetime import datetime

from chalicelib.domain.audit import Entry
from chalicelib.domain.times import iso
from chalicelib.domain.users import Person, User
from chalicelib.ports import NewId, OutOfDate, Trials

THE_SCHEDULE = Person("schedule", "Schedule")


def end_trial(user: User, *, trials: Trials, new_id: NewId, now: datetime) -> bool:
    """End a trial that is over; whether it (still) was. Safe twice at once, and however late."""
    if user.trial_ends_at is None or user.trial_ends_at > now:
        return False
    try:
        trials.end(user, _entry(new_id(), user, user.trial_ends_at, now))
    except OutOfDate:  # somebody extended it, or another sweep was faster
        return False
    return True


def _entry(id_: str, user: User, ended_at: datetime, now: datetime) -> Entry:
    return Entry(
        id=id_,
        subject=f"user#{user.id}",
        action="trial ended",
        by=THE_SCHEDULE,
        at=now,
        before={"trial_ends_at": iso(ended_at)},
        after={"trial_ends_at": None},
    )
