"""QR codes, and what schedules clear away."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.domain.invites import Invite
from chalicelib.domain.qr_codes import Format, QrImage

Render = Callable[[str, Format], bytes]
"""A link as an image of that format."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    object_key: str
    modified_at: datetime


class QrRecords(Protocol):
    """Who owns which QR image: when a record goes, its object is to go."""

    def keep(self, image: QrImage, invite: Invite) -> None:
        """Write it, while the invite is as it was read. Raises OutOfDate, Contention."""

    def of(self, code: str) -> list[QrImage]: ...
    def among(self, object_keys: Iterable[str]) -> set[str]:
        """Those of them that have a record."""

    def move(self, image: QrImage) -> None:
        """Write its times, unless the record is gone."""

    def drop(self, object_key: str) -> None: ...


class QrImages(Protocol):
    """The images themselves."""

    def exists(self, object_key: str) -> bool: ...
    def put(self, object_key: str, content: bytes, format_: Format) -> None: ...
    def url(self, object_key: str, file_name: str) -> str:
        """Where anybody can fetch it for URL_LIFETIME, to be saved under that name."""

    def delete(self, object_key: str) -> None:
        """Repeatable."""

    def pages(self, after: str) -> Iterator[list[StoredImage]]:
        """All images by object key, from the first after that one."""

    def bookmark(self) -> str:
        """Where the last walk through the pages stopped; empty when it came to the end."""

    def set_bookmark(self, object_key: str) -> None: ...


Key = tuple[str, ...]
"""What names a record in its table."""


class Overdue(Protocol):
    """Records whose time is over, of one kind."""

    def due(self, now: datetime) -> Iterator[Key]:
        """The oldest first."""

    def drop(self, key: Key, now: datetime) -> bool:
        """Delete it if its time is (still) over; whether it was."""


class Parking(Protocol):
    def park(self, what: Mapping[str, Any], why: str) -> None:
        """Put aside, for somebody to look at, what must not be tried for ever."""
