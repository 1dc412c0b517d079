"""Servers and people through v1, always in XML: `/api/servers/{mid}`, `/api/users/`, `/api/friends`."""

from xml.etree.ElementTree import Element

from flask import Blueprint, Response

from local.plex.answers import container, element, xml_answer
from local.plex.errors import Gone
from local.plex.routes.caller import account, the_world
from local.plex.routes.lists import page
from local.plex.rules import sharing
from local.plex.rules.homes import shown_at_home
from local.plex.rules.model import Account, Share
from local.plex.rules.people import people_listed, shares_between
from local.plex.rules.settings import DEFAULTS, as_shown

v1 = Blueprint("v1", __name__, url_prefix="/api")


@v1.get("/servers/<machine_id>")
def show_server(machine_id: str) -> Response:
    server = the_world().server_of(account(), machine_id)
    sections = [
        element("Section", {"id": one.id, "key": one.key, "type": one.type, "title": one.title})
        for one in server.sections
    ]
    about = {
        "name": server.name,
        "address": "192.0.2.10",
        "port": 32400,
        "scheme": "http",
        "machineIdentifier": server.machine_id,
        "createdAt": int(server.created_at.timestamp()),
        "owned": True,
    }
    shown = element("Server", about, *sections)
    return xml_answer(container(shown, machineIdentifier=server.machine_id))


@v1.get("/users/")
def list_people() -> Response:
    me = account()
    return xml_answer(page(*(_person(me, person) for person in people_listed(the_world(), me))))


@v1.route("/friends", methods=["GET", "POST", "PUT", "DELETE"], defaults={"anything": ""})
@v1.route("/friends/<path:anything>", methods=["GET", "POST", "PUT", "DELETE"])
def no_friends_any_more(anything: str) -> Response:  # noqa: ARG001 - every path below is gone
    raise Gone


def _person(me: Account, person: Account) -> Element:
    shared_by_me = shares_between(the_world(), me.id, person.id)
    shared_with_me = [share for share in shares_between(the_world(), person.id, me.id) if share.accepted_at]
    settings = shared_by_me[0].settings if shared_by_me else DEFAULTS
    about = {
        "id": person.id,
        "title": person.title,
        "username": person.username,
        "email": person.email,
        "recommendationsPlaylistId": "",
        "thumb": f"https://plex.tv/users/{person.uuid}/avatar",
        "protected": False,
        "home": shown_at_home(the_world(), me, person),
        "admin": False,
        "guest": False,
        "restricted": person.restricted,
    }
    rows = [_share(me, share) for share in shared_by_me + shared_with_me if not share.cancelled]
    return element("User", {**about, **as_shown(settings, the_world().options)}, *rows)


def _share(me: Account, share: Share) -> Element:
    server = the_world().servers[share.machine_id]
    about = {
        "id": share.id,
        "serverId": server.id,
        "machineIdentifier": server.machine_id,
        "name": server.name,
        "lastSeenAt": int(the_world().now().timestamp()),
        "numLibraries": len(sharing.sections_of(the_world(), share)),
        "allLibraries": share.all_libraries,
        "owned": share.owner_id == me.id,
        "pending": share.pending,
    }
    return element("Server", about)
