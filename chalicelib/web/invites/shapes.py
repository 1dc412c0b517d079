"""How invites look in JSON, as requests give them and as answers show them (docs/openapi.yaml)."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.access.progress import State
from chalicelib.common.records import asdict, field_names
from chalicelib.common.times import Unit, in_utc
from chalicelib.invites.creating import InviteRequest
from chalicelib.invites.model import Invite, Redeemer, invite_link
from chalicelib.invites.options import Expiry, InviteOptions, term_facts
from chalicelib.redemptions.history import InviteDetails
from chalicelib.redemptions.model import Redemption
from chalicelib.settings.model import Settings
from chalicelib.web.bodies import Code, LibraryId, Restrictions, TermFields, Unset
from chalicelib.web.shapes import Json, entry, moment, person, restrictions_shape

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
    restrictions: Restrictions | None | Unset = msgspec.UNSET
    access_for: TermFields | None | Unset = msgspec.UNSET
    note: Note | None | Unset = msgspec.UNSET

    def options(self) -> InviteOptions:
        """What was given, as options; the rest is left out."""
        given: dict[str, Any] = {
            name: value
            for name in field_names(InviteOptions)
            if (value := getattr(self, name, msgspec.UNSET)) is not msgspec.UNSET
        }
        if isinstance(self.expires_in, ExpiresIn):
            given["expires_in"] = Expiry(self.expires_in.value, self.expires_in.unit)
        if isinstance(self.libraries, list):
            given["libraries"] = tuple(self.libraries)
        if isinstance(self.access_for, TermFields):
            given["access_for"] = self.access_for.term(field="access_for")
        if isinstance(self.restrictions, Restrictions):
            given["restrictions"] = self.restrictions.values()
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


def invite(each: Invite, settings: Settings, now: datetime, *, redeemed_by: list[Json]) -> Json:
    return by_itself(each, settings, now) | {"redeemed_by": redeemed_by}


def by_itself(each: Invite, settings: Settings, now: datetime) -> Json:
    """Without the people who redeemed it."""
    return {
        "code": each.code,
        "url": invite_link(settings, each.code),
        "status": each.status(now).value,
        "enabled": each.enabled,
        "locked": each.locked,
        "uses": each.uses,
        "usage_limit": each.usage_limit,
        "expires_at": moment(each.expires_at),
        "libraries": list(each.libraries) if isinstance(each.libraries, tuple) else each.libraries,
        "libraries_available": each.can_give(settings),
        "features": asdict(each.features),
        "restrictions": restrictions_shape(each.filters),
        "access_for": term_facts(each.access_for),
        "note": each.note,
        "created_by": person(each.created_by),
        "created_at": moment(each.created_at),
        "updated_at": moment(each.updated_at),
    }


def detailed(each: InviteDetails, now: datetime) -> Json:
    redeemed_by = [_redeemed(redemption) for redemption in each.redemptions]
    return invite(each.invite, each.settings, now, redeemed_by=redeemed_by) | {
        "audit": [entry(told) for told in each.entries]
    }


def listed(each: Invite, settings: Settings, now: datetime, states: dict[str, State]) -> Json:
    redeemed_by = [_redeemer(redeemer, states) for redeemer in each.redeemers if redeemer.redemption_id in states]
    return invite(each, settings, now, redeemed_by=redeemed_by)


def _redeemed(each: Redemption) -> Json:
    return person(each.user) | {"redeemed_at": moment(each.created_at), "state": each.state.value}


def _redeemer(each: Redeemer, states: dict[str, State]) -> Json:
    return person(each.person) | {"redeemed_at": moment(each.at), "state": states[each.redemption_id].value}
