"""Redemptions and the pause as they are stored in DynamoDB."""

from typing import Any, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.access.pauses import Pause
from chalicelib.common.times import order_key
from chalicelib.redemptions.model import Redemption
from chalicelib.stores.database.attributes import Typed

PROVISION, PAUSED = "provision", "paused"
"""What a redemption may be due for: another try, or the end of the pause."""


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


class RedemptionsDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_kind = UnicodeAttribute(hash_key=True)
    due_at = NumberAttribute(range_key=True)


class RedemptionModel(Model):
    """``record`` is the redemption; the rest is what conditions and indexes need of it."""

    class Meta:
        table_name = "redemptions"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Redemption](Redemption)
    version = NumberAttribute()
    code = UnicodeAttribute()
    state = UnicodeAttribute()
    order = UnicodeAttribute()
    due_kind = UnicodeAttribute(null=True)
    due_at = NumberAttribute(null=True)
    by_code = RedemptionsByCode()
    by_state = RedemptionsByState()
    due = RedemptionsDue()


class PauseModel(Model):
    """One record in the settings' table, while Plex does not accept the owner's token."""

    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "pause"

    id = UnicodeAttribute(hash_key=True)
    record = Typed[Pause](Pause)


def redemption_record(redemption: Redemption) -> RedemptionModel:
    due_at = redemption.due_at
    return RedemptionModel(
        id=redemption.id,
        record=redemption,
        version=redemption.version,
        code=redemption.code,
        state=redemption.state.value,
        order=order_key(redemption.created_at, redemption.id),
        due_kind=(PAUSED if redemption.waits_for_owner else PROVISION) if due_at else None,
        due_at=due_at.timestamp() if due_at else None,
    )
