"""QR images and the records that own them, in memory."""

from collections.abc import Iterable

from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.invites.model import Invite
from chalicelib.qr_codes.model import Format, QrImage
from tests.fakes.database import Database


class FakeImageRecords:
    """qr_codes.ports.ImageRecords."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def keep(self, image: QrImage, invite: Invite) -> None:
        self.database.before_write()
        stored = self.database.invites.get(invite.code)
        if stored is None or stored.edition != invite.edition:
            raise StaleWrite
        self._put(image)

    def of_invite(self, code: str) -> list[QrImage]:
        return sorted(
            (image for image in self.database.images.values() if image.code == code), key=lambda image: image.object_key
        )

    def among(self, object_keys: Iterable[str]) -> set[str]:
        return self.database.images.keys() & set(object_keys)

    def move(self, image: QrImage) -> None:
        self.database.before_write()
        if image.object_key in self.database.images:
            self._put(image)

    def drop(self, object_key: str) -> None:
        self.database.images.pop(object_key, None)

    def _put(self, image: QrImage) -> None:
        """As DynamoDB keeps it: a time to live has whole seconds."""
        whole_seconds = image.expires_at.replace(microsecond=0)
        self.database.images[image.object_key] = replace(image, expires_at=whole_seconds)


class FakeImages:
    """qr_codes.ports.ImageStore. ``asked`` lists the keys that were looked for."""

    def __init__(self) -> None:
        self.contents: dict[str, tuple[bytes, Format]] = {}
        self.asked: list[str] = []

    def exists(self, object_key: str) -> bool:
        self.asked.append(object_key)
        return object_key in self.contents

    def put(self, object_key: str, content: bytes, format_: Format) -> None:
        self.contents[object_key] = content, format_

    def url(self, object_key: str, file_name: str) -> str:
        return f"https://images.example.org/{object_key}?filename={file_name}"

    def delete(self, object_key: str) -> None:
        self.contents.pop(object_key, None)
