"""Routes for those who are invited."""

from http import HTTPStatus

from chalice.app import Response

from chalicelib import wiring
from chalicelib.domain.sessions import SIGN_IN_LIFETIME
from chalicelib.entrypoints import shapes
from chalicelib.entrypoints.bodies import Nothing
from chalicelib.entrypoints.http import Api, bearer_token, body, cookie, ok
from chalicelib.usecases import following, redeeming

api = Api(__name__)


@api.route("/health", methods=["GET"])
def health() -> Response:
    return ok({"status": "ok"})


@api.route("/signup/{code}", methods=["GET"])
def show_offer(code: str) -> Response:
    return ok(shapes.offer(redeeming.validate(code, invites=wiring.invites(), now=wiring.now())))


@api.route("/signup/{code}/plex", methods=["POST"])
def start_sign_in(code: str) -> Response:
    body(api.current_request, Nothing)
    started = redeeming.start_sign_in(
        code,
        invites=wiring.invites(),
        sign_ins=wiring.sign_ins(),
        plex=wiring.plex_sign_in(),
        new_id=wiring.new_id,
        now=wiring.now(),
    )
    sign_in = started.sign_in
    return ok(
        shapes.sign_in(sign_in.id, started.pin, sign_in.expires_at),
        HTTPStatus.CREATED,
        **{"Set-Cookie": _browser_cookie(sign_in.id, started.browser_secret, secure=started.secure)},
    )


@api.route("/signup/{code}/plex/{sign_in_id}", methods=["POST"])
def complete_sign_in(code: str, sign_in_id: str) -> Response:
    body(api.current_request, Nothing)
    secret = cookie(api.current_request, _cookie_name(sign_in_id))
    redeemed = wiring.redeeming().complete(code, sign_in_id, secret, wiring.now())
    if redeemed is None:
        return ok({"state": "waiting"}, HTTPStatus.ACCEPTED)
    content = {"token": redeemed.token, "redemption": shapes.redemption(redeemed.redemption)}
    return ok(content, HTTPStatus.ACCEPTED)


@api.route("/redemptions/{redemption_id}", methods=["GET"])
def show_redemption(redemption_id: str) -> Response:
    redemption = following.follow(
        redemption_id,
        token=bearer_token(api.current_request),
        sessions=wiring.sessions(),
        redemptions=wiring.redemptions(),
        now=wiring.now(),
    )
    return ok(shapes.redemption(redemption))


def _cookie_name(sign_in_id: str) -> str:
    return f"sign_in_{sign_in_id}"


def _browser_cookie(sign_in_id: str, secret: str, *, secure: bool) -> str:
    """Binds the sign-in to this browser; one cookie each, so that none can be planted for a later sign-in."""
    lifetime = int(SIGN_IN_LIFETIME.total_seconds())
    cookie_text = f"{_cookie_name(sign_in_id)}={secret}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Lax"
    return cookie_text + ("; Secure" if secure else "")
