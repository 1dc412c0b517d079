"""Routes for those who are invited."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from chalice.app import Request, Response

from chalicelib import __version__, metrics
from chalicelib.accounts.passwords import LONGEST_PASSWORD
from chalicelib.accounts.rate_limits import Route
from chalicelib.common.emails import LONGEST_EMAIL
from chalicelib.common.records import asdict
from chalicelib.invites.options import term_facts
from chalicelib.logs import logger
from chalicelib.metrics import Metric
from chalicelib.redemptions.following import FollowingRedemptions
from chalicelib.redemptions.joining_locally import LONGEST_USER_NAME, JoiningLocally, parse_applicant
from chalicelib.redemptions.offers import Offer, ReadingOffers
from chalicelib.redemptions.redeeming import Redeeming
from chalicelib.redemptions.returning import Redeemed
from chalicelib.web.bodies import Nothing
from chalicelib.web.http import Api, bearer_token, body, language_of, ok
from chalicelib.web.redemptions.shapes import redemption_shape
from chalicelib.web.shapes import Json, moment, restrictions_shape
from chalicelib.web.sign_in_cookies import ended_soon, kept_secret, show_started, show_waiting
from chalicelib.wiring import now, use

api = Api(__name__)


class LocalAccount(msgspec.Struct, forbid_unknown_fields=True):
    """What is too short is refused by ``parse_applicant``, so that of several fields the first one is named."""

    email: Annotated[str, msgspec.Meta(max_length=LONGEST_EMAIL)]
    username: Annotated[str, msgspec.Meta(max_length=LONGEST_USER_NAME)]
    password: Annotated[str, msgspec.Meta(max_length=LONGEST_PASSWORD)]


@api.route("/health", methods=["GET"])
def health() -> Response:
    return ok({"status": "ok", "version": __version__})


@api.route("/signup/{code}", methods=["GET"], limited=Route.VALIDATE)
def show_offer(code: str) -> Response:
    return ok(_offer_shape(use(ReadingOffers).read(code, now=now())))


@api.route("/signup/{code}/plex", methods=["POST"], limited=Route.START_SIGN_IN)
def start_sign_in(code: str) -> Response:
    body(api.current_request, Nothing)
    return show_started(use(Redeeming).start(code, now=now()))


@api.route("/signup/{code}/plex/{sign_in_id}", methods=["POST"], limited=Route.COMPLETE_SIGN_IN)
def complete_sign_in(code: str, sign_in_id: str) -> Response:
    request = api.current_request
    body(request, Nothing)
    redeemed = use(Redeeming).complete(code, sign_in_id, kept_secret(request, sign_in_id), now=now())
    return _show_redeemed(redeemed, request, **ended_soon(request, sign_in_id)) if redeemed else show_waiting()


@api.route("/signup/{code}/local", methods=["POST"], limited=Route.LOCAL_SIGN_UP)
def join_locally(code: str) -> Response:
    request = api.current_request
    given = body(request, LocalAccount)
    who = parse_applicant(given.email, given.username, given.password)
    return _show_redeemed(use(JoiningLocally).join(code, who, now=now()), request)


@api.route("/redemptions/{redemption_id}", methods=["GET"])
def show_redemption(redemption_id: str) -> Response:
    request = api.current_request
    redemption = use(FollowingRedemptions).follow(redemption_id, token=bearer_token(request), now=now())
    return ok(redemption_shape(redemption, language_of(request)))


def _show_redeemed(redeemed: Redeemed, request: Request, **headers: str) -> Response:
    if redeemed.new:
        metrics.record(Metric.INVITES_REDEEMED, redemption=redeemed.redemption.id)
    logger.info("redeemed", redemption=redeemed.redemption.id, new=redeemed.new)
    content = {"token": redeemed.token, "redemption": redemption_shape(redeemed.redemption, language_of(request))}
    return ok(content, HTTPStatus.ACCEPTED, **headers)


def _offer_shape(each: Offer) -> Json:
    return {
        "code": each.invite.code,
        "server_name": each.settings.server.name if each.settings.server else "",
        "invited_by": each.invite.created_by.name,
        "libraries": [{"title": library.title, "type": library.type} for library in each.libraries],
        "features": asdict(each.invite.features),
        "access_for": term_facts(each.invite.access_for),
        "restrictions": restrictions_shape(each.invite.filters),
        "expires_at": moment(each.invite.expires_at),
        "local_signup": each.settings.local_signin_enabled,
    }
