"""Sharing through v2: `/api/v2/shared_servers` and `/api/v2/sharings`."""

from http import HTTPStatus
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, jsonify, request

from local.plex.errors import Gone, Malformed, NotFound
from local.plex.routes.caller import account, body, numbers, the_world
from local.plex.routes.pins import utc_text
from local.plex.rules import sharing
from local.plex.rules.model import Account, Invitee, Share
from local.plex.rules.people import invitee_named, invitee_with_id
from local.plex.rules.settings import DEFAULTS, as_shown, changed

v2_shares = Blueprint("v2_shares", __name__, url_prefix="/api/v2")


@v2_shares.post("/shared_servers")
def share() -> tuple[Response, int]:
    owner, said, world = account(), body(), the_world()
    offer = sharing.Offer(
        machine_id=str(said.get("machineIdentifier")),
        invitee=_invitee(owner),
        invited_email=said.get("invitedEmail"),
        section_ids=numbers(said.get("librarySectionIds")),
        settings=changed(DEFAULTS, said.get("settings", {}), may_set_tuners=True),
        asks_friendship=not said.get("skipFriendship"),
        needs_no_accepting=world.options.v2_shares_accepted_at_once,
    )
    return jsonify(_as_data(sharing.share(world, owner, offer))), HTTPStatus.CREATED


@v2_shares.get("/shared_servers/owned/accepted")
def owned_accepted() -> Response:
    return jsonify([_as_data(share) for share in _owned() if share.accepted_at])


@v2_shares.get("/shared_servers/owned/pending")
def owned_pending() -> Response:
    return jsonify([_as_data(share) for share in _owned() if not share.accepted_at])


@v2_shares.get("/shared_servers/invites/received/pending")
def received_pending() -> Response:
    me = account()
    _refuse_where_missing()
    waiting = sorted(sharing.pending_for(the_world(), me), key=_owner_id)
    return jsonify(
        [
            {"owner": _person(owner_id), "sharedServers": [_as_data(share) for share in shares]}
            for owner_id, shares in groupby(waiting, key=_owner_id)
        ]
    )


@v2_shares.post("/shared_servers/<int:share_id>/accept")
def accept(share_id: int) -> Response:
    me = account()
    _refuse_where_missing()
    offered = next((one for one in sharing.pending_for(the_world(), me) if one.id == share_id), None)
    if offered is None:
        raise NotFound
    sharing.accept(the_world(), me, [offered])
    return jsonify(_as_data(offered))


@v2_shares.post("/shared_servers/<int:share_id>")
def update(share_id: int) -> Response:
    owner, said = account(), body()
    share = sharing.own_share(the_world(), owner, share_id)
    if "settings" in said:
        sharing.change_share_settings(the_world(), owner, share, said["settings"])
    if "librarySectionIds" in said:
        sharing.replace_libraries(the_world(), share, numbers(said["librarySectionIds"]))
    return jsonify(_as_data(share))


@v2_shares.delete("/shared_servers/<int:share_id>")
def delete(share_id: int) -> tuple[str, int]:
    sharing.end(the_world(), sharing.own_share(the_world(), account(), share_id))
    return "", HTTPStatus.NO_CONTENT


@v2_shares.put("/sharings/<int:person>")
def change_settings(person: int) -> tuple[str, int]:
    sharing.change_settings(the_world(), account(), person, request.args)
    return "", HTTPStatus.NO_CONTENT


@v2_shares.delete("/sharings/<int:person>")
def part_with(person: int) -> tuple[str, int]:
    sharing.part_with(the_world(), account(), person)
    return "", HTTPStatus.NO_CONTENT


def _refuse_where_missing() -> None:
    match the_world().options.v2_invites_status:
        case None:
            return
        case HTTPStatus.GONE:
            raise Gone
        case _:
            raise NotFound


def _invitee(owner: Account) -> Invitee:
    said = body()
    if str(said.get("invitedId") or "").isdecimal():
        return invitee_with_id(the_world(), owner, int(said["invitedId"]))
    if isinstance(said.get("invitedEmail"), str):
        return invitee_named(the_world(), said["invitedEmail"])
    raise Malformed("Say whom to invite")


def _owned() -> list[Share]:
    owner = account()
    return [share for share in the_world().shares.values() if share.owner_id == owner.id]


def _owner_id(share: Share) -> int:
    return share.owner_id


def _as_data(share: Share) -> dict[str, Any]:
    server = the_world().servers[share.machine_id]
    sections = sharing.sections_of(the_world(), share)
    return {
        "id": share.id,
        "name": server.name,
        "ownerId": share.owner_id,
        "invitedId": share.invitee if isinstance(share.invitee, int) else None,
        "invitedEmail": share.invited_email,
        "serverId": server.id,
        "machineIdentifier": server.machine_id,
        "accepted": share.accepted_at is not None,
        "acceptedAt": utc_text(share.accepted_at) if share.accepted_at else None,
        "invitedAt": utc_text(share.invited_at),
        "allLibraries": share.all_libraries,
        "numLibraries": len(sections),
        "libraries": [{"id": one.id, "key": one.key, "title": one.title, "type": one.type} for one in sections],
        "sharingSettings": as_shown(share.settings, the_world().options),
        "owner": _person(share.owner_id),
        "invited": _person(share.invitee) if isinstance(share.invitee, int) else None,
    }


def _person(account_id: int) -> dict[str, Any]:
    person = the_world().accounts[account_id]
    return {
        "id": person.id,
        "uuid": person.uuid,
        "title": person.title,
        "username": person.username,
        "restricted": person.restricted,
    }
