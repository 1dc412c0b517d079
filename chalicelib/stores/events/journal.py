"""The journal. An entry is written in the same transaction as the change that it describes; its stream has what others
hear of (chalicelib/events/announcing.py).
"""

from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.common.pages import Page
from chalicelib.common.times import order_key
from chalicelib.events.announcing import Noted
from chalicelib.events.model import Entry
from chalicelib.stores.database.attributes import Typed
from chalicelib.stores.database.pages import page_of

ALL = "audit"


class JournalNewest(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "newest"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class JournalModel(Model):
    """``creator`` made the invite that the entry is about; ``wakes``: deliveries were written with it."""

    class Meta:
        table_name = "audit"

    subject = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)
    listed = UnicodeAttribute(default=ALL)
    record = Typed[Entry](Entry)
    creator = UnicodeAttribute(null=True)
    wakes = BooleanAttribute(null=True)
    newest = JournalNewest()


class DynamoJournal:
    """events.ports.ReadJournal."""

    def page(self, subject: str | None, after: str | None, limit: int) -> Page[Entry]:
        index, key = (JournalModel, subject) if subject else (JournalModel.newest, ALL)
        older = JournalModel.order < after if after else None
        records = index.query(key, older, scan_index_forward=False, page_size=limit + 1)
        return page_of(records, limit=limit, most_read=limit, read=_entry)

    @staticmethod
    def read_stream(image: dict[str, Any]) -> Noted:
        """The entry of a stream record's new image. Raises ValueError where there is none in it."""
        record = JournalModel.from_raw_data(image)
        if record.record is None:
            raise ValueError("no entry of the journal")
        return Noted(record.record, record.creator, bool(record.wakes))


def _entry(record: JournalModel) -> Entry:
    return record.record


def entry_record(entry: Entry, *, creator: str | None = None, wakes: bool = False) -> JournalModel:
    """To be put in the transaction of the change. ``creator``: of the invite that it is about."""
    order = order_key(entry.at, entry.id)
    return JournalModel(subject=entry.subject, order=order, record=entry, creator=creator, wakes=wakes or None)
