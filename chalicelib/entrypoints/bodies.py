"""What requests may carry: anything else, an unknown field included, is refused with its name."""

from typing import Annotated

import msgspec

LibraryId = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,20}$")]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A body with no fields."""


class LocalAccount(msgspec.Struct, forbid_unknown_fields=True):
    email: Annotated[str, msgspec.Meta(max_length=254)]
    username: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=200)]
