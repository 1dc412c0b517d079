"""Routes for signing in and out."""

from http import HTTPStatus

import msgspec
from chalice.app import Response

from chalicelib.accounts.managing import ManagingUsers
from chalicelib.accounts.model import SignedIn
from chalicelib.accounts.password_sign_in import SigningInWithPassword
from chalicelib.accounts.rate_limits import Route
from chalicelib.common.people import known_permissions
from chalicelib.redemptions.signing_in import SigningInWithPlex
from chalicelib.web.accounts.users import quota_use_shape, user_shape
from chalicelib.web.bodies import Email, Nothing, Password
from chalicelib.web.http import Api, body, find_caller, find_session, ok
from chalicelib.web.shapes import moment
from chalicelib.web.sign_in_cookies import ended_soon, kept_secret, show_started, show_waiting
from chalicelib.wiring import now, ports, use

api = Api(__name__)


class PasswordSignIn(msgspec.Struct, forbid_unknown_fields=True):
    email: Email
    password: Password


@api.route("/auth/plex", methods=["POST"], limited=Route.START_SIGN_IN)
def start_plex_sign_in() -> Response:
    body(api.current_request, Nothing)
    return show_started(use(SigningInWithPlex).start(now=now()))


@api.route("/auth/plex/{sign_in_id}", methods=["POST"], limited=Route.COMPLETE_SIGN_IN)
def complete_plex_sign_in(sign_in_id: str) -> Response:
    body(api.current_request, Nothing)
    secret = kept_secret(api.current_request, sign_in_id)
    signed_in = use(SigningInWithPlex).complete(sign_in_id, secret, now=now())
    return _show_signed_in(signed_in, **ended_soon(api.current_request, sign_in_id)) if signed_in else show_waiting()


@api.route("/auth/local", methods=["POST"], limited=Route.LOCAL_SIGN_IN)
def sign_in_with_password() -> Response:
    given = body(api.current_request, PasswordSignIn)
    return _show_signed_in(use(SigningInWithPassword).sign_in(given.email, given.password, now=now()))


@api.route("/auth/me", methods=["GET"])
def show_me() -> Response:
    by = find_caller(api.current_request)
    quota_use, settings = use(ManagingUsers).show_own(by=by, now=now())
    content = {
        "user": user_shape(by),
        "permissions": known_permissions(by.permissions),
        "quota": quota_use_shape(quota_use),
        "trial_ends_at": moment(by.trial_ends_at),
        "signup_enabled": settings.signup_enabled,
    }
    return ok(content)


@api.route("/auth/session", methods=["DELETE"])
def sign_out() -> Response:
    session, _ = find_session(api.current_request)
    ports.sessions.end(session.token_hash)
    return ok("", HTTPStatus.NO_CONTENT)


@api.route("/auth/sessions", methods=["DELETE"])
def sign_out_everywhere() -> Response:
    ports.sessions.end_all(find_caller(api.current_request).id)
    return ok("", HTTPStatus.NO_CONTENT)


def _show_signed_in(signed_in: SignedIn, **headers: str) -> Response:
    return ok({"token": signed_in.token, "user": user_shape(signed_in.user)}, HTTPStatus.OK, **headers)
