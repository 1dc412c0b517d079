"""The audit trail. An entry is written in the transaction of the change that it tells of."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.adapters.dynamo.attributes import Typed
from chalicelib.adapters.dynamo.pages import page_of
from chalicelib.domain.audit import Entry
from chalicelib.domain.paging import Page
from chalicelib.domain.times import order_key

ALL = "audit"


class AuditNewest(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "newest"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class AuditModel(Model):
    class Meta:
        table_name = "audit"

    subject = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)
    listed = UnicodeAttribute(default=ALL)
    record = Typed[Entry](Entry)
    newest = AuditNewest()


class DynamoAudit:
    def page(self, subject: str | None, *, after: str | None, limit: int) -> Page[Entry]:
        index, key = (AuditModel, subject) if subject else (AuditModel.newest, ALL)
        older = AuditModel.order < after if after else None
        records = index.query(key, older, scan_index_forward=False, page_size=limit + 1)
        return page_of(records, limit=limit, most_read=limit, read=_entry)


def _entry(record: AuditModel) -> Entry:
    return record.record


def audit_record(entry: Entry) -> AuditModel:
    return AuditModel(subject=entry.subject, order=order_key(entry.at, entry.id), record=entry)
