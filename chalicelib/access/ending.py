"""Access that is for a time: people are reminded before, and it ends; both decided by the schedule, once each.

A decision of the clock is written over what it was made from: an extension at the same moment wins, or is asked again.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

from chalicelib.access.model import Access, Hold
from chalicelib.access.ports import AccessStore, Ending
from chalicelib.accounts.model import User
from chalicelib.accounts.trials import SCHEDULE
from chalicelib.common.people import Permission
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.sweeping import Batch, each
from chalicelib.common.times import iso
from chalicelib.events.model import Entry, about_user
from chalicelib.plex.ports import WorkQueue
from chalicelib.settings.model import Settings

REMINDED_AT = time(10)
"""At the server's wall clock."""

PROTECTED = (Permission.ADMIN, Permission.MANAGE_USERS, Permission.MANAGE_INVITES)
"""Whoever has one of these never ends unattended; the owner is an admin."""

_MINUTES_BETWEEN_SWEEPS = 5


@dataclass(frozen=True, slots=True)
class EndingMemberships:
    accesses: AccessStore
    queue: WorkQueue
    new_id: NewId

    def sweep(self, read_settings: Callable[[], Settings], *, now: datetime) -> Iterator[Batch]:
        """End what is over, its days of grace included."""

        def due() -> Iterator[Ending]:
            over = list(self.accesses.ending(None, now))
            grace = timedelta(days=read_settings().grace_days) if over else timedelta(0)
            return iter([ending for ending in over if ending.ends_at + grace <= now])

        return each(due, lambda ending: self.end(ending.user_id, now=now))

    def end(self, user_id: str, *, now: datetime) -> bool:
        """End one that is over; whether it (still) was. Repeatable."""
        member = self.accesses.get_for_decision(user_id)
        access, grace = member.access, timedelta(days=member.settings.grace_days)
        if access is None or not may_end(access, member.user) or (access.decided.ends_at or now) + grace > now:
            return False
        held = replace(access.decided.held(Hold.ENDED), by=None, ended_at=now)
        entry = Entry(
            id=self.new_id(),
            subject=about_user(user_id),
            action="access ended",
            by=SCHEDULE,
            at=now,
            before={},
            after={"ends_at": iso(access.decided.ends_at) if access.decided.ends_at else None},
        )
        try:
            self.accesses.decide(access.deciding(held), entry, protects=member.user)
        except StaleWrite:  # it was extended, or the person manages something by now
            return False
        self.queue.align(user_id)
        return True


@dataclass(frozen=True, slots=True)
class Reminding:
    accesses: AccessStore
    new_id: NewId

    def sweep(self, read_settings: Callable[[], Settings], *, now: datetime) -> Iterator[Batch]:
        """Decide the reminders that are due: from ten o'clock on, and every hour after that until midnight."""

        def due() -> Iterator[tuple[Ending, int]]:
            settings = read_settings()
            wall = now.astimezone(settings.zone)
            if not settings.reminders or wall.time() < REMINDED_AT or wall.minute >= _MINUTES_BETWEEN_SWEEPS:
                return iter(())
            last = now + timedelta(days=max(settings.reminders) + 1)
            found = ((ending, days_due(ending, settings, now)) for ending in self.accesses.ending(now, last))
            return iter([(ending, days) for ending, days in found if days is not None])

        return each(due, lambda pair: self.remind(pair[0].user_id, pair[1], now=now))

    def remind(self, user_id: str, days: int, *, now: datetime) -> bool:
        """Decide that the person is reminded; whether it was decided now. Once for each end and distance."""
        member = self.accesses.get_for_decision(user_id)
        access = member.access
        ends_at = access.decided.ends_at if access else None
        if access is None or ends_at is None or not may_end(access, member.user):
            return False
        entry = Entry(
            id=self.new_id(),
            subject=about_user(user_id),
            action="reminded",
            by=SCHEDULE,
            at=now,
            before={},
            after={"ends_at": iso(ends_at), "days": days},
        )
        try:
            self.accesses.remind(access, mark(ends_at, days), entry)
        except StaleWrite:
            return False
        return True


def may_end(access: Access, user: User) -> bool:
    """Whether it is for a time, nothing stands against it, and its person is not protected."""
    decided = access.decided
    return decided.ends_at is not None and decided.hold is None and not access.is_joining and not user.may(*PROTECTED)


def days_due(ending: Ending, settings: Settings, now: datetime) -> int | None:
    """Which reminder is due, the nearest to the end where several are; None where there is none that was not given."""
    last_day = (ending.ends_at - timedelta(microseconds=1)).astimezone(settings.zone).date()
    left = (last_day - now.astimezone(settings.zone).date()).days
    reached = [days for days in settings.reminders if left <= days]
    nearest = min(reached, default=None)
    return nearest if nearest is not None and mark(ending.ends_at, nearest) not in ending.reminded else None


def mark(ends_at: datetime, days: int) -> str:
    return f"{iso(ends_at)} {days}"


def state_at(access: Access, settings: Settings, now: datetime) -> str:
    """The access's state with what the clock says of it: ``ending`` from the first reminder on, ``grace`` after the
    end.
    """
    ends_at = access.decided.ends_at
    if access.state != "active" or ends_at is None:
        return access.state
    if ends_at <= now:
        return "grace"
    return "ending" if ends_at - now <= timedelta(days=first_reminder(settings)) else "active"


def first_reminder(settings: Settings) -> int:
    """How many days before its end an access begins to be ending."""
    return max(settings.reminders, default=0)
