"""Routes for one's own account: password, sessions, what is stored of it, and leaving; and for a password's reset."""

from datetime import datetime
from http import HTTPStatus

import msgspec
from chalice.app import Response

from chalicelib.accounts.own_sessions import OwnSessions
from chalicelib.accounts.passwords import ChangingPasswords
from chalicelib.accounts.rate_limits import Route
from chalicelib.accounts.sessions import Session
from chalicelib.invites.closing import ClosingInviters
from chalicelib.redemptions.exporting import ExportingOwnData, OwnData
from chalicelib.web.access.shapes import access_shape
from chalicelib.web.accounts.users import user_shape
from chalicelib.web.bodies import Password
from chalicelib.web.http import Api, body, find_caller, find_session, language_of, ok
from chalicelib.web.invites.shapes import by_itself
from chalicelib.web.redemptions.shapes import redemption_shape
from chalicelib.web.shapes import Json, full_entry, moment
from chalicelib.wiring import now, use

api = Api(__name__)

_AS_FILE = {"Content-Disposition": 'attachment; filename="streamarr-data.json"'}


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
    return ok({"sessions": _sessions_shape(use(OwnSessions).list(by=by, now=now()), present)})


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


@api.route("/me/export", methods=["GET"])
def export() -> Response:
    """What is stored of the caller, as a file."""
    request, at = api.current_request, now()
    present, by = find_session(request)
    own = use(ExportingOwnData).export(by=by, now=at)
    return ok(_export_shape(own, present, language_of(request), at), HTTPStatus.OK, **_AS_FILE)


@api.route("/me", methods=["DELETE"])
def leave() -> Response:
    """Close one's own account; what it was given on Plex is taken away."""
    use(ClosingInviters).leave(by=find_caller(api.current_request), now=now())
    return ok("", HTTPStatus.NO_CONTENT)


def _export_shape(own: OwnData, present: Session, language: str, at: datetime) -> Json:
    settings, request = own.member.settings, own.request
    return {
        "exported_at": moment(at),
        "complete": own.complete,
        "account": user_shape(own.member.user),
        "access": access_shape(own.member, language, at),
        "redemptions": [redemption_shape(each, language) for each in own.redemptions],
        "invites": [by_itself(each, settings, at) for each in own.invites.items],
        "sessions": _sessions_shape(own.sessions, present),
        "extension": request and {"message": request.message, "asked_at": moment(request.asked_at)},
        "journal": [full_entry(each) for each in own.entries.items],
    }


def _sessions_shape(sessions: list[Session], present: Session) -> list[Json]:
    return [
        {
            "id": session.id,
            "created_at": moment(session.created_at),
            "expires_at": moment(session.expires_at),
            "current": session.id == present.id,
        }
        for session in sessions
    ]
