"""QR codes of invites' links: which image holds one, and for how long it is kept."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from chalicelib.common.records import dataclass, replace
from chalicelib.common.times import in_whole_seconds
from chalicelib.invites.model import Invite

PREFIX = "qr/"
IDLE_LIMIT = timedelta(days=90)
"""How long the image of an invite that never expires is kept after it was last looked at."""

URL_LIFETIME = timedelta(minutes=5)


class Format(StrEnum):
    PNG = "png"
    SVG = "svg"

    @property
    def media_type(self) -> str:
        return "image/svg+xml" if self is Format.SVG else "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class QrImage:
    """The record that owns an object: it is due at ``expires_at``, and the object goes when the record goes.

    ``invite_expires_at`` is the invite's expiry that this was worked out from, None for never: where the
    invite says otherwise by now, it was edited meanwhile.
    """

    code: str
    object_key: str
    expires_at: datetime
    invite_expires_at: datetime | None

    def following(self, invite: Invite, now: datetime) -> "QrImage":
        """The same image, kept as long as the invite has it now."""
        return replace(self, expires_at=_kept_until(invite, now), invite_expires_at=invite.expires_at)

    def was_overtaken_by(self, invite: Invite, now: datetime) -> bool:
        """Whether the invite lives on with another expiry than this record knew."""
        return not invite.is_over(now) and invite.expires_at != self.invite_expires_at


def image_of(invite: Invite, link: str, format_: Format, now: datetime) -> QrImage:
    return QrImage(
        code=invite.code,
        object_key=object_key(invite.code, link, format_),
        expires_at=_kept_until(invite, now),
        invite_expires_at=invite.expires_at,
    )


def object_key(code: str, link: str, format_: Format) -> str:
    """``qr/<code>/<digest of the link>.<format>``: another link, as after a change of address, is another image."""
    return f"{PREFIX}{code}/{sha256(link.encode()).hexdigest()[:32]}.{format_.value}"


def code_in(object_key: str) -> str:
    """The code that an object's key names; empty when it names none."""
    return object_key.removeprefix(PREFIX).partition("/")[0]


def file_name(code: str, format_: Format) -> str:
    return f"invite-{code}.{format_.value}"


def _kept_until(invite: Invite, now: datetime) -> datetime:
    """A TTL counts whole seconds: rounded up, for an image that went before its invite would be made again.

    Idle time ends at midnight: looking twice on one day writes the same record, which triggers nothing.
    """
    if invite.expires_at is not None:
        return in_whole_seconds(invite.expires_at)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + IDLE_LIMIT
