"""Where accesses are stored; beside them the pause of all work while Plex does not take the owner's token."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.access.model import Access
from chalicelib.access.pauses import Pause
from chalicelib.accounts.model import User
from chalicelib.events.model import Entry
from chalicelib.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker reads first. ``access`` is None for an account that never was given anything."""

    user: User
    access: Access | None
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class Member:
    """What a decision rests on. ``access`` is None for an account that never was given anything."""

    user: User
    access: Access | None
    settings: Settings


class AccessStore(Protocol):
    """Every write raises the revision. A joining's progress is written to its redemption, too, all or nothing."""

    def get(self, user_id: str) -> Access | None:
        """The access of that account."""

    def get_for_work(self, user_id: str) -> Work:
        """All of it in one round trip. Raises UserNotFound."""

    def save(self, access: Access, *, lease: str | None = None) -> Access:
        """Write what was done, and who has it; gives the access as it is now, with the latest decision.

        Raises StaleWrite where another worker has the lease; without ``lease``, where it is not what was read.
        """

    def get_for_decision(self, user_id: str) -> Member:
        """All of it in one round trip. Raises UserNotFound."""

    def decide(self, access: Access, entry: Entry | None = None) -> Access:
        """Write what was decided over the edition before, with the journal's entry, all or nothing.

        Gives the access with that decision; with an entry, the worker's half is as it was read. Raises StaleWrite.
        """

    def settle(self, access: Access, user: User, *, lease: str) -> Access:
        """Write an access whose present edition a read confirmed, with what depends on that, all or nothing.

        A joining is done. One that was given up is undone: the use is free again, the redemption failed, the account
        closed and its names released; an account that was renewed stays open, with what it had before. A tombstone of a
        closed account says that nothing is left. Raises StaleWrite where there is a newer decision or another lease.
        """

    def end_without_access(self, user: User, now: datetime) -> None:
        """The tombstone of a closed account that never was given anything says that nothing is left. Repeatable."""

    def due(self, before: datetime, limit: int) -> Iterable[str]:
        """Ids of accounts with work that should have gone on by then."""

    def note_resent(self, user_id: str, due_at: datetime) -> None:
        """Note that a message carries it again, to be looked for by then."""

    def waiting_for_owner(self, limit: int) -> list[str]:
        """Ids of those that wait until Plex takes the owner's token again."""

    def pause(self) -> Pause | None:
        """The one fact that Plex does not take the owner's token, while it does not."""

    def save_pause(self, pause: Pause) -> None:
        """Write it over an older one."""

    def end_pause(self) -> None:
        """Repeatable."""
