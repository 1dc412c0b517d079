from dataclasses import replace
from datetime import datetime

from pynamodb.exceptions import PutError

from chalicelib.adapters.dynamo.mapping import redemption_record
from chalicelib.adapters.dynamo.models import HeldTokenModel, RedemptionModel
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.refusals import RedemptionNotFound
from chalicelib.ports import OutOfDate


class DynamoRedemptions:
    def get(self, redemption_id: str) -> Redemption:
        try:
            return RedemptionModel.get(redemption_id, consistent_read=True).record
        except RedemptionModel.DoesNotExist as error:
            raise RedemptionNotFound from error

    def save(self, redemption: Redemption) -> Redemption:
        saved = replace(redemption, version=redemption.version + 1)
        try:
            redemption_record(saved).save(RedemptionModel.version == redemption.version)
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise OutOfDate from error
            raise
        return saved

    def due(self, before: datetime, limit: int) -> list[str]:
        records = RedemptionModel.due.query("provision", RedemptionModel.due_at <= before.timestamp(), limit=limit)
        return [record.id for record in records]


class DynamoHeldTokens:
    def get(self, redemption_id: str, now: datetime) -> bytes | None:
        try:
            held = HeldTokenModel.get(redemption_id, consistent_read=True)
        except HeldTokenModel.DoesNotExist:
            return None
        return held.sealed if held.expires_at > now else None

    def replace(self, redemption_id: str, sealed: bytes, expires_at: datetime) -> None:
        HeldTokenModel(redemption_id=redemption_id, sealed=sealed, expires_at=expires_at).save()

    def drop(self, redemption_id: str) -> None:
        HeldTokenModel(redemption_id=redemption_id).delete()
