"""Routes for those who are invited."""

from http import HTTPStatus

from chalice.app import Response

from chalicelib import wiring
from chalicelib.domain.rate_limits import Route
from chalicelib.entrypoints import metrics, shapes
from chalicelib.entrypoints.bodies import LocalAccount, Nothing
from chalicelib.entrypoints.browser import begun, kept_secret, waiting
from chalicelib.entrypoints.http import Api, bearer_token, body, ok
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.metrics import Metric
from chalicelib.usecases import following, joining_locally, redeeming
from chalicelib.usecases.redeeming import Redeemed

api = Api(__name__)


@api.route("/health", methods=["GET"])
def health() -> Response:
    return ok({"status": "ok"})


@api.route("/signup/{code}", methods=["GET"], limited=Route.VALIDATE)
def show_offer(code: str) -> Response:
    return ok(shapes.offer(redeeming.validate(code, invites=wiring.invites(), now=wiring.now())))


@api.route("/signup/{code}/plex", methods=["POST"], limited=Route.START_SIGN_IN)
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
    return begun(started)


@api.route("/signup/{code}/plex/{sign_in_id}", methods=["POST"], limited=Route.COMPLETE_SIGN_IN)
def complete_sign_in(code: str, sign_in_id: str) -> Response:
    body(api.current_request, Nothing)
    secret = kept_secret(api.current_request, sign_in_id)
    redeemed = wiring.redeeming().complete(code, sign_in_id, secret, wiring.now())
    if redeemed is None:
        return waiting()
    return _redeemed(redeemed)


@api.route("/signup/{code}/local", methods=["POST"], limited=Route.LOCAL_SIGN_UP)
def join_locally(code: str) -> Response:
    given = body(api.current_request, LocalAccount)
    who = joining_locally.applicant(given.email, given.username, given.password)
    return _redeemed(wiring.joining_locally().join(code, who, wiring.now()))


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


def _redeemed(redeemed: Redeemed) -> Response:
    metrics.record(Metric.INVITES_REDEEMED, redemption=redeemed.redemption.id)
    logger.info("redeemed", redemption=redeemed.redemption.id)
    content = {"token": redeemed.token, "redemption": shapes.redemption(redeemed.redemption)}
    return ok(content, HTTPStatus.ACCEPTED)
