"""QR images, and the records that own them: when a record goes, its image is to go."""

from collections.abc import Callable, Iterable
from typing import Protocol

from chalicelib.invites.model import Invite
from chalicelib.qr_codes.model import Format, QrImage

Render = Callable[[str, Format], bytes]
"""A link as an image of that format."""


class ImageRecords(Protocol):
    def keep(self, image: QrImage, invite: Invite) -> None:
        """Write it, while the invite is as it was read. Raises StaleWrite."""

    def of_invite(self, code: str) -> list[QrImage]:
        """The images of that invite."""

    def among(self, object_keys: Iterable[str]) -> set[str]:
        """Those of them that have a record."""

    def move(self, image: QrImage) -> None:
        """Write its times, unless the record is gone."""

    def drop(self, object_key: str) -> None:
        """Repeatable."""


class ImageStore(Protocol):
    """The images themselves."""

    def exists(self, object_key: str) -> bool:
        """Whether it is there."""

    def put(self, object_key: str, content: bytes, format_: Format) -> None:
        """Write it, over an older one of that key."""

    def url(self, object_key: str, file_name: str) -> str:
        """An address that serves it for URL_LIFETIME, to be saved under that name."""

    def delete(self, object_key: str) -> None:
        """Repeatable."""
