"""What requests may carry: anything else, an unknown field included, is refused with its name."""

from typing import Annotated, Literal

import msgspec

from chalicelib.domain.times import Unit
from chalicelib.usecases.inviting import Expiry, Wishes

LARGEST_LIMIT = 1_000_000

Limit = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_LIMIT)]
LibraryId = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,20}$")]
Note = Annotated[str, msgspec.Meta(max_length=500)]


class ExpiresIn(msgspec.Struct, forbid_unknown_fields=True):
    value: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    unit: Unit


class CreateInvite(msgspec.Struct, forbid_unknown_fields=True):
    usage_limit: Limit | None | msgspec.UnsetType = msgspec.UNSET
    expires_in: ExpiresIn | None | msgspec.UnsetType = msgspec.UNSET
    libraries: (
        Literal["default", "all"]
        | Annotated[list[LibraryId], msgspec.Meta(min_length=1, max_length=500)]
        | msgspec.UnsetType
    ) = msgspec.UNSET
    downloads: bool | msgspec.UnsetType = msgspec.UNSET
    live_tv: bool | msgspec.UnsetType = msgspec.UNSET
    plex_home: bool | msgspec.UnsetType = msgspec.UNSET
    note: Note | None | msgspec.UnsetType = msgspec.UNSET
    code: Annotated[str, msgspec.Meta(max_length=100)] | None | msgspec.UnsetType = msgspec.UNSET

    def wishes(self) -> Wishes:
        given = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not msgspec.UNSET}
        if isinstance(self.expires_in, ExpiresIn):
            given["expires_in"] = Expiry(self.expires_in.value, self.expires_in.unit)
        if isinstance(self.libraries, list):
            given["libraries"] = tuple(self.libraries)
        return Wishes(**given, named=frozenset(given))


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A body with no fields."""
