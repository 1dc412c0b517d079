"""Counters. DynamoDB's TTL removes their rows."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model


class RateLimitModel(Model):
    class Meta:
        table_name = "rate_limits"

    id = UnicodeAttribute(hash_key=True)
    hits = NumberAttribute()
    blocked = BooleanAttribute(null=True)
    expires_at = TTLAttribute()


class DynamoCounters:
    """accounts.ports.Counters."""

    def add(self, key: str, amount: int, expires_at: datetime) -> tuple[int, bool]:
        row = _update(key, [RateLimitModel.hits.add(amount), RateLimitModel.expires_at.set(expires_at)])
        return int(row.hits), bool(row.blocked)

    def block(self, key: str, amount: int, expires_at: datetime) -> None:
        actions: list[Any] = [RateLimitModel.hits.add(amount), RateLimitModel.expires_at.set(expires_at)]
        _update(key, [*actions, RateLimitModel.blocked.set(True)])

    def forget(self, key: str) -> None:
        RateLimitModel(id=key).delete()


def _update(key: str, actions: list[Action]) -> RateLimitModel:
    row = RateLimitModel(id=key)
    row.update(actions)
    return row
