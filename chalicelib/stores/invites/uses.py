"""A use taken and a use given back: what it writes to the invite, and on what conditions.

Lists find an invite under its status, and no update can compute one. So the write by which an invite becomes redeemed,
or stops being so, is on condition that the number of uses is still the one that was read. Other writes are not.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.expressions.condition import Condition

from chalicelib.common.records import replace
from chalicelib.invites.model import Invite, Redeemer, Status
from chalicelib.redemptions.model import Redemption
from chalicelib.stores.database.transactions import Transaction, setting
from chalicelib.stores.invites.counts import Tally
from chalicelib.stores.invites.indexes import places
from chalicelib.stores.invites.records import REDEEMERS_SHOWN, InviteModel, read_invite, redeemer_text

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

INVITE = "invite"


def take_a_use(transaction: Transaction, invite: Invite, redemption: Redemption) -> None:
    """Under the name ``invite``: it fails when the invite is not what was read, or cannot be redeemed any more.

    Where several claims meet at the last use, all but one fail; reading again shows whether another use is left.
    """
    tally = Tally()
    tally.redeemed(invite.code, redemption.created_at.date())
    actions: list[Action] = [InviteModel.uses.add(1)]
    condition = _can_be_redeemed(invite, redemption)
    if invite.uses < REDEEMERS_SHOWN:
        redeemer = Redeemer(redemption.id, redemption.user, redemption.created_at)
        actions.append(InviteModel.redeemers[redemption.id].set(redeemer_text(redeemer)))
    if invite.usage_limit is not None:
        is_last = invite.uses + 1 >= invite.usage_limit
        if is_last:
            actions += setting(InviteModel, places(invite, Status.REDEEMED))
            tally.moved(invite.code, Status.ACTIVE, Status.REDEEMED)
        condition &= _is_the_last(invite.usage_limit) if is_last else InviteModel.uses < invite.usage_limit - 1
    transaction.update(INVITE, InviteModel(code=invite.code), actions, condition)
    tally.write(transaction)


def give_a_use_back(transaction: Transaction, failed: Redemption, now: datetime) -> None:
    """Under the name ``invite``: it fails when another write came between; then it has to be tried anew."""
    try:
        record = InviteModel.get(failed.code, consistent_read=True)
    except InviteModel.DoesNotExist:
        return
    actions: list[Action] = [InviteModel.uses.add(-1), InviteModel.redeemers[failed.id].remove()]
    condition = (InviteModel.uses > 0) & (InviteModel.status_hint != Status.REDEEMED.value)
    if record.status_hint == Status.REDEEMED:
        was = read_invite(record)
        becomes = replace(was, uses=was.uses - 1)
        status = becomes.status(now)
        actions += setting(InviteModel, places(becomes, status))
        condition = (InviteModel.edition == was.edition) & (InviteModel.uses == was.uses)
        tally = Tally()
        tally.moved(was.code, Status.REDEEMED, status)
        tally.write(transaction)
    transaction.update(INVITE, InviteModel(code=failed.code), actions, condition)


def _can_be_redeemed(invite: Invite, redemption: Redemption) -> Condition:
    """``edition``: the grant was resolved from it, and an edit or a deletion meanwhile makes the claim start over."""
    condition: Condition = (InviteModel.edition == invite.edition) & (InviteModel.enabled == True)  # noqa: E712 - builds a DynamoDB condition
    expiry = InviteModel.expires_at
    condition &= expiry.does_not_exist() | (expiry > redemption.created_at)
    return condition


def _is_the_last(limit: int) -> Condition:
    condition: Condition = (InviteModel.uses == limit - 1) & (InviteModel.status_hint == Status.ACTIVE.value)
    return condition
