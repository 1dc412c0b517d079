"""What accounts may, and nothing else of them: for functions that must not read people."""

from collections.abc import Iterable

from chalicelib.accounts.model import AccountState
from chalicelib.common.people import Actor
from chalicelib.stores.accounts.records import UserModel

_READ = ["id", "state", "permissions"]


def find_owners(user_ids: Iterable[str]) -> dict[str, Actor]:
    """events.ports.FindOwners."""
    found = UserModel.batch_get(list(user_ids), consistent_read=True, attributes_to_get=_READ)
    open_ones = (record for record in found if record.state == AccountState.ACTIVE.value)
    return {record.id: Actor(id=record.id, name="", permissions=frozenset(record.permissions)) for record in open_ones}
