"""The audit trail. An entry is written in the transaction of the change that it tells of."""

from datetime import datetime
from itertools import chain
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.adapters.dynamo.attributes import Typed
from chalicelib.adapters.dynamo.pages import page_of
from chalicelib.domain.audit import Entry
from chalicelib.domain.paging import Page
from chalicelib.domain.times import FIRST_MONTH, iso, months_back, order_key

_MOST_MONTHS = 24
"""Months asked for in one request; a list that goes further back goes on with its next page."""


class AuditByMonth(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_month"
        projection = AllProjection()

    month = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class AuditModel(Model):
    class Meta:
        table_name = "audit"

    subject = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)
    month = UnicodeAttribute()
    record = Typed[Entry](Entry)
    by_month = AuditByMonth()


class DynamoAudit:
    def page(self, subject: str | None, *, after: str | None, limit: int, now: datetime) -> Page[Entry]:
        if subject is None:
            return _all(after, limit, now)
        older = AuditModel.order < after if after else None
        records = AuditModel.query(subject, older, scan_index_forward=False, page_size=limit + 1)
        return page_of(records, limit=limit, most_read=limit, read=_entry)


def _all(after: str | None, limit: int, now: datetime) -> Page[Entry]:
    older = AuditModel.order < after if after else None
    months = months_back(after or iso(now), _MOST_MONTHS)
    records = chain.from_iterable(
        AuditModel.by_month.query(month, older, scan_index_forward=False, page_size=limit + 1) for month in months
    )
    page = page_of(records, limit=limit, most_read=limit, read=_entry)
    if page.next is None and months and months[-1] > FIRST_MONTH:
        return Page(page.items, f"{months[-1]}-01T00:00:00.000000Z#")
    return page


def _entry(record: AuditModel) -> Entry:
    return record.record


def audit_record(entry: Entry) -> AuditModel:
    order = order_key(entry.at, entry.id)
    return AuditModel(subject=entry.subject, order=order, month=order[: len("2026-11")], record=entry)
