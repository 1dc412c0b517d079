"""What request bodies have in common. A test holds every shape against the contract."""

from typing import Annotated

import msgspec

from chalicelib.accounts.passwords import LONGEST_PASSWORD
from chalicelib.common.emails import LONGEST_EMAIL
from chalicelib.settings.model import MOST_INVITES

MOST_DAYS = 3650

Unset = msgspec.UnsetType
Code = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9]{8,20}$")]
LibraryId = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,20}$")]
Email = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_EMAIL)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_PASSWORD)]
Days = Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)]
QuotaLimit = Annotated[int, msgspec.Meta(ge=0, le=MOST_INVITES)]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A body with no fields."""
