"""Routes for the first run, and for renewing the owner's Plex token."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Response

from chalicelib import wiring
from chalicelib.domain.ownership import SetupState
from chalicelib.domain.rate_limits import Route
from chalicelib.entrypoints.bodies import Nothing
from chalicelib.entrypoints.browser import begun, kept_secret, waiting
from chalicelib.entrypoints.http import Api, body, caller, ok

api = Api(__name__)


class SetUp(msgspec.Struct, forbid_unknown_fields=True):
    """Without a set-up token it is the signed-in owner who renews."""

    setup_token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | msgspec.UnsetType = msgspec.UNSET


class ChooseServer(msgspec.Struct, forbid_unknown_fields=True):
    machine_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


@api.route("/setup", methods=["GET"])
def show_setup() -> Response:
    state = wiring.setting_up().state()
    return ok({"needed": state is SetupState.NEEDED, "state": state.value})


@api.route("/setup", methods=["POST"], limited=Route.SET_UP)
def start_setup() -> Response:
    given = body(api.current_request, SetUp)
    setting_up, now = wiring.setting_up(), wiring.now()
    if isinstance(given.setup_token, str):
        return begun(setting_up.start(given.setup_token, now))
    return begun(setting_up.start_again(caller(api.current_request), now))


@api.route("/setup/{sign_in_id}", methods=["POST"], limited=Route.COMPLETE_SIGN_IN)
def complete_setup(sign_in_id: str) -> Response:
    body(api.current_request, Nothing)
    secret = kept_secret(api.current_request, sign_in_id)
    taken_over = wiring.setting_up().complete(sign_in_id, secret, wiring.now())
    if taken_over is None:
        return waiting()
    servers = [{"machine_id": server.machine_id, "name": server.name} for server in taken_over.servers]
    return ok({"token": taken_over.token, "servers": servers})


@api.route("/setup/server", methods=["PUT"])
def choose_server() -> Response:
    by = caller(api.current_request)
    chosen = body(api.current_request, ChooseServer)
    setting_up = wiring.setting_up()
    setting_up.choose(chosen.machine_id, by, wiring.now())
    state = setting_up.state()
    return ok({"needed": False, "state": state.value}, HTTPStatus.ACCEPTED)
