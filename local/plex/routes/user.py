"""`/api/v2/user`, `resources` and `ping`: who the caller is, and which servers they reach."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify

from local.plex.answers import element, v2_answer, wants_json, xml_answer
from local.plex.routes.caller import account, the_world, token
from local.plex.routes.pins import utc_text
from local.plex.rules import sign_in
from local.plex.rules.homes import members
from local.plex.rules.model import Account, Server, Share

user = Blueprint("user", __name__, url_prefix="/api/v2")

PLEX_PASS_FEATURES = ["pass", "home", "sync", "content_filter", "livetv", "dvr"]


@user.get("/ping")
def ping() -> Response:
    account()
    pong = element("pong")
    pong.text = "1"
    return jsonify(pong=True) if wants_json() else xml_answer(pong)


@user.get("/user")
def who_am_i() -> Response:
    me = account()
    return v2_answer("user", _without({**_facts(me), **_home_facts(me), **_nested(me)}))


@user.delete("/users/signout")
def sign_out() -> tuple[str, int]:
    """The token is void from now on, and its client no device of the account any more."""
    account()
    sign_in.sign_out(the_world(), token())
    return "", HTTPStatus.NO_CONTENT


@user.get("/resources")
def resources() -> Response:
    me, world = account(), the_world()
    owned = [_owned(server) for server in world.servers.values() if server.owner_id == me.id]
    accepted = [share for share in world.shares.values() if share.invitee == me.id and share.accepted_at]
    return v2_answer("resources", [_without(each) for each in owned + [_shared(share) for share in accepted]])


def _without(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in the_world().options.left_out}


def _facts(me: Account) -> dict[str, Any]:
    return {
        "id": me.id,
        "uuid": me.uuid,
        "username": me.username,
        "title": me.title,
        "email": me.email,
        "friendlyName": me.title,
        "locale": None,
        "confirmed": me.confirmed,
        "joinedAt": int(me.joined_at.timestamp()),
        "emailOnlyAuth": False,
        "hasPassword": True,
        "protected": False,
        "thumb": f"https://plex.tv/users/{me.uuid}/avatar",
        "authToken": token(),
        "mailingListStatus": "unsubscribed",
        "mailingListActive": False,
        "scrobbleTypes": "",
        "country": "DE",
        "pin": "",
        "subscriptionDescription": "Lifetime Plex Pass" if me.subscription else None,
        "restricted": me.restricted,
        "anonymous": False,
        "guest": False,
        "experimentalFeatures": False,
        "twoFactorEnabled": False,
        "backupCodesCreated": False,
        "rememberExpiresAt": int(me.joined_at.timestamp()) + 10**9,
    }


def _home_facts(me: Account) -> dict[str, Any]:
    home = the_world().home_of(me.id)
    return {
        "home": home is not None,
        "homeSize": len(members(the_world(), me)),
        "maxHomeSize": the_world().options.home_limit,
        "homeAdmin": home is not None and home.admin_id == me.id,
    }


def _nested(me: Account) -> dict[str, Any]:
    return {
        "subscription": {
            "active": me.subscription,
            "subscribedAt": me.joined_at.strftime("%Y-%m-%d %H:%M:%S UTC") if me.subscription else None,
            "status": "Active" if me.subscription else "Inactive",
            "paymentService": None,
            "plan": "lifetime" if me.subscription else None,
            "features": PLEX_PASS_FEATURES if me.subscription else [],
        },
        "profile": {
            "autoSelectAudio": True,
            "defaultAudioLanguage": None,
            "defaultSubtitleLanguage": None,
            "autoSelectSubtitle": 0,
            "defaultSubtitleAccessibility": 0,
            "defaultSubtitleForces": 0,
        },
        "entitlements": [],
        "roles": ["plexpass"] if me.subscription else [],
    }


def _owned(server: Server) -> dict[str, Any]:
    return {**_resource(server, token()), "owned": True, "ownerId": None, "sourceTitle": None}


def _shared(share: Share) -> dict[str, Any]:
    owner = the_world().accounts[share.owner_id]
    server = the_world().servers[share.machine_id]
    about_owner = {"owned": False, "ownerId": owner.id, "sourceTitle": owner.title}
    return {**_resource(server, share.access_token), **about_owner}


def _resource(server: Server, access_token: str | None) -> dict[str, Any]:
    return {
        "name": server.name,
        "product": "Plex Media Server",
        "productVersion": "1.40.0.0",
        "platform": "Linux",
        "platformVersion": "12",
        "device": "PC",
        "clientIdentifier": server.machine_id,
        "createdAt": utc_text(server.created_at),
        "lastSeenAt": utc_text(the_world().now()),
        "provides": "server",
        "publicAddress": "192.0.2.10",
        "accessToken": access_token,
        "home": False,
        "synced": False,
        "relay": True,
        "presence": True,
        "httpsRequired": False,
        "publicAddressMatches": False,
        "dnsRebindingProtection": False,
        "natLoopbackSupported": False,
        "connections": [_connection("192.0.2.10", local=False), _connection("192.168.1.10", local=True)],
    }


def _connection(address: str, *, local: bool) -> dict[str, Any]:
    return {
        "protocol": "https",
        "address": address,
        "port": 32400,
        "uri": f"https://{address.replace('.', '-')}.plex.invalid:32400",
        "local": local,
        "relay": False,
        "IPv6": False,
    }
