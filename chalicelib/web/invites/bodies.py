"""What requests about invites may carry."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.common.times import Unit, in_utc
from chalicelib.invites.creating import InviteRequest
from chalicelib.invites.options import Expiry, InviteOptions
from chalicelib.web.bodies import Code, LibraryId, Unset

LARGEST_LIMIT = 1_000_000

Limit = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_LIMIT)]
Note = Annotated[str, msgspec.Meta(max_length=500)]
Libraries = Literal["default", "all"] | Annotated[list[LibraryId], msgspec.Meta(min_length=1, max_length=500)]


class ExpiresIn(msgspec.Struct, forbid_unknown_fields=True):
    value: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    unit: Unit


class InviteFields(msgspec.Struct, forbid_unknown_fields=True):
    """What both making and changing an invite takes."""

    usage_limit: Limit | None | Unset = msgspec.UNSET
    expires_in: ExpiresIn | None | Unset = msgspec.UNSET
    libraries: Libraries | Unset = msgspec.UNSET
    downloads: bool | Unset = msgspec.UNSET
    live_tv: bool | Unset = msgspec.UNSET
    plex_home: bool | Unset = msgspec.UNSET
    note: Note | None | Unset = msgspec.UNSET

    def options(self) -> InviteOptions:
        """What was given, as options; the rest is left out."""
        given: dict[str, Any] = {
            name: value
            for name in InviteOptions.__dataclass_fields__
            if (value := getattr(self, name, msgspec.UNSET)) is not msgspec.UNSET
        }
        if isinstance(self.expires_in, ExpiresIn):
            given["expires_in"] = Expiry(self.expires_in.value, self.expires_in.unit)
        if isinstance(self.libraries, list):
            given["libraries"] = tuple(self.libraries)
        if isinstance(given.get("expires_at"), datetime):
            given["expires_at"] = in_utc(given["expires_at"], field="expires_at")
        return InviteOptions(**given, named=frozenset(given))


class CreateInvite(InviteFields):
    code: Code | None | Unset = msgspec.UNSET
    created_by: Annotated[str, msgspec.Meta(max_length=100)] | None | Unset = msgspec.UNSET

    def request(self) -> InviteRequest:
        return InviteRequest(
            options=self.options(),
            code=None if self.code is msgspec.UNSET else self.code,
            created_by=None if self.created_by is msgspec.UNSET else self.created_by,
        )


class ChangeInvite(InviteFields):
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None | Unset = msgspec.UNSET
    enabled: bool | Unset = msgspec.UNSET
