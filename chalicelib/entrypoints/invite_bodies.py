"""What requests about invites may carry."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

import msgspec
from chalice.app import Request

from chalicelib.domain.invites import Status
from chalicelib.domain.refusals import BadInput
from chalicelib.domain.searching import Search
from chalicelib.domain.times import Unit, in_utc
from chalicelib.domain.users import is_user_id
from chalicelib.entrypoints.bodies import LibraryId
from chalicelib.entrypoints.http import query
from chalicelib.usecases.editing_invites import Edit
from chalicelib.usecases.inviting import Expiry, Wishes

LARGEST_LIMIT = 1_000_000
LONGEST_SEARCH = 100

Limit = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_LIMIT)]
Note = Annotated[str, msgspec.Meta(max_length=500)]
Libraries = Literal["default", "all"] | Annotated[list[LibraryId], msgspec.Meta(min_length=1, max_length=500)]
Unset = msgspec.UnsetType


class ExpiresIn(msgspec.Struct, forbid_unknown_fields=True):
    value: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    unit: Unit


class CreateInvite(msgspec.Struct, forbid_unknown_fields=True):
    usage_limit: Limit | None | Unset = msgspec.UNSET
    expires_in: ExpiresIn | None | Unset = msgspec.UNSET
    libraries: Libraries | Unset = msgspec.UNSET
    downloads: bool | Unset = msgspec.UNSET
    live_tv: bool | Unset = msgspec.UNSET
    plex_home: bool | Unset = msgspec.UNSET
    note: Note | None | Unset = msgspec.UNSET
    code: Annotated[str, msgspec.Meta(max_length=100)] | None | Unset = msgspec.UNSET
    created_by: Annotated[str, msgspec.Meta(max_length=100)] | None | Unset = msgspec.UNSET

    def wishes(self) -> Wishes:
        return Wishes(**_given(self))


class ChangeInvite(msgspec.Struct, forbid_unknown_fields=True):
    usage_limit: Limit | None | Unset = msgspec.UNSET
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None | Unset = msgspec.UNSET
    expires_in: ExpiresIn | None | Unset = msgspec.UNSET
    libraries: Libraries | Unset = msgspec.UNSET
    downloads: bool | Unset = msgspec.UNSET
    live_tv: bool | Unset = msgspec.UNSET
    plex_home: bool | Unset = msgspec.UNSET
    note: Note | None | Unset = msgspec.UNSET
    enabled: bool | Unset = msgspec.UNSET

    def edit(self) -> Edit:
        given = _given(self)
        if isinstance(self.expires_at, datetime):
            given["expires_at"] = in_utc(self.expires_at, field="expires_at")
        return Edit(**given, named=frozenset(given))


def search_of(request: Request) -> Search:
    """Raises BadInput."""
    text = query(request, "q").strip()
    if len(text) > LONGEST_SEARCH:
        raise BadInput(f"Search for {LONGEST_SEARCH} characters at most.", field="q")
    since, until = _moment(request, "from"), _moment(request, "to", ends_a_day=True)
    if since and until and since > until:
        raise BadInput("This is before the other date.", field="to")
    return Search(status=_status(request), creator_id=_creator_id(request), since=since, until=until, text=text)


def _given(body: CreateInvite | ChangeInvite) -> dict[str, Any]:
    given = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not msgspec.UNSET}
    if isinstance(body.expires_in, ExpiresIn):
        given["expires_in"] = Expiry(body.expires_in.value, body.expires_in.unit)
    if isinstance(body.libraries, list):
        given["libraries"] = tuple(body.libraries)
    return given


def _creator_id(request: Request) -> str | None:
    text = query(request, "creator")
    if text and not is_user_id(text):
        raise BadInput("This is no account's id.", field="creator")
    return text or None


def _status(request: Request) -> Status | None:
    text = query(request, "status")
    if text and text not in tuple(Status):
        raise BadInput(f"status is one of {', '.join(Status)}.", field="status")
    return Status(text) if text else None


def _moment(request: Request, name: str, *, ends_a_day: bool = False) -> datetime | None:
    """A date, or a time with its offset (UTC without). ``ends_a_day``: the first moment after, for it is included."""
    text = query(request, name)
    if not text:
        return None
    try:
        if len(text) <= len("2026-11-05"):
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            return day + timedelta(days=1) if ends_a_day else day
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{name} is a date like 2026-11-05, or a time in ISO 8601.", field=name) from error
    moment = in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC), field=name)
    return moment + timedelta(microseconds=1) if ends_a_day and moment < _LAST_MOMENT else moment


_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
