"""What a joining that was given up writes: as if it had never begun."""

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.access.model import Access
from chalicelib.accounts.model import AccountState, Tombstone, User, Why
from chalicelib.stores.accounts.identities import go_back_to, has_same_identities, release_identities
from chalicelib.stores.accounts.records import UserModel
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction
from chalicelib.stores.invites.uses import give_a_use_back
from chalicelib.stores.redemptions.records import RedemptionModel, read_redemption

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action


def undo_joining(transaction: Transaction, access: Access, user: User, now: datetime) -> None:
    """The use is free again; the account is closed and its names are released. An account that was renewed stays open,
    with the redemption and the Plex account that it had before.

    Under the names ``invite``, ``user`` and those of the identities. Raises ConditionsFailed where the redemption is
    over.
    """
    redemption = read_redemption(RedemptionModel.get(access.decided.joining, consistent_read=True))
    if not redemption.in_progress:
        raise ConditionsFailed(frozenset({"redemption"}))
    give_a_use_back(transaction, redemption, now)
    if redemption.renewal:
        _have_what_was_before(transaction, access, user, redemption.id, redemption.renewal.before)
        return
    is_still = (UserModel.state == AccountState.ACTIVE.value) & has_same_identities(user)
    closed: list[Action] = [UserModel.state.set(AccountState.CLOSED.value)]
    transaction.update("user", UserModel(id=user.id), closed, is_still)
    before = access.decided.over or Tombstone(user_id=user.id, why=Why.FAILED, closed_at=now)
    release_identities(transaction, user, before.ended(now))


def _have_what_was_before(
    transaction: Transaction, access: Access, user: User, redemption_id: str, before: str | None
) -> None:
    latest, plex_id = UserModel.redemption_id, UserModel.plex_id
    actions: list[Action] = [latest.set(before) if before else latest.remove()]
    is_still = (UserModel.state == AccountState.ACTIVE.value) & (latest == redemption_id) & (plex_id == user.plex_id)
    decided = access.decided
    earlier = decided.before.identity.plex_id if decided.before else None
    if earlier and earlier != user.plex_id and go_back_to(transaction, earlier, user, decided.over):
        actions.append(plex_id.set(earlier))
    transaction.update("user", UserModel(id=user.id), actions, is_still)
