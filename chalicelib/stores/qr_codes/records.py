"""Which record owns which QR image in S3."""

from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import TTLAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model

from chalicelib.common.ports import StaleWrite
from chalicelib.invites.model import Invite
from chalicelib.qr_codes.model import QrImage, code_in
from chalicelib.stores.database.attributes import Moment
from chalicelib.stores.database.expired import BY_TTL, Expiring
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, update_if
from chalicelib.stores.invites.records import InviteModel


class QrImageModel(Model):
    """Owns an object in S3: when this record goes, the object goes (chalicelib/qr_codes/cleanup.py)."""

    class Meta:
        table_name = "qr_images"

    code = UnicodeAttribute(hash_key=True)
    object_key = UnicodeAttribute(range_key=True)
    expires_at = TTLAttribute()
    invite_expires_at = Moment(null=True)
    due_kind = UnicodeAttribute(default=BY_TTL)
    due = Expiring()


class DynamoImageRecords:
    """qr_codes.ports.ImageRecords."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, image: QrImage, invite: Invite) -> None:
        transaction = Transaction(self._connection)
        transaction.check("invite", InviteModel, invite.code, InviteModel.edition == invite.edition)
        transaction.write("image", _record(image))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise StaleWrite from error

    def of_invite(self, code: str) -> list[QrImage]:
        return [_image(record) for record in QrImageModel.query(code, consistent_read=True)]

    def among(self, object_keys: Iterable[str]) -> set[str]:
        owners = [(code, object_key) for object_key in object_keys if (code := code_in(object_key))]
        records = QrImageModel.batch_get(owners, consistent_read=True, attributes_to_get=["object_key"])
        return {record.object_key for record in records}

    def move(self, image: QrImage) -> None:
        expiry = QrImageModel.invite_expires_at
        moved = expiry.remove() if image.invite_expires_at is None else expiry.set(image.invite_expires_at)
        actions = [QrImageModel.expires_at.set(image.expires_at), moved]
        update_if(_key(image.object_key), actions, QrImageModel.code.exists())

    def drop(self, object_key: str) -> None:
        _key(object_key).delete()

    def read_stream(self, old_image: dict[str, Any]) -> QrImage:
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
