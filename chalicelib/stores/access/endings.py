"""Endings are stored with the redemptions, in the same table and the same index of what is due, so that the sweep finds
both alike. The other indexes, of codes and states, do not hold them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from chalicelib.access.model import Ending
from chalicelib.accounts.model import Tombstone
from chalicelib.common.ports import StaleWrite
from chalicelib.stores.accounts.identities import plex_identity
from chalicelib.stores.accounts.records import IdentityModel
from chalicelib.stores.database.attributes import Versioned
from chalicelib.stores.database.transactions import (
    ConditionsFailed,
    Transaction,
    is_condition_failed,
    update_if,
    write_if,
)
from chalicelib.stores.redemptions.records import RedemptionsDue

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

_DUE, _PREFIX = "ending", "ending#"


class EndingModel(Model):
    class Meta:
        table_name = "redemptions"

    id = UnicodeAttribute(hash_key=True)
    record = Versioned[Ending](Ending)
    version = NumberAttribute()
    due_kind = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    due = RedemptionsDue()


class DynamoEndings:
    """access.ports.AccessStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, ending: Ending) -> Ending:
        try:
            _record(ending).save(EndingModel.id.does_not_exist())
        except PutError as error:
            if not is_condition_failed(error):
                raise
            return self.get(ending.user_id) or ending
        return ending

    def get(self, user_id: str) -> Ending | None:
        try:
            return EndingModel.get(_PREFIX + user_id, consistent_read=True).record
        except EndingModel.DoesNotExist:
            return None

    def save(self, ending: Ending) -> Ending:
        saved = replace(ending, version=ending.version + 1)
        if not write_if(_record(saved), EndingModel.version == ending.version):
            raise StaleWrite
        return saved

    def finish(self, ending: Ending, plex_id: int | None, tombstone: Tombstone | None) -> Ending:
        transaction, saved = Transaction(self._connection), replace(ending, version=ending.version + 1)
        transaction.write("ending", _record(saved), EndingModel.version == ending.version)
        if plex_id and tombstone and ending.ended_at:
            noted: list[Action] = [IdentityModel.tombstone.set(tombstone.ended(ending.ended_at))]
            identity = IdentityModel(id=plex_identity(plex_id))
            transaction.update("tombstone", identity, noted, IdentityModel.tombstone == tombstone)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise StaleWrite from error
        return saved

    def due(self, before: datetime, limit: int) -> Iterator[str]:
        found = EndingModel.due.query(_DUE, EndingModel.due_at <= before.timestamp())
        return (record.id.removeprefix(_PREFIX) for record in islice(found, limit))

    def note_resent(self, user_id: str, due_at: datetime) -> None:
        later = EndingModel.due_at.set(due_at.timestamp())
        update_if(EndingModel(id=_PREFIX + user_id), [later], EndingModel.due_kind.exists())


def forget_ending(transaction: Transaction, user_id: str) -> None:
    """Under the name ``ending``: an account that is opened again has none, and none may be under way."""
    is_over = EndingModel.id.does_not_exist() | EndingModel.due_kind.does_not_exist()
    transaction.delete("ending", EndingModel(id=_PREFIX + user_id), is_over)


def _record(ending: Ending) -> EndingModel:
    due_at = ending.due_at
    return EndingModel(
        id=_PREFIX + ending.user_id,
        record=ending,
        version=ending.version,
        due_kind=_DUE if due_at else None,
        due_at=due_at.timestamp() if due_at else None,
    )
