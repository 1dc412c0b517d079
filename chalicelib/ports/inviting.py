"""Invites, trials, and the house in numbers."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from chalicelib.domain.audit import Entry
from chalicelib.domain.invites import Invite, Status
from chalicelib.domain.paging import Page
from chalicelib.domain.redemptions import Redemption, State
from chalicelib.domain.searching import Search
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import User


@dataclass(frozen=True, slots=True)
class Groundwork:
    """What an invite is made from. ``created``: when the inviter's latest invites were made, the deleted ones too."""

    settings: Settings
    inviter: User | None
    created: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition: fewer than ``limit`` (at least 1) invites were made after ``since``."""

    limit: int
    since: datetime


Decided = tuple[Invite, Entry]
"""What becomes of an invite, and what the audit trail tells of it."""


class Invites(Protocol):
    def groundwork(self, inviter_id: str) -> Groundwork:
        """All of it in one round trip."""

    def add(self, invite: Invite, entry: Entry, guard: Guard | None) -> None:
        """Raises CodeTaken, OutOfDate when the guard does not hold, Contention."""

    def get(self, code: str) -> Invite:
        """Raises InviteNotFound."""

    def even_deleted(self, code: str) -> Invite:
        """Raises InviteNotFound for what never was."""

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        """Both in one round trip."""

    def change(self, code: str, decide: Callable[[Invite, Settings], Decided | None]) -> Invite:
        """Write what ``decide`` makes of the invite as it is, asking it again whenever that was changed meanwhile.

        None changes nothing. Raises InviteNotFound, Contention, and whatever ``decide`` raises.
        """

    def history(self, code: str, *, after: str | None, limit: int) -> Page[Redemption]:
        """The invite's redemptions, newest first."""

    def page(self, search: Search, *, after: str | None, limit: int, now: datetime) -> Page[Invite]:
        """What the search finds, newest first, by the facts at that moment; reads are bounded (paging.Page)."""

    def states(self, redemption_ids: Iterable[str]) -> dict[str, State]:
        """How these redemptions stand."""

    def move_expired(self, now: datetime, at_once: int) -> Iterator[int]:
        """Have lists find those that expired by then among the expired, so many at once; gives how many it were."""


class Trials(Protocol):
    def over(self, now: datetime) -> Iterator[User]:
        """Whose trial ended by then, the first to end first; read as they are asked for."""

    def end(self, user: User, entry: Entry) -> None:
        """Raises OutOfDate when the trial is another by now, Contention."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """``redemptions``: how many were begun on which day (UTC)."""

    invites: Mapping[Status, int]
    redemptions: Mapping[date, int]
    users: int
    needs_attention: int


class Statistics(Protocol):
    def numbers(self, now: datetime, since: date) -> Numbers: ...
