"""What binds a sign-in to the browser that began it: a cookie that no script can read, one for each sign-in."""

from http import HTTPStatus

from chalice.app import Request, Response

from chalicelib.accounts.plex_sign_ins import StartedSignIn
from chalicelib.accounts.sessions import ASKED_AGAIN_WITHIN, SIGN_IN_LIFETIME
from chalicelib.web.http import cookie, ok
from chalicelib.web.shapes import moment


def show_started(started: StartedSignIn) -> Response:
    """The answer to beginning a sign-in; its cookie is of its own, so that none can be planted for a later one."""
    sign_in = started.sign_in
    kept = _cookie(sign_in.id, started.browser_secret, int(SIGN_IN_LIFETIME.total_seconds()))
    return ok(
        {"sign_in_id": sign_in.id, "auth_url": started.pin.auth_url, "expires_at": moment(sign_in.expires_at)},
        HTTPStatus.CREATED,
        **{"Set-Cookie": kept + ("; Secure" if started.secure else "")},
    )


def kept_secret(request: Request, sign_in_id: str) -> str:
    """What this browser keeps of that sign-in, empty when it did not begin it."""
    return cookie(request, _name(sign_in_id))


def ended_soon(request: Request, sign_in_id: str) -> dict[str, str]:
    """The header by which the cookie of a completed sign-in ends once that cannot be repeated any more."""
    lifetime = int(ASKED_AGAIN_WITHIN.total_seconds())
    return {"Set-Cookie": _cookie(sign_in_id, kept_secret(request, sign_in_id), lifetime)}


def show_waiting() -> Response:
    return ok({"state": "waiting"}, HTTPStatus.ACCEPTED)


def _cookie(sign_in_id: str, secret: str, lifetime: int) -> str:
    return f"{_name(sign_in_id)}={secret}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Lax"


def _name(sign_in_id: str) -> str:
    return f"sign_in_{sign_in_id}"
