"""Who owns which QR image in S3: an image without a record here is an orphan."""

from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import TTLAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError
from pynamodb.models import Model

from chalicelib.adapters.dynamo.attributes import Moment
from chalicelib.adapters.dynamo.models import InviteModel
from chalicelib.adapters.dynamo.overdue import BY_TTL, Due
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction
from chalicelib.domain.invites import Invite
from chalicelib.domain.qr_codes import QrImage, code_in
from chalicelib.ports import OutOfDate


class QrImageModel(Model):
    """Owns an object in S3: when this record goes, the object goes (chalicelib/usecases/tidying.py)."""

    class Meta:
        table_name = "qr_images"

    code = UnicodeAttribute(hash_key=True)
    object_key = UnicodeAttribute(range_key=True)
    expires_at = TTLAttribute()
    invite_expires_at = Moment(null=True)
    due_kind = UnicodeAttribute(default=BY_TTL)
    due = Due()


class DynamoQrRecords:
    """ports.QrRecords."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, image: QrImage, invite: Invite) -> None:
        transaction = Transaction(self._connection)
        transaction.check("invite", InviteModel, invite.code, InviteModel.edition == invite.edition)
        transaction.put("image", _record(image))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise OutOfDate from error

    def of(self, code: str) -> list[QrImage]:
        return [_image(record) for record in QrImageModel.query(code, consistent_read=True)]

    def among(self, object_keys: Iterable[str]) -> set[str]:
        owners = [(code, object_key) for object_key in object_keys if (code := code_in(object_key))]
        records = QrImageModel.batch_get(owners, consistent_read=True, attributes_to_get=["object_key"])
        return {record.object_key for record in records}

    def move(self, image: QrImage) -> None:
        expiry = QrImageModel.invite_expires_at
        moved = expiry.remove() if image.invite_expires_at is None else expiry.set(image.invite_expires_at)
        try:
            _key(image.object_key).update(
                [QrImageModel.expires_at.set(image.expires_at), moved], QrImageModel.code.exists()
            )
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def drop(self, object_key: str) -> None:
        _key(object_key).delete()

    def of_stream(self, old_image: dict[str, Any]) -> QrImage:
        """The record that was removed, as the stream's ``OldImage`` has it."""
        return _image(QrImageModel.from_raw_data(old_image))


def _key(object_key: str) -> QrImageModel:
    return QrImageModel(code=code_in(object_key), object_key=object_key)


def _record(image: QrImage) -> QrImageModel:
    return QrImageModel(
        code=image.code,
        object_key=image.object_key,
        expires_at=image.expires_at,
        invite_expires_at=image.invite_expires_at,
    )


def _image(record: QrImageModel) -> QrImage:
    return QrImage(
        code=record.code,
        object_key=record.object_key,
        expires_at=record.expires_at,
        invite_expires_at=record.invite_expires_at,
    )
