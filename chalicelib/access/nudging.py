"""Bringing back what waits: at a click, at another sign-in, or while the person looks."""

from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.access.ports import AccessStore
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import dataclass
from chalicelib.plex.ports import WorkQueue

_SOON = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Nudging:
    accesses: AccessStore
    queue: WorkQueue

    def nudge(self, user_id: str, *, now: datetime) -> None:
        """Have it tried at once, unless a worker has it, which sees to the next try, or nothing is to be done."""
        access = self.accesses.get(user_id)
        if access is None or access.is_settled or access.is_taken(now):
            return
        with suppress(StaleWrite):
            self.accesses.save(access.nudged(now))
        self.queue.align(user_id)

    def awaited_token(self, user_id: str) -> str | None:
        """Under which key the person's own Plex token helps what is under way for them; None where nothing is."""
        access = self.accesses.get(user_id)
        is_giving = access is not None and access.wanted is not None and not access.is_settled
        return access.token_key if access and is_giving else None

    def look_soon(self, user_id: str, *, now: datetime) -> None:
        """The same, unless its next try comes within seconds anyway."""
        access = self.accesses.get(user_id)
        later = access.done.next_try_at if access else None
        if later and later > now + _SOON:
            self.nudge(user_id, now=now)
