"""What request bodies have in common. A test holds every shape against the contract."""

from datetime import date
from typing import Annotated

import msgspec

from chalicelib.accounts.passwords import LONGEST_PASSWORD
from chalicelib.common.emails import LONGEST_EMAIL
from chalicelib.common.refusals import BadInput
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit
from chalicelib.plex.restrictions import Restriction
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


_Words = Annotated[list[Annotated[str, msgspec.Meta(pattern="^[^,]{1,100}$")]], msgspec.Meta(max_length=50)]


class KindRestriction(msgspec.Struct, forbid_unknown_fields=True):
    """Only what has one of these ratings, and one of these labels; none of either: whatever has any."""

    content_ratings: _Words = []
    labels: _Words = []

    def value(self) -> Restriction:
        return Restriction(tuple(self.content_ratings), tuple(self.labels))


class Restrictions(msgspec.Struct, forbid_unknown_fields=True):
    movies: KindRestriction | None = None
    shows: KindRestriction | None = None
    music: KindRestriction | None = None

    def values(self) -> dict[str, Restriction]:
        given = {"movies": self.movies, "shows": self.shows, "music": self.music}
        return {kind: each.value() for kind, each in given.items() if each}


class TermFields(msgspec.Struct, forbid_unknown_fields=True):
    """So many days, weeks or months; or until the end of a day. One of the two."""

    value: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | Unset = msgspec.UNSET
    unit: Unit | Unset = msgspec.UNSET
    until: date | Unset = msgspec.UNSET

    def term(self, *, field: str) -> Term:
        """Raises BadInput unless it is one of the two, and whole."""
        is_length = isinstance(self.value, int) and isinstance(self.unit, Unit)
        if isinstance(self.until, date) and (self.value, self.unit) == (msgspec.UNSET, msgspec.UNSET):
            return Term(until=self.until)
        if not is_length or self.until is not msgspec.UNSET:
            raise BadInput("one_term", field=field)
        return Term(self.value, self.unit)  # type: ignore[arg-type]  # both were looked at
