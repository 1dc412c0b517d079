"""Sign-in by PIN, as the client sees it. How a PIN gets approved: `local.plex.approval`."""

from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from flask import Blueprint, Response, request

from local.plex.answers import v2_answer
from local.plex.errors import PinNotFound
from local.plex.routes.caller import client_identifier, said_yes, the_world
from local.plex.rules.model import Pin
from local.plex.rules.sign_in import create_pin, pin_of_client

pins = Blueprint("pins", __name__, url_prefix="/api/v2/pins")


@pins.post("")
def make_a_pin() -> Response:
    product = request.headers.get("X-Plex-Product", "")
    pin = create_pin(the_world(), client_identifier(), product, strong=said_yes("strong"))
    return v2_answer("pin", _as_data(pin), HTTPStatus.CREATED)


@pins.get("/<pin_id>")
def poll_a_pin(pin_id: str) -> Response:
    if not pin_id.isdecimal():
        raise PinNotFound
    return v2_answer("pin", _as_data(pin_of_client(the_world(), int(pin_id), client_identifier())))


def _as_data(pin: Pin) -> dict[str, Any]:
    return {
        "id": pin.id,
        "code": pin.code,
        "product": pin.product,
        "trusted": False,
        "clientIdentifier": pin.client_identifier,
        "location": {
            "code": "DE",
            "continent_code": "EU",
            "country": "Germany",
            "in_privacy_restricted_country": True,
        },
        "expiresIn": ceil((pin.expires_at - the_world().now()).total_seconds()),
        "createdAt": utc_text(pin.created_at),
        "expiresAt": utc_text(pin.expires_at),
        "authToken": pin.token.value if pin.token else None,
        "newRegistration": None,
    }


def utc_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
