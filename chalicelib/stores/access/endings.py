"""Endings are stored with the redemptions, in the same table and the same index of what is due, so that the sweep finds
both alike. The other indexes, of codes and states, do not hold them.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from chalicelib.access.model import Ending
from chalicelib.stores.database.attributes import Typed
from chalicelib.stores.database.transactions import is_condition_failed, update_if
from chalicelib.stores.redemptions.records import RedemptionsDue

_DUE, _PREFIX = "ending", "ending#"


class EndingModel(Model):
    class Meta:
        table_name = "redemptions"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Ending](Ending)
    due_kind = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    due = RedemptionsDue()


class DynamoEndings:
    """access.ports.AccessStore."""

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

    def save(self, ending: Ending) -> None:
        _record(ending).save()

    def due(self, before: datetime, limit: int) -> Iterator[str]:
        found = EndingModel.due.query(_DUE, EndingModel.due_at <= before.timestamp())
        return (record.id.removeprefix(_PREFIX) for record in islice(found, limit))

    def note_resent(self, user_id: str, due_at: datetime) -> None:
        later = EndingModel.due_at.set(due_at.timestamp())
        update_if(EndingModel(id=_PREFIX + user_id), [later], EndingModel.due_kind.exists())


def _record(ending: Ending) -> EndingModel:
    due_at = ending.due_at
    return EndingModel(
        id=_PREFIX + ending.user_id,
        record=ending,
        due_kind=_DUE if due_at else None,
        due_at=due_at.timestamp() if due_at else None,
    )
