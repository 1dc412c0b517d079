"""Numbers kept up to date by the transactions that change them, so that no list is ever counted.

A number is spread over several records, so that writes at the same time seldom meet in one.
"""

import zlib
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.expressions.operand import Path
from pynamodb.models import Model

from chalicelib.stores.database.transactions import Transaction

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

SHARES = 8


class CountModel(Model):
    """``invites#<share>`` has a number for each status, ``redemptions#<month>#<share>`` one for each day."""

    class Meta:
        table_name = "counts"

    id = UnicodeAttribute(hash_key=True)


class Tally:
    """What one transaction changes, to be written with it. Lists find an invite under ``was``, None at first."""

    def __init__(self) -> None:
        self._changes: dict[str, Counter[str]] = {}

    def moved(self, code: str, was: str | None, becomes: str | None) -> None:
        if was != becomes:
            changes = self._changes.setdefault(f"invites#{_share(code)}", Counter())
            changes.update({name: by for name, by in ((was, -1), (becomes, 1)) if name})

    def redeemed(self, code: str, on: date) -> None:
        record = f"redemptions#{on:%Y-%m}#{_share(code)}"
        self._changes.setdefault(record, Counter()).update([f"{on:%Y-%m-%d}"])

    def write(self, transaction: Transaction) -> None:
        for record, changes in self._changes.items():
            actions: list[Action] = [Path([name]).add(by) for name, by in changes.items() if by]
            if actions:
                transaction.update(record, CountModel(id=record), actions)


def numbers(connection: Connection, months: list[str]) -> Counter[str]:
    """A status to the number of invites, ``2026-11-05`` to that of redemptions begun that day, in one round trip.

    ``months``: three at most (``2026-11``).
    """
    kinds = ["invites", *(f"redemptions#{month}" for month in months)]
    sums: Counter[str] = Counter()
    for record in _records(connection, [f"{kind}#{share}" for kind in kinds for share in range(SHARES)]):
        sums.update({name: int(value["N"]) for name, value in record.items() if "N" in value})
    return sums


def _records(connection: Connection, ids: list[str]) -> list[dict[str, Any]]:
    """PynamoDB's models know only attributes that were declared; these are named for statuses and days."""
    name = CountModel.Meta.table_name
    found: list[dict[str, Any]] = []
    wanted: list[Any] = [{"id": each} for each in ids]
    while wanted:
        answer = connection.batch_get_item(name, wanted, consistent_read=True)
        found += answer["Responses"].get(name, [])
        wanted = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
    return found


def _share(code: str) -> int:
    return zlib.crc32(code.encode()) % SHARES
