"""Where invites are stored, and who is told of their edits."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from chalicelib.accounts.quotas import QuotaGuard
from chalicelib.common.pages import Page
from chalicelib.events.model import Entry
from chalicelib.invites.model import Invite
from chalicelib.invites.searching import InviteSearch
from chalicelib.settings.model import Settings

Change = tuple[Invite, Entry]
"""What becomes of an invite, and what the journal tells of it."""


class InviteStore(Protocol):
    def add(self, invite: Invite, entry: Entry, guard: QuotaGuard | None) -> None:
        """Raises CodeTaken, and StaleWrite when the guard does not hold."""

    def get_even_deleted(self, code: str) -> Invite:
        """Raises InviteNotFound for a code that no invite ever had."""

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        """Both in one round trip; no invite where it was deleted."""

    def has_other_case(self, code: str) -> bool:
        """Whether an invite's code is the same but for capital letters."""

    def change(self, code: str, decide: Callable[[Invite, Settings], Change | None]) -> Invite:
        """Write what ``decide`` makes of the invite as it is; None changes nothing.

        Raises InviteNotFound, StaleWrite when the invite was changed meanwhile, and what ``decide`` raises.
        """

    def page(self, search: InviteSearch, *, after: str | None, limit: int, now: datetime) -> Page[Invite]:
        """What the search finds, newest first, by the facts at that moment; reads are bounded (pages.Page)."""

    def move_expired(self, now: datetime, at_once: int) -> Iterator[int]:
        """Have lists find those that expired by then among the expired, so many at once; gives how many it were."""


FollowImages = Callable[[Invite, datetime], None]
"""Keeps an invite's QR images as long as the invite lasts now: to be called once an edit is written. Repeatable."""

RemoveImages = Callable[[str], None]
"""Gives the QR images of that code up; the objects follow their records. Repeatable."""
