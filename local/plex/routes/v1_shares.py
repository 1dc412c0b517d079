"""Sharing through v1: `/api/servers/{mid}/shared_servers`."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from flask import Blueprint, Response

from local.plex.answers import container, element, xml_answer
from local.plex.errors import Malformed
from local.plex.routes.caller import account, body, numbers, the_world
from local.plex.routes.lists import page
from local.plex.rules import sharing
from local.plex.rules.model import Account, Invitee, Share
from local.plex.rules.people import invitee_named, invitee_with_id
from local.plex.rules.settings import DEFAULTS, as_shown, changed

v1_shares = Blueprint("v1_shares", __name__, url_prefix="/api/servers/<machine_id>/shared_servers")


@v1_shares.get("")
def list_shares(machine_id: str) -> Response:
    shares = sharing.shares_of_server(the_world(), account(), machine_id)
    return xml_answer(page(*map(_as_element, shares), machineIdentifier=machine_id))


@v1_shares.post("")
def share(machine_id: str) -> Response:
    owner, asked = account(), _asked()
    offer = sharing.Offer(
        machine_id=machine_id,
        invitee=_invitee(owner, asked),
        invited_email=asked.get("invited_email"),
        section_ids=numbers(asked.get("library_section_ids")),
        settings=changed(DEFAULTS, body().get("sharing_settings", {}), may_set_tuners=False),
        asks_friendship=True,
    )
    return _answer(sharing.share(the_world(), owner, offer))


@v1_shares.get("/<int:share_id>")
def show(machine_id: str, share_id: int) -> Response:
    return _answer(sharing.share_of_server(the_world(), account(), machine_id, share_id))


@v1_shares.put("/<int:share_id>")
def replace_libraries(machine_id: str, share_id: int) -> Response:
    share = sharing.share_of_server(the_world(), account(), machine_id, share_id)
    sharing.replace_libraries(the_world(), share, numbers(_asked().get("library_section_ids")))
    return _answer(share)


@v1_shares.delete("/<int:share_id>")
def end(machine_id: str, share_id: int) -> Response:
    sharing.end(the_world(), sharing.share_of_server(the_world(), account(), machine_id, share_id))
    return xml_answer(container(machineIdentifier=machine_id))


def _asked() -> Mapping[str, Any]:
    asked = body().get("shared_server")
    if not isinstance(asked, Mapping):
        raise Malformed
    return asked


def _invitee(owner: Account, asked: Mapping[str, Any]) -> Invitee:
    if str(asked.get("invited_id") or "").isdecimal():
        return invitee_with_id(the_world(), owner, int(asked["invited_id"]))
    if isinstance(asked.get("invited_email"), str):
        return invitee_named(the_world(), asked["invited_email"])
    raise Malformed("Say whom to invite")


def _answer(share: Share) -> Response:
    return xml_answer(container(_as_element(share), machineIdentifier=share.machine_id))


def _as_element(share: Share) -> Element:
    """Show the share with every section of the server, marked as shared or not."""
    shared = {section.id for section in sharing.sections_of(the_world(), share)}
    sections = [
        element(
            "Section",
            {"id": one.id, "key": one.key, "title": one.title, "type": one.type, "shared": one.id in shared},
        )
        for one in the_world().servers[share.machine_id].sections
    ]
    return element(
        "SharedServer",
        {**_invitee_facts(share), **_share_facts(share), **as_shown(share.settings, the_world().options)},
        *sections,
    )


def _invitee_facts(share: Share) -> dict[str, object]:
    if isinstance(share.invitee, str):
        return {"username": "", "email": share.invitee, "userID": ""}
    person = the_world().accounts[share.invitee]
    return {"username": person.username or person.title, "email": person.email, "userID": person.id}


def _share_facts(share: Share) -> dict[str, object]:
    return {
        "id": share.id,
        "name": the_world().servers[share.machine_id].name,
        "accessToken": share.access_token,
        "invitedAt": int(share.invited_at.timestamp()),
        "acceptedAt": int(share.accepted_at.timestamp()) if share.accepted_at else 0,
        "allLibraries": share.all_libraries,
        "owned": True,
    }
