"""Control: PINs, tokens and shares, as plex.tv itself sees them."""

from typing import Any

from flask import Blueprint, abort, request

from local.plex.control.reading import account_with, section_with, server_with, told
from local.plex.errors import Refusal
from local.plex.routes.caller import the_world
from local.plex.rules import sharing, sign_in
from local.plex.rules.model import Pin, Share
from local.plex.rules.settings import DEFAULTS, changed

access = Blueprint("access", __name__, url_prefix="/_standin")
Said = dict[str, Any]


@access.errorhandler(Refusal)
def refuse(refusal: Refusal) -> tuple[Said, int]:
    return {"error": str(refusal)}, refusal.status


@access.get("/pins")
def list_pins() -> Said:
    return {"pins": [_as_pin(pin) for pin in the_world().pins.values()]}


@access.post("/pins/<code_or_id>/approve")
def approve_pin(code_or_id: str) -> Said:
    pin = sign_in.pin_by_code_or_id(the_world(), code_or_id)
    sign_in.approve(the_world(), pin, account_with(told("account_id")["account_id"]))
    return _as_pin(pin)


@access.post("/pins/<code_or_id>/deny")
def deny_pin(code_or_id: str) -> tuple[str, int]:
    sign_in.deny(the_world(), sign_in.pin_by_code_or_id(the_world(), code_or_id))
    return "", 204


@access.post("/pins/<code_or_id>/expire")
def expire_pin(code_or_id: str) -> tuple[str, int]:
    sign_in.pin_by_code_or_id(the_world(), code_or_id).expires_at = the_world().now()
    return "", 204


@access.get("/tokens")
def list_tokens() -> Said:
    """List the known tokens, and every secret ever issued, so that logs can be searched for them."""
    known = [
        {
            "token": token.value,
            "account_id": token.account_id,
            "client_identifier": token.client_identifier,
            "live": token.live,
        }
        for token in the_world().tokens.values()
    ]
    return {"tokens": known, "ever_issued": list(dict.fromkeys(the_world().ever_issued))}


@access.post("/tokens")
def issue_token() -> tuple[Said, int]:
    said = told("account_id", "client_identifier")
    token = sign_in.issue_token(the_world(), account_with(said["account_id"]), said["client_identifier"])
    return {"token": token.value}, 201


@access.post("/tokens/revoke")
def revoke_tokens() -> Said:
    """Revoke one `token`, or all of an `account_id`."""
    said = told(optional=("token", "account_id"))
    hit = [
        token
        for token in the_world().tokens.values()
        if token.live and (token.value == said.get("token") or token.account_id == said.get("account_id"))
    ]
    for token in hit:
        token.live = False
    return {"revoked": len(hit)}


@access.get("/shares")
def list_shares() -> Said:
    machine_id = request.args.get("machine_id")
    shares = the_world().shares.values()
    return {"shares": [_as_share(one) for one in shares if machine_id in (None, one.machine_id)]}


@access.post("/shares")
def add_share() -> tuple[Said, int]:
    """Share as if it had always been so; without `section_ids` everything is shared."""
    said = told("machine_id", "account_id", optional=("section_ids", "accepted", "settings"))
    server = server_with(said["machine_id"])
    offer = sharing.Offer(
        machine_id=server.machine_id,
        invitee=account_with(said["account_id"]).id,
        section_ids=[section_with(server, section_id).id for section_id in said.get("section_ids") or []],
        settings=changed(DEFAULTS, said.get("settings", {}), may_set_tuners=True),
    )
    share = sharing.share(the_world(), account_with(server.owner_id), offer)
    share.accepted_at = the_world().now() if said.get("accepted", True) else None
    return _as_share(share), 201


@access.patch("/shares/<int:share_id>")
def change_share(share_id: int) -> Said:
    """Change it as an owner does on plex.tv; `section_ids: []` shares everything."""
    said, share = told(optional=("section_ids", "settings", "accepted")), _share_with(share_id)
    if "section_ids" in said:
        server = server_with(share.machine_id)
        ids = [section_with(server, section_id).id for section_id in said["section_ids"] or []]
        sharing.replace_libraries(the_world(), share, ids)
    if "settings" in said:
        share.settings = changed(share.settings, said["settings"], may_set_tuners=True)
    if "accepted" in said:
        share.accepted_at = the_world().now() if said["accepted"] else None
    return _as_share(share)


@access.delete("/shares/<int:share_id>")
def remove_share(share_id: int) -> tuple[str, int]:
    """The owner ends it, or the person declines it."""
    sharing.end(the_world(), _share_with(share_id))
    return "", 204


def _share_with(share_id: int) -> Share:
    return the_world().shares.get(share_id) or abort(404, f"no share {share_id}")


def _as_pin(pin: Pin) -> Said:
    return {
        "id": pin.id,
        "code": pin.code,
        "client_identifier": pin.client_identifier,
        "product": pin.product,
        "expires_at": pin.expires_at.isoformat(),
        "account_id": pin.token.account_id if pin.token else None,
    }


def _as_share(share: Share) -> Said:
    known = isinstance(share.invitee, int)
    return {
        "id": share.id,
        "machine_id": share.machine_id,
        "owner_id": share.owner_id,
        "account_id": share.invitee if known else None,
        "email": share.invitee if not known else None,
        "section_ids": [section.id for section in sharing.sections_of(the_world(), share)],
        "all_libraries": share.all_libraries,
        "settings": share.settings,
        "accepted": share.accepted_at is not None,
        "cancelled": share.cancelled,
        "created_at": share.invited_at.isoformat(),
        "accepted_at": share.accepted_at.isoformat() if share.accepted_at else None,
    }
