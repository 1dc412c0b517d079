"""The journal. An entry is written in the same transaction as the change that it describes."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.common.pages import Page
from chalicelib.common.times import order_key
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
    class Meta:
        table_name = "audit"

    subject = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)
    listed = UnicodeAttribute(default=ALL)
    record = Typed[Entry](Entry)
    newest = JournalNewest()


class DynamoJournal:
    """events.ports.Journal."""

    def page(self, subject: str | None, *, after: str | None, limit: int) -> Page[Entry]:
        index, key = (JournalModel, subject) if subject else (JournalModel.newest, ALL)
        older = JournalModel.order < after if after else None
        records = index.query(key, older, scan_index_forward=False, page_size=limit + 1)
        return page_of(records, limit=limit, most_read=limit, read=_entry)


def _entry(record: JournalModel) -> Entry:
    return record.record


def entry_record(entry: Entry) -> JournalModel:
    return JournalModel(subject=entry.subject, order=order_key(entry.at, entry.id), record=entry)
