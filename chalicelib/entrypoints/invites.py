"""Routes for invites."""

from http import HTTPStatus

from chalice.app import Response

from chalicelib import wiring
from chalicelib.entrypoints import invite_shapes, metrics, shapes
from chalicelib.entrypoints.http import Api, body, caller, caller_with_settings, ok
from chalicelib.entrypoints.invite_bodies import ChangeInvite, CreateInvite, search_of
from chalicelib.entrypoints.metrics import Metric
from chalicelib.entrypoints.paging import limit_of, listed, place_of
from chalicelib.usecases import editing_invites, inviting, reading_invites

api = Api(__name__)


@api.route("/invites", methods=["GET"])
def list_invites() -> Response:
    request, now = api.current_request, wiring.now()
    reader, settings = caller_with_settings(request)
    found = reading_invites.find(
        search_of(request),
        reader=reader,
        invites=wiring.invites(),
        after=place_of(request),
        limit=limit_of(request),
        now=now,
    )
    content = listed("invites", found.page, lambda each: invite_shapes.listed(each, settings, now, found.states))
    return ok(content)


@api.route("/invites", methods=["POST"])
def create_invite() -> Response:
    creator = caller(api.current_request)
    wishes = body(api.current_request, CreateInvite).wishes()
    now = wiring.now()
    created = inviting.create(wishes, creator=creator, invites=wiring.invites(), new_id=wiring.new_id, now=now)
    metrics.record(Metric.INVITES_CREATED)
    return ok(invite_shapes.invite(*created, now, redeemed_by=[]), HTTPStatus.CREATED)


@api.route("/invites/{code}", methods=["GET"])
def show_invite(code: str) -> Response:
    reader, now = caller(api.current_request), wiring.now()
    shown = reading_invites.show(code, reader=reader, invites=wiring.invites(), audit=wiring.audit())
    return ok(invite_shapes.shown(shown, now))


@api.route("/invites/{code}", methods=["PATCH"])
def change_invite(code: str) -> Response:
    editor = caller(api.current_request)
    changes = body(api.current_request, ChangeInvite).edit()
    now = wiring.now()
    editing_invites.edit(
        code,
        changes,
        editor=editor,
        invites=wiring.invites(),
        images=wiring.qr_records(),
        new_id=wiring.new_id,
        now=now,
    )
    shown = reading_invites.show(code, reader=editor, invites=wiring.invites(), audit=wiring.audit())
    return ok(invite_shapes.shown(shown, now))


@api.route("/invites/{code}", methods=["DELETE"])
def delete_invite(code: str) -> Response:
    editing_invites.delete(
        code,
        by=caller(api.current_request),
        invites=wiring.invites(),
        images=wiring.qr_records(),
        new_id=wiring.new_id,
        now=wiring.now(),
    )
    return ok("", HTTPStatus.NO_CONTENT)


@api.route("/invites/{code}/redemptions", methods=["GET"])
def list_redemptions(code: str) -> Response:
    request = api.current_request
    page = reading_invites.history(
        code, reader=caller(request), invites=wiring.invites(), after=place_of(request), limit=limit_of(request)
    )
    return ok(listed("redemptions", page, shapes.redemption))
