"""Departures lie beside the redemptions, in the same table and the same index of what is due: what is given and what
is taken away are looked after alike. The other indexes, of codes and states, do not hold them.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.models import Model

from chalicelib.adapters.dynamo.attributes import Typed
from chalicelib.adapters.dynamo.models import RedemptionsDue
from chalicelib.domain.departures import Departure

_DUE, _PREFIX = "departure", "departure#"


class DepartureModel(Model):
    class Meta:
        table_name = "redemptions"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Departure](Departure)
    due_kind = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    due = RedemptionsDue()


class DynamoDepartures:
    def begin(self, departure: Departure) -> Departure:
        try:
            _record(departure).save(DepartureModel.id.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return self.get(departure.user_id) or departure
        return departure

    def get(self, user_id: str) -> Departure | None:
        try:
            return DepartureModel.get(_PREFIX + user_id, consistent_read=True).record
        except DepartureModel.DoesNotExist:
            return None

    def save(self, departure: Departure) -> None:
        _record(departure).save()

    def due(self, before: datetime, limit: int) -> Iterator[str]:
        found = DepartureModel.due.query(_DUE, DepartureModel.due_at <= before.timestamp())
        return (record.id.removeprefix(_PREFIX) for record in islice(found, limit))

    def resent(self, user_id: str, due_at: datetime) -> None:
        record = DepartureModel(id=_PREFIX + user_id)
        try:
            record.update([DepartureModel.due_at.set(due_at.timestamp())], DepartureModel.due_kind.exists())
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise


def _record(departure: Departure) -> DepartureModel:
    due_at = departure.due_at
    return DepartureModel(
        id=_PREFIX + departure.user_id,
        record=departure,
        due_kind=_DUE if due_at else None,
        due_at=due_at.timestamp() if due_at else None,
    )
