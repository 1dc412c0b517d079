"""The gate: one record in the settings' table that counts the seats."""

from typing import TYPE_CHECKING, Any, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.access.seats import Gate, Room, Seats
from chalicelib.common.ports import StaleWrite
from chalicelib.stores.database.transactions import Transaction, update_if

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

SEAT = "seat"


class GateModel(Model):
    """``taken`` and ``home_taken`` count ``others`` and ``home_others``, too."""

    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "gate"

    id = UnicodeAttribute(hash_key=True)
    taken = NumberAttribute(default=0)
    home_taken = NumberAttribute(default=0)
    others = NumberAttribute(default=0)
    home_others = NumberAttribute(default=0)


class DynamoSeats:
    """access.seats.SeatStore."""

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


def move_seats(transaction: Transaction, before: Seats, after: Seats, room: Room | None = None) -> None:
    """Under the name SEAT: count what an access takes now. ``room``: only where what it takes besides is free."""
    if before == after:
        return
    actions: list[Action] = []
    if after.server != before.server:
        actions.append(GateModel.taken.add(after.server - before.server))
    if after.home != before.home:
        actions.append(GateModel.home_taken.add(after.home - before.home))
    transaction.update(SEAT, GateModel(id=GateModel.ID), actions, _has_room(before, after, room) if room else None)


def take_over_seats(transaction: Transaction, seats: Seats) -> None:
    """Under the name SEAT: a person who was one of the others has an access now."""
    actions: list[Action] = [GateModel.others.add(-1), *([GateModel.home_others.add(-1)] if seats.home else [])]
    transaction.update(SEAT, GateModel(id=GateModel.ID), actions)


def _has_room(before: Seats, after: Seats, room: Room) -> "Condition | None":
    wanted = (
        (after.server and not before.server, GateModel.taken, room.server),
        (after.home and not before.home, GateModel.home_taken, room.home),
    )
    condition: Condition | None = None
    for is_wanted, taken, most in wanted:
        if is_wanted:
            is_free = (taken < most) | taken.does_not_exist()
            condition = is_free if condition is None else condition & is_free
    return condition


def _is(attribute: Any, number: int) -> "Condition":
    as_read: Condition = attribute == number
    return as_read if number else as_read | attribute.does_not_exist()
