"""Invites through v1: `/api/invites/requested` (sent) and `/api/invites/requests` (received)."""

from xml.etree.ElementTree import Element

from flask import Blueprint, Response

from local.plex.answers import container, element, xml_answer
from local.plex.errors import NotFound
from local.plex.routes.caller import account, parts, the_world
from local.plex.routes.lists import page
from local.plex.rules import invitations, sharing
from local.plex.rules.invitations import Invitation
from local.plex.rules.model import Invitee

invites = Blueprint("invites", __name__, url_prefix="/api/invites")


@invites.before_request
def refuse_if_gone() -> None:
    invitations.refuse_if_gone(the_world())


@invites.get("/requested")
def sent() -> Response:
    rows = invitations.sent_by(the_world(), account())
    return xml_answer(page(*(_as_element(row, row.invitee) for row in rows)))


@invites.get("/requests")
def received() -> Response:
    rows = invitations.received_by(the_world(), account())
    return xml_answer(container(*(_as_element(row, row.inviter_id) for row in rows)))


@invites.put("/requests/<int:inviter_id>")
def accept(inviter_id: int) -> Response:
    invitations.accept(the_world(), account(), inviter_id, parts())
    return xml_answer(element("Response", {"code": 0, "status": "Accepted"}))


@invites.delete("/requested/<invitee>")
def cancel(invitee: str) -> Response:
    """Cancel by account id or, where no account has the e-mail address yet, by that address."""
    inviter = account()
    if not invitee.isdecimal() and "@" not in invitee:
        raise NotFound
    whom: Invitee = int(invitee) if invitee.isdecimal() else invitee.lower()
    invitations.cancel(the_world(), inviter, whom, parts())
    return xml_answer(element("Response", {"code": 0, "status": "Cancelled"}))


def _as_element(invitation: Invitation, other: Invitee) -> Element:
    """Show an invite from one side; like plex.tv, name its servers without their machine identifiers."""
    about = {
        "createdAt": int(invitation.created_at.timestamp()),
        "friend": invitation.friend,
        "home": invitation.home,
        "server": bool(invitation.shares),
    }
    servers = [
        element(
            "Server",
            {
                "name": the_world().servers[share.machine_id].name,
                "numLibraries": len(sharing.sections_of(the_world(), share)),
            },
        )
        for share in invitation.shares
    ]
    return element("Invite", {**_other_side(other), **about}, *servers)


def _other_side(other: Invitee) -> dict[str, object]:
    if isinstance(other, str):
        return {"id": other, "username": "", "email": other, "friendlyName": other, "thumb": ""}
    person = the_world().accounts[other]
    return {
        "id": person.id,
        "username": person.username,
        "email": person.email,
        "friendlyName": person.title,
        "thumb": f"https://plex.tv/users/{person.uuid}/avatar",
    }
