"""How the domain looks in JSON (docs/openapi.yaml)."""

from datetime import datetime
from typing import Any

from chalicelib.domain.invites import Invite, link
from chalicelib.domain.redemptions import Grant, Redemption, StepName, StepState
from chalicelib.domain.settings import Features, Settings
from chalicelib.domain.times import iso
from chalicelib.domain.users import Person
from chalicelib.ports import Pin
from chalicelib.usecases.redeeming import Offer

Json = dict[str, Any]

STEP_MESSAGES = {
    (StepName.ACCOUNT, StepState.DONE): "Your account is ready.",
    (StepName.SHARE, StepState.WAITING): "Next: sharing the libraries with you.",
    (StepName.SHARE, StepState.WORKING): "Sharing the libraries with you …",
    (StepName.SHARE, StepState.DONE): "The libraries are shared with you.",
    (StepName.SHARE, StepState.FAILED): "The libraries could not be shared.",
    (StepName.ACCEPT, StepState.WAITING): "Then: accepting the invitation for you.",
    (StepName.ACCEPT, StepState.WORKING): "Accepting the invitation for you …",
    (StepName.ACCEPT, StepState.DONE): "You are in.",
    (StepName.ACCEPT, StepState.FAILED): "The invitation could not be accepted.",
    (StepName.ACCEPT, StepState.NEEDS_ATTENTION): "Plex needs something of you.",
}


def invite(each: Invite, settings: Settings, history: list[Redemption], now: datetime) -> Json:
    return {
        "code": each.code,
        "url": link(settings, each.code),
        "status": each.status(now).value,
        "enabled": each.enabled,
        "uses": each.uses,
        "usage_limit": each.usage_limit,
        "expires_at": moment(each.expires_at),
        "libraries": list(each.libraries) if isinstance(each.libraries, tuple) else each.libraries,
        "features": features(each.features),
        "note": each.note,
        "created_by": person(each.created_by),
        "created_at": moment(each.created_at),
        "updated_at": moment(each.updated_at),
        "redeemed_by": [
            person(redemption.user) | {"redeemed_at": moment(redemption.created_at), "state": redemption.state.value}
            for redemption in history
        ],
    }


def offer(each: Offer) -> Json:
    return {
        "code": each.invite.code,
        "server_name": each.settings.server.name if each.settings.server else "",
        "invited_by": each.invite.created_by.name,
        "libraries": [{"title": library.title, "type": library.type} for library in each.libraries],
        "features": features(each.invite.features),
        "expires_at": moment(each.invite.expires_at),
        "local_signup": each.settings.local_signin_enabled,
    }


def sign_in(id_: str, pin: Pin, expires_at: datetime) -> Json:
    return {"sign_in_id": id_, "auth_url": pin.auth_url, "expires_at": moment(expires_at)}


def redemption(each: Redemption) -> Json:
    return {
        "id": each.id,
        "code": each.code,
        "user": person(each.user),
        "state": each.state.value,
        "grant": grant(each.grant),
        "steps": [
            {
                "name": step.name.value,
                "state": step.state.value,
                "at": moment(step.at),
                "message": STEP_MESSAGES[step.name, step.state],
            }
            for step in each.steps
        ],
        "created_at": moment(each.created_at),
        "updated_at": moment(each.updated_at),
        "reason": each.reason and {"Code": each.reason.code, "Message": each.reason.message},
    }


def grant(each: Grant) -> Json:
    return {
        "libraries": [{"id": library.id, "title": library.title, "type": library.type} for library in each.libraries],
        "features": features(each.features),
    }


def features(each: Features) -> Json:
    return {"downloads": each.downloads, "live_tv": each.live_tv, "plex_home": each.plex_home}


def person(each: Person) -> Json:
    return {"id": each.id, "name": each.name}


def moment(at: datetime | None) -> str | None:
    return iso(at) if at else None
