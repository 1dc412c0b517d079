"""When each account made its invites: what quotas count. One record for each invite, and one that numbers them."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from chalicelib.accounts.quotas import QuotaGuard
from chalicelib.common.times import order_key
from chalicelib.invites.model import Invite
from chalicelib.settings.model import MOST_INVITES
from chalicelib.stores.database.transactions import Transaction

HEAD = "#"
"""The order of the record with ``made``, how many invites the account has made. It sorts before all times."""


class CreationsModel(Model):
    class Meta:
        table_name = "creations"

    user_id = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)
    at = UTCDateTimeAttribute(null=True)
    made = NumberAttribute(null=True)


def made_by(head: CreationsModel | None) -> int:
    return int(head.made or 0) if head else 0


def created_since(user_id: str, since: datetime) -> tuple[datetime, ...]:
    """When the account's invites were made after ``since``, the latest first, at most MOST_INVITES. Consistent."""
    later = CreationsModel.order > order_key(since, "~")
    records = CreationsModel.query(user_id, later, consistent_read=True, scan_index_forward=False, limit=MOST_INVITES)
    return tuple(record.at for record in records if record.at)


def note_creation(transaction: Transaction, invite: Invite, guard: QuotaGuard | None) -> None:
    """Note one more, under the name ``quota``, on condition that the guard leaves room for it.

    The condition looks at how many were made when it is written, so the limit holds however many are created at once.
    """
    user_id, made = invite.created_by.id, CreationsModel.made
    condition = (made.does_not_exist() | (made < guard.below)) if guard else None
    transaction.update("quota", CreationsModel(user_id=user_id, order=HEAD), [made.add(1)], condition)
    order = order_key(invite.created_at, invite.code)
    transaction.put("creation", CreationsModel(user_id=user_id, order=order, at=invite.created_at))
