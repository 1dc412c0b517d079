"""The audit trail. An entry is written in the transaction of the change that it tells of."""

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.adapters.dynamo.attributes import Typed
from chalicelib.domain.audit import Entry
from chalicelib.domain.times import order_key


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


def audit_record(entry: Entry) -> AuditModel:
    order = order_key(entry.at, entry.id)
    return AuditModel(subject=entry.subject, order=order, month=order[: len("2026-11")], record=entry)
