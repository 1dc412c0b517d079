"""Routes for one's own account: its password, and where one is signed in; and for setting a new password by a link."""

from http import HTTPStatus

import msgspec
from chalice.app import Response

from chalicelib.accounts.own_sessions import OwnSessions
from chalicelib.accounts.passwords import ChangingPasswords
from chalicelib.accounts.rate_limits import Route
from chalicelib.web.bodies import Password
from chalicelib.web.http import Api, body, find_caller, find_session, ok
from chalicelib.web.shapes import moment
from chalicelib.wiring import now, use

api = Api(__name__)


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    old: Password
    new: Password


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    new: Password


@api.route("/me/password", methods=["PUT"])
def change_password() -> Response:
    session, by = find_session(api.current_request)
    given = body(api.current_request, PasswordChange)
    use(ChangingPasswords).change(given.old, given.new, by=by, session=session, now=now())
    return ok("", HTTPStatus.NO_CONTENT)


@api.route("/me/sessions", methods=["GET"])
def list_sessions() -> Response:
    present, by = find_session(api.current_request)
    listed = [
        {
            "id": session.id,
            "created_at": moment(session.created_at),
            "expires_at": moment(session.expires_at),
            "current": session.id == present.id,
        }
        for session in use(OwnSessions).list(by=by, now=now())
    ]
    return ok({"sessions": listed})


@api.route("/me/sessions/{session_id}", methods=["DELETE"])
def end_session(session_id: str) -> Response:
    use(OwnSessions).end(session_id, by=find_caller(api.current_request))
    return ok("", HTTPStatus.NO_CONTENT)


@api.route("/users/{user_id}/password-reset", methods=["POST"])
def offer_reset(user_id: str) -> Response:
    link = use(ChangingPasswords).offer_reset(user_id, by=find_caller(api.current_request), now=now())
    return ok({"url": link.url, "expires_at": moment(link.expires_at)}, HTTPStatus.CREATED)


@api.route("/auth/password/{token}", methods=["PUT"], limited=Route.LOCAL_SIGN_IN)
def reset_password(token: str) -> Response:
    given = body(api.current_request, NewPassword)
    use(ChangingPasswords).reset(token, given.new, now=now())
    return ok("", HTTPStatus.NO_CONTENT)
