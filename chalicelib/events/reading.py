"""The journal, for admins."""

from chalicelib.common.pages import Page
from chalicelib.common.people import Actor, Permission
from chalicelib.common.records import dataclass
from chalicelib.events.model import Entry
from chalicelib.events.ports import ReadJournal


@dataclass(frozen=True, slots=True)
class ReadingJournal:
    read_journal: ReadJournal

    def list(self, subject: str | None, *, by: Actor, after: str | None, limit: int) -> Page[Entry]:
        """Changes of that subject, or all, the newest first. Raises NotAllowed."""
        by.must(Permission.ADMIN)
        return self.read_journal(subject, after, limit)
