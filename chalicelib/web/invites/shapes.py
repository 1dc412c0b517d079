"""How invites look in JSON (docs/openapi.yaml)."""

from dataclasses import asdict
from datetime import datetime

from chalicelib.invites.model import Invite, Redeemer, invite_link
from chalicelib.redemptions.history import InviteDetails
from chalicelib.redemptions.model import Redemption, State
from chalicelib.settings.model import Settings
from chalicelib.web.shapes import Json, entry, moment, person


def invite(each: Invite, settings: Settings, now: datetime, *, redeemed_by: list[Json]) -> Json:
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
        "features": asdict(each.features),
        "note": each.note,
        "created_by": person(each.created_by),
        "created_at": moment(each.created_at),
        "updated_at": moment(each.updated_at),
        "redeemed_by": redeemed_by,
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
