"""How the domain looks in JSON (docs/openapi.yaml)."""

from datetime import datetime
from typing import Any

from chalicelib.domain.redemptions import Grant, Redemption, Step, StepName, StepState
from chalicelib.domain.settings import Features
from chalicelib.domain.times import iso
from chalicelib.domain.users import Person
from chalicelib.ports import Pin
from chalicelib.usecases.redeeming import Offer

Json = dict[str, Any]

STEP_MESSAGES = {
    (StepName.ACCOUNT, StepState.DONE): "Your account is ready.",
    (StepName.HOME, StepState.WAITING): "Next: a place in the Plex Home.",
    (StepName.HOME, StepState.WORKING): "Making a place for you in the Plex Home …",
    (StepName.HOME, StepState.DONE): "There is a place for you in the Plex Home.",
    (StepName.HOME, StepState.FAILED): "There is no place for you in the Plex Home.",
    (StepName.HOME, StepState.NEEDS_ATTENTION): "The place in the Plex Home is taking longer.",
    (StepName.SHARE, StepState.WAITING): "Next: sharing the libraries with you.",
    (StepName.SHARE, StepState.WORKING): "Sharing the libraries with you …",
    (StepName.SHARE, StepState.DONE): "The libraries are shared with you.",
    (StepName.SHARE, StepState.FAILED): "The libraries could not be shared.",
    (StepName.SHARE, StepState.NEEDS_ATTENTION): "Sharing the libraries is taking longer.",
    (StepName.ACCEPT, StepState.WAITING): "Then: accepting the invitation for you.",
    (StepName.ACCEPT, StepState.WORKING): "Accepting the invitation for you …",
    (StepName.ACCEPT, StepState.DONE): "You are in.",
    (StepName.ACCEPT, StepState.FAILED): "The invitation could not be accepted.",
    (StepName.ACCEPT, StepState.NEEDS_ATTENTION): "Plex needs something of you.",
}

TEMPORARILY_UNAVAILABLE = "Temporarily unavailable, your place is kept."
"""While Plex does not take the owner's token: nothing that the person could do, and nothing that they lose."""


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
        "steps": [_step(step, unavailable=each.waits_for_owner and step.name is each.stage) for step in each.steps],
        "created_at": moment(each.created_at),
        "updated_at": moment(each.updated_at),
        "reason": each.reason and {"Code": each.reason.code, "Message": each.reason.message},
    }


def _step(each: Step, *, unavailable: bool) -> Json:
    state = StepState.WAITING if unavailable else each.state
    return {
        "name": each.name.value,
        "state": state.value,
        "at": moment(each.at),
        "message": TEMPORARILY_UNAVAILABLE if unavailable else STEP_MESSAGES[each.name, state],
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
