"""Accounts of people whose access has ended are closed some time after, where the settings say so.

A decision of the clock like the end itself: written over what it was made from, so that an extension at the same moment
wins, or finds the account closed.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from chalicelib.access import reasons
from chalicelib.access.ending import PROTECTED
from chalicelib.access.model import Access, Hold
from chalicelib.access.ports import AccessStore
from chalicelib.accounts.model import AccountState, Tombstone, User, Why
from chalicelib.accounts.trials import SCHEDULE
from chalicelib.common.people import Actor
from chalicelib.common.ports import NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.sweeping import Batch, each
from chalicelib.events.model import about_user, change_entry
from chalicelib.invites.closing import ClosingInviters
from chalicelib.plex.ports import WorkQueue
from chalicelib.settings.model import Settings

_CLOCK = Actor(id=SCHEDULE.id, name=SCHEDULE.name, permissions=frozenset())


@dataclass(frozen=True, slots=True)
class ClosingEnded:
    accesses: AccessStore
    closing_inviters: ClosingInviters
    queue: WorkQueue
    new_id: NewId

    def sweep(self, read_settings: Callable[[], Settings], *, now: datetime) -> Iterator[Batch]:
        """Close the accounts whose days are over; with no days in the settings, nothing is looked for."""

        def due() -> Iterable[str]:
            days = read_settings().close_after_days
            return () if days is None else list(self.accesses.ended(now - timedelta(days=days)))

        return each(due, lambda user_id: self.close(user_id, now=now))

    def close(self, user_id: str, *, now: datetime) -> bool:
        """Close one whose days are over; whether it (still) was. Repeatable."""
        member = self.accesses.get_for_decision(user_id)
        access, user = member.access, member.user
        at = closes_at(access, user, member.settings) if access else None
        if access is None or at is None or at > now:
            return False
        held = replace(access.decided.held(Hold.CLOSED, reasons.ACCOUNT_CLOSED), by=None)
        tombstone = Tombstone(user_id=user_id, why=Why.CLOSED, closed_at=now) if user.plex_id else None
        entry = change_entry(
            self.new_id(),
            about_user(user_id),
            "closed",
            by=SCHEDULE,
            now=now,
            before={"state": user.state.value},
            after={"state": AccountState.CLOSED.value},
        )
        try:
            self.accesses.close_account(access.deciding(held), user, tombstone, entry)
        except StaleWrite:  # it was extended, or the person manages something by now
            return False
        self.queue.align(user_id)
        self.closing_inviters.switch_off(user_id, by=_CLOCK, now=now)
        return True


def closes_at(access: Access, user: User, settings: Settings) -> datetime | None:
    """When the account is closed, as its access has ended; None where it is not. People who manage something stay."""
    ended_at = access.decided.ended_at if access.decided.hold is Hold.ENDED else None
    if ended_at is None or settings.close_after_days is None or user.may(*PROTECTED) or not user.is_open:
        return None
    return ended_at + timedelta(days=settings.close_after_days)
