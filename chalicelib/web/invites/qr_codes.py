"""Routes for the QR codes of invites."""

from http import HTTPStatus

from chalice.app import Response

from chalicelib.accounts.sessions import Scope
from chalicelib.common.refusals import BadInput
from chalicelib.qr_codes.model import Format
from chalicelib.qr_codes.showing import ShowingQrCodes
from chalicelib.web.http import Api, find_caller, ok, query
from chalicelib.web.shapes import moment
from chalicelib.wiring import now, use

api = Api(__name__)


@api.route("/invites/{code}/qr", methods=["GET"], scopes=(Scope.INVITES_READ,))
def show_qr_code(code: str) -> Response:
    by = find_caller(api.current_request)
    wanted = _format(query(api.current_request, "format"))
    address = use(ShowingQrCodes).show(code, wanted, by=by, now=now())
    return ok({"url": address.url, "expires_at": moment(address.expires_at)})


@api.route("/invites/{code}/qr", methods=["DELETE"])
def remove_qr_codes(code: str) -> Response:
    use(ShowingQrCodes).remove(code, by=find_caller(api.current_request))
    return ok("", HTTPStatus.NO_CONTENT)


def _format(text: str) -> Format:
    try:
        return Format(text or Format.PNG)
    except ValueError as error:
        raise BadInput("one_of", field="format", choices=", ".join(Format)) from error
