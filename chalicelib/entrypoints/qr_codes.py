"""Routes for the QR codes of invites."""

from http import HTTPStatus

from chalice.app import Response

from chalicelib import wiring
from chalicelib.domain.qr_codes import Format
from chalicelib.domain.refusals import BadInput
from chalicelib.entrypoints import shapes
from chalicelib.entrypoints.http import Api, caller, ok, query

api = Api(__name__)


@api.route("/invites/{code}/qr", methods=["GET"])
def show_qr_code(code: str) -> Response:
    reader = caller(api.current_request)
    wanted = _format(query(api.current_request, "format"))
    address = wiring.qr_codes().show(code, wanted, reader=reader, now=wiring.now())
    return ok({"url": address.url, "expires_at": shapes.moment(address.expires_at)})


@api.route("/invites/{code}/qr", methods=["DELETE"])
def remove_qr_codes(code: str) -> Response:
    wiring.qr_codes().remove(code, remover=caller(api.current_request))
    return ok("", HTTPStatus.NO_CONTENT)


def _format(text: str) -> Format:
    try:
        return Format(text or Format.PNG)
    except ValueError as error:
        raise BadInput("A QR code comes as png or svg.", field="format") from error
