"""Where the journal is read. An entry is written in the transaction of the change that it tells of."""

from typing import Protocol

from chalicelib.common.pages import Page
from chalicelib.events.model import Entry


class Journal(Protocol):
    def page(self, subject: str | None, *, after: str | None, limit: int) -> Page[Entry]:
        """What was changed, of that subject or at all, the newest first."""
