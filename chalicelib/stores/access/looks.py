"""The latest look at everybody on Plex, and the seats that looks count with."""

from typing import TYPE_CHECKING, Any

from chalicelib.access.looks import Look
from chalicelib.access.seats import Gate
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.stores.access.records import LookModel
from chalicelib.stores.access.seats import GateModel
from chalicelib.stores.database.transactions import update_if, write_if

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action


class DynamoLooks:
    """access.ports.LookStore."""

    def get(self) -> Look | None:
        try:
            record = LookModel.get(LookModel.ID, consistent_read=True)
        except LookModel.DoesNotExist:
            return None
        return replace(record.record, revision=int(record.revision))

    def save(self, look: Look) -> Look:
        saved = replace(look, revision=look.revision + 1)
        revision = LookModel.revision
        as_read = revision == look.revision if look.revision else revision.does_not_exist()
        if not write_if(LookModel(id=LookModel.ID, record=saved, revision=saved.revision), as_read):
            raise StaleWrite
        return saved

    def gate(self) -> Gate:
        try:
            found = GateModel.get(GateModel.ID, consistent_read=True)
        except GateModel.DoesNotExist:
            return Gate()
        return Gate(
            server=int(found.taken),
            home=int(found.home_taken),
            others=int(found.others),
            home_others=int(found.home_others),
        )

    def count_others(self, others: int, home_others: int, *, was: Gate) -> None:
        actions: list[Action] = [
            GateModel.taken.add(others - was.others),
            GateModel.home_taken.add(home_others - was.home_others),
            GateModel.others.set(others),
            GateModel.home_others.set(home_others),
        ]
        as_read = _is(GateModel.others, was.others) & _is(GateModel.home_others, was.home_others)
        if not update_if(GateModel(id=GateModel.ID), actions, as_read):
            raise StaleWrite


def _is(attribute: Any, number: int) -> "Condition":
    as_read: Condition = attribute == number
    return as_read if number else as_read | attribute.does_not_exist()
