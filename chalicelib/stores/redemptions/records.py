"""Redemptions as they are stored in DynamoDB."""

from typing import TYPE_CHECKING, Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.access.model import Access
from chalicelib.access.progress import Progress, State
from chalicelib.common.times import order_key
from chalicelib.redemptions.journal import outcome_entry
from chalicelib.redemptions.model import Redemption
from chalicelib.stores.database.attributes import Typed
from chalicelib.stores.database.transactions import Transaction
from chalicelib.stores.events.journal import entry_record

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action


_NOTED = (State.DONE, State.NEEDS_ATTENTION, State.FAILED)


class RedemptionsByCode(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_code"
        projection = AllProjection()

    code = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class RedemptionsByState(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    state = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class RedemptionModel(Model):
    """``record`` is the redemption as it began, ``progress`` how far it is; the rest is what the indexes need."""

    class Meta:
        table_name = "redemptions"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Redemption](Redemption)
    progress = Typed[Progress](Progress)
    code = UnicodeAttribute()
    state = UnicodeAttribute()
    order = UnicodeAttribute()
    by_code = RedemptionsByCode()
    by_state = RedemptionsByState()


def read_redemption(record: RedemptionModel) -> Redemption:
    """What was written when it began, and how far it is."""
    return record.record.with_progress(record.progress)


def redemption_record(redemption: Redemption) -> RedemptionModel:
    return RedemptionModel(
        id=redemption.id,
        record=redemption,
        progress=redemption.progress,
        code=redemption.code,
        state=redemption.state.value,
        order=order_key(redemption.created_at, redemption.id),
    )


def show_progress(transaction: Transaction, access: Access) -> None:
    """Under the name ``redemption``: how far a joining is; nothing, where none is under way. What came of it is noted
    in the journal: once, for the same again is the same entry.
    """
    progress, joining = access.done.progress, access.decided.joining
    if progress and joining:
        shown: list[Action] = [RedemptionModel.progress.set(progress), RedemptionModel.state.set(progress.state.value)]
        transaction.update("redemption", RedemptionModel(id=joining), shown, RedemptionModel.id.exists())
        if progress.state in _NOTED:
            redemption = read_redemption(RedemptionModel.get(joining, consistent_read=True))
            entry = outcome_entry(redemption.with_progress(progress))
            transaction.put("journal", entry_record(entry, creator=redemption.creator_id))
