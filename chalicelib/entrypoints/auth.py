"""Routes for signing in and out."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Response

from chalicelib import wiring
from chalicelib.domain.quotas import standing
from chalicelib.domain.rate_limits import Route
from chalicelib.entrypoints.bodies import Nothing
from chalicelib.entrypoints.browser import begun, kept_secret, waiting
from chalicelib.entrypoints.http import Api, bearer_token, body, caller, ok
from chalicelib.entrypoints.shapes import moment
from chalicelib.entrypoints.users import standing_shape, user_shape
from chalicelib.usecases.quotas import in_force
from chalicelib.usecases.signing_in import SignedIn

api = Api(__name__)

LONGEST_PASSWORD = 200


class Password(msgspec.Struct, forbid_unknown_fields=True):
    email: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_PASSWORD)]


@api.route("/auth/plex", methods=["POST"], limited=Route.START_SIGN_IN)
def start_plex_sign_in() -> Response:
    body(api.current_request, Nothing)
    return begun(wiring.signing_in_with_plex().start(wiring.house().get(), wiring.now()))


@api.route("/auth/plex/{sign_in_id}", methods=["POST"], limited=Route.COMPLETE_SIGN_IN)
def complete_plex_sign_in(sign_in_id: str) -> Response:
    body(api.current_request, Nothing)
    secret = kept_secret(api.current_request, sign_in_id)
    signed_in = wiring.signing_in_with_plex().complete(sign_in_id, secret, wiring.now())
    return _welcome(signed_in) if signed_in else waiting()


@api.route("/auth/local", methods=["POST"], limited=Route.LOCAL_SIGN_IN)
def sign_in_with_password() -> Response:
    given = body(api.current_request, Password)
    return _welcome(wiring.signing_in_with_password().sign_in(given.email, given.password, wiring.now()))


@api.route("/auth/me", methods=["GET"])
def show_me() -> Response:
    user, now = caller(api.current_request), wiring.now()
    ground = wiring.invites().groundwork(user.id)
    content = {
        "user": user_shape(user),
        "permissions": sorted(user.permissions),
        "quota": standing_shape(standing(in_force(user, ground.settings), ground.created, now)),
        "trial_ends_at": moment(user.trial_ends_at),
    }
    return ok(content)


@api.route("/auth/session", methods=["DELETE"])
def sign_out() -> Response:
    caller(api.current_request)
    wiring.sessions().end(bearer_token(api.current_request))
    return ok("", HTTPStatus.NO_CONTENT)


@api.route("/auth/sessions", methods=["DELETE"])
def sign_out_everywhere() -> Response:
    wiring.sessions().end_all(caller(api.current_request).id, wiring.now())
    return ok("", HTTPStatus.NO_CONTENT)


@api.route("/auth/account", methods=["DELETE"])
def leave() -> Response:
    """Close one's own account; what it was given on Plex is taken away."""
    wiring.managing_users().leave(by=caller(api.current_request), now=wiring.now())
    return ok("", HTTPStatus.NO_CONTENT)


def _welcome(signed_in: SignedIn) -> Response:
    return ok({"token": signed_in.token, "user": user_shape(signed_in.user)})
