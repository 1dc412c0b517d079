"""Who is calling, and what they say."""

from collections.abc import Mapping
from typing import Any, cast

from flask import current_app, request

from local.plex.calls import plex_value
from local.plex.errors import ClientIdentifierMissing, Malformed
from local.plex.rules.invitations import Parts
from local.plex.rules.model import Account
from local.plex.rules.sign_in import account_of_token
from local.plex.world import World


def the_world() -> World:
    return cast("World", current_app.config["WORLD"])


def client_identifier() -> str:
    said = plex_value(request, "X-Plex-Client-Identifier")
    if said is None:
        raise ClientIdentifierMissing
    return said


def token() -> str | None:
    return plex_value(request, "X-Plex-Token")


def account() -> Account:
    """Return the account of the token that came with the call; 401 without a living one."""
    return account_of_token(the_world(), token())


def said_yes(name: str) -> bool:
    return request.args.get(name, "").lower() in ("1", "true")


def parts() -> Parts:
    return Parts(friend=said_yes("friend"), home=said_yes("home"), server=said_yes("server"))


def body() -> Mapping[str, Any]:
    said = request.get_json(force=True, silent=True)
    if not isinstance(said, Mapping):
        raise Malformed
    return said


def numbers(values: object) -> list[int]:
    """Read section ids, which clients send as numbers or as digits."""
    if not isinstance(values, list) or not all(str(value).isdecimal() for value in values):
        raise Malformed
    return [int(value) for value in values]
