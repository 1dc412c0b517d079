"""Routes for invites."""

from http import HTTPStatus

from chalice.app import Response

from chalicelib import metrics
from chalicelib.accounts.sessions import Scope
from chalicelib.invites.creating import CreatingInvites
from chalicelib.invites.editing import EditingInvites
from chalicelib.metrics import Metric
from chalicelib.redemptions.history import ReadingInvites
from chalicelib.web.http import Api, body, find_caller, find_caller_with_settings, language_of, ok
from chalicelib.web.invites import shapes
from chalicelib.web.invites.searching import read_search
from chalicelib.web.invites.shapes import ChangeInvite, CreateInvite
from chalicelib.web.paging import read_cursor, read_limit, shape_page
from chalicelib.web.redemptions.shapes import redemption_shape
from chalicelib.wiring import now, use

api = Api(__name__)


@api.route("/invites", methods=["GET"], scopes=(Scope.INVITES_READ,))
def list_invites() -> Response:
    request, at = api.current_request, now()
    by, settings = find_caller_with_settings(request)
    found = use(ReadingInvites).find(
        read_search(request), by=by, after=read_cursor(request), limit=read_limit(request), now=at
    )
    return ok(shape_page("invites", found.page, lambda each: shapes.listed(each, settings, at, found.states)))


@api.route("/invites", methods=["POST"], scopes=(Scope.INVITES_CREATE,))
def create_invite() -> Response:
    by, at = find_caller(api.current_request), now()
    request = body(api.current_request, CreateInvite).request()
    created, settings = use(CreatingInvites).create(request, by=by, now=at)
    metrics.record(Metric.INVITES_CREATED)
    return ok(shapes.invite(created, settings, at, redeemed_by=[]), HTTPStatus.CREATED)


@api.route("/invites/{code}", methods=["GET"], scopes=(Scope.INVITES_READ,))
def show_invite(code: str) -> Response:
    details = use(ReadingInvites).show(code, by=find_caller(api.current_request))
    return ok(shapes.detailed(details, now()))


@api.route("/invites/{code}", methods=["PATCH"])
def change_invite(code: str) -> Response:
    by, at = find_caller(api.current_request), now()
    use(EditingInvites).edit(code, body(api.current_request, ChangeInvite).options(), by=by, now=at)
    return ok(shapes.detailed(use(ReadingInvites).show(code, by=by), at))


@api.route("/invites/{code}", methods=["DELETE"])
def delete_invite(code: str) -> Response:
    use(EditingInvites).delete(code, by=find_caller(api.current_request), now=now())
    return ok("", HTTPStatus.NO_CONTENT)


@api.route("/invites/{code}/redemptions", methods=["GET"], scopes=(Scope.INVITES_READ,))
def list_redemptions(code: str) -> Response:
    request = api.current_request
    page = use(ReadingInvites).list_redemptions(
        code, by=find_caller(request), after=read_cursor(request), limit=read_limit(request)
    )
    return ok(shape_page("redemptions", page, lambda each: redemption_shape(each, language_of(request))))
