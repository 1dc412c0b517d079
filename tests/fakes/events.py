"""The journal, in memory."""

from chalicelib.common.pages import Page
from chalicelib.common.times import order_key
from chalicelib.events.model import Entry
from tests.fakes.database import Database
from tests.fakes.paging import page_of


class FakeJournal:
    """events.ports.Journal."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def page(self, subject: str | None, *, after: str | None, limit: int) -> Page[Entry]:
        found = [entry for entry in self.database.journal if subject in (None, entry.subject)]
        return page_of(found, order=_order, after=after, limit=limit)


def _order(entry: Entry) -> str:
    return order_key(entry.at, entry.id)
