"""Routes for invites."""

from http import HTTPStatus

from chalice.app import Response

from chalicelib import wiring
from chalicelib.entrypoints import shapes
from chalicelib.entrypoints.bodies import CreateInvite
from chalicelib.entrypoints.http import Api, body, caller, ok
from chalicelib.usecases import inviting

api = Api(__name__)


@api.route("/invites", methods=["POST"])
def create_invite() -> Response:
    creator = caller(api.current_request)
    wishes = body(api.current_request, CreateInvite).wishes()
    now = wiring.now()
    invite, settings = inviting.create(
        wishes, creator=creator, invites=wiring.invites(), settings=wiring.house(), now=now
    )
    return ok(shapes.invite(invite, settings, [], now), HTTPStatus.CREATED)


@api.route("/invites/{code}", methods=["GET"])
def show_invite(code: str) -> Response:
    reader = caller(api.current_request)
    invite, settings, history = inviting.show(code, reader=reader, invites=wiring.invites())
    return ok(shapes.invite(invite, settings, history, wiring.now()))
