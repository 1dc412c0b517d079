"""The gate: one record in the settings' table that counts the seats."""

from typing import TYPE_CHECKING, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.access.seats import Room, Seats
from chalicelib.stores.database.transactions import Transaction

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
