"""Routes for redemptions, as those who manage invites see them."""

from http import HTTPStatus

from chalice.app import Request, Response

from chalicelib import wiring
from chalicelib.domain.redemptions import State
from chalicelib.domain.refusals import BadInput
from chalicelib.entrypoints import shapes
from chalicelib.entrypoints.bodies import Nothing
from chalicelib.entrypoints.http import Api, body, caller, ok, query
from chalicelib.entrypoints.paging import limit_of, listed, place_of
from chalicelib.usecases import watching_redemptions

api = Api(__name__)


@api.route("/redemptions", methods=["GET"])
def list_redemptions() -> Response:
    request = api.current_request
    page = watching_redemptions.listed(
        _states(request),
        by=caller(request),
        redemptions=wiring.redemptions(),
        after=place_of(request),
        limit=limit_of(request),
    )
    return ok(listed("redemptions", page, shapes.redemption))


@api.route("/redemptions/{redemption_id}/retry", methods=["POST"])
def retry_redemption(redemption_id: str) -> Response:
    by = caller(api.current_request)
    body(api.current_request, Nothing)
    redemption = watching_redemptions.retry(
        redemption_id, by=by, redemptions=wiring.redemptions(), queue=wiring.queue(), now=wiring.now()
    )
    return ok(shapes.redemption(redemption), HTTPStatus.ACCEPTED)


def _states(request: Request) -> frozenset[State]:
    text = query(request, "state")
    try:
        return frozenset({State(text)}) if text else frozenset()
    except ValueError as error:
        raise BadInput(f"A state is one of {', '.join(State)}.", field="state") from error
