"""Routes for the first run, and for renewing the owner's Plex token."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Response

from chalicelib.accounts.rate_limits import Route
from chalicelib.setup.model import SetupState
from chalicelib.setup.setting_up import SettingUp
from chalicelib.web.bodies import Nothing, Unset
from chalicelib.web.http import Api, body, find_caller, ok
from chalicelib.web.sign_in_cookies import ended_soon, kept_secret, show_started, show_waiting
from chalicelib.wiring import now, use

api = Api(__name__)


class SetUp(msgspec.Struct, forbid_unknown_fields=True):
    """Without a set-up token it is the signed-in owner who renews."""

    setup_token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | Unset = msgspec.UNSET


class ChooseServer(msgspec.Struct, forbid_unknown_fields=True):
    machine_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


@api.route("/setup", methods=["GET"])
def show_setup() -> Response:
    state = use(SettingUp).state()
    return ok({"needed": state is SetupState.NEEDED, "state": state.value})


@api.route("/setup", methods=["POST"], limited=Route.SET_UP)
def start_setup() -> Response:
    given = body(api.current_request, SetUp)
    if isinstance(given.setup_token, str):
        return show_started(use(SettingUp).start(given.setup_token, now=now()))
    return show_started(use(SettingUp).start_again(by=find_caller(api.current_request), now=now()))


@api.route("/setup/{sign_in_id}", methods=["POST"], limited=Route.COMPLETE_SIGN_IN)
def complete_setup(sign_in_id: str) -> Response:
    body(api.current_request, Nothing)
    secret = kept_secret(api.current_request, sign_in_id)
    owner = use(SettingUp).complete(sign_in_id, secret, now=now())
    if owner is None:
        return show_waiting()
    servers = [{"machine_id": server.machine_id, "name": server.name} for server in owner.servers]
    return ok({"token": owner.token, "servers": servers}, HTTPStatus.OK, **ended_soon(api.current_request, sign_in_id))


@api.route("/setup/server", methods=["PUT"])
def choose_server() -> Response:
    by = find_caller(api.current_request)
    chosen = body(api.current_request, ChooseServer)
    use(SettingUp).choose_server(chosen.machine_id, by=by, now=now())
    return ok({"needed": False, "state": use(SettingUp).state().value}, HTTPStatus.ACCEPTED)
