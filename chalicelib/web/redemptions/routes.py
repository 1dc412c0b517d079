"""Routes for redemptions, as those who manage invites see them."""

from http import HTTPStatus

from chalice.app import Request, Response

from chalicelib.access.progress import State
from chalicelib.accounts.sessions import Scope
from chalicelib.common.refusals import BadInput
from chalicelib.redemptions.retrying import RetryingRedemptions
from chalicelib.web.bodies import Nothing
from chalicelib.web.http import Api, body, find_caller, language_of, ok, query
from chalicelib.web.paging import read_cursor, read_limit, shape_page
from chalicelib.web.redemptions.shapes import redemption_shape
from chalicelib.wiring import now, use

api = Api(__name__)


@api.route("/redemptions", methods=["GET"], scopes=(Scope.INVITES_READ,))
def list_redemptions() -> Response:
    request = api.current_request
    page = use(RetryingRedemptions).list(
        _states(request), by=find_caller(request), after=read_cursor(request), limit=read_limit(request)
    )
    return ok(shape_page("redemptions", page, lambda each: redemption_shape(each, language_of(request))))


@api.route("/redemptions/{redemption_id}/retry", methods=["POST"])
def retry_redemption(redemption_id: str) -> Response:
    request = api.current_request
    by = find_caller(request)
    body(request, Nothing)
    redemption = use(RetryingRedemptions).retry(redemption_id, by=by, now=now())
    return ok(redemption_shape(redemption, language_of(request)), HTTPStatus.ACCEPTED)


def _states(request: Request) -> frozenset[State]:
    text = query(request, "state")
    try:
        return frozenset({State(text)}) if text else frozenset()
    except ValueError as error:
        raise BadInput("one_of", field="state", choices=", ".join(State)) from error
