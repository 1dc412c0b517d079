"""How each kind of fault spoils an answer."""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

from werkzeug import Request, Response
from werkzeug.http import HTTP_STATUS_CODES

from local.plex.answers import element, wants_json, xml_answer
from local.plex.errors import v1_error, v2_error
from local.plex.faults import Fault, Kind, When

V2_CODES = {400: 1004, 401: 1001, 403: 1009, 404: 1002, 405: 1005, 410: 1002, 429: 1003, 500: 1007}
MESSAGES = {401: "User could not be authenticated", 429: "Too many requests", 498: "Invalid token"}
HALF_AN_ANSWER = b'<?xml version="1.0" encoding="UTF-8"?><MediaContainer friendlyName="myPlex"><User id="12'
GARBAGE = b"\x00\xff\xfe<<<<\x8f\x02 no answer \xc3\x28 {[<&\x1b>"


class ConnectionDropped(ConnectionAbortedError):
    """No answer is sent; the connection is closed."""


@dataclass(frozen=True)
class Spoiled:
    """A call that a fault has hit: what to perform, and, for faults after the effect, the answer it had."""

    fault: Fault
    request: Request
    perform: Callable[[], Response]
    real: Response | None


def spoil(fault: Fault, request: Request, perform: Callable[[], Response]) -> Response:
    """Answer as the fault wants it; raises ConnectionDropped where it wants no answer."""
    real = perform() if fault.when is When.AFTER else None
    return SPOILERS[fault.kind](Spoiled(fault, request, perform, real))


def _status(call: Spoiled) -> Response:
    answer = _error(call.request.path, call.fault.status, call.fault.message)
    if call.fault.retry_after is not None:
        answer.headers["Retry-After"] = call.fault.retry_after
    return answer


def _error(path: str, status: int, message: str | None) -> Response:
    said = message or MESSAGES.get(status) or HTTP_STATUS_CODES.get(status, "Unknown error")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _page(f"{status} {said}", status)
    if path.startswith("/api/v2/"):
        return v2_error(status, V2_CODES.get(status, 1008), said)
    return v1_error(status, said)


def _timeout(call: Spoiled) -> Response:
    call.fault.lifted.wait(call.fault.seconds)
    raise ConnectionDropped


def _slow(call: Spoiled) -> Response:
    call.fault.lifted.wait(call.fault.seconds)
    return call.real or call.perform()


def _drop(_: Spoiled) -> Response:
    raise ConnectionDropped


def _truncate(call: Spoiled) -> Response:
    whole = call.real.get_data() if call.real else HALF_AN_ANSWER + HALF_AN_ANSWER
    answer = call.real or Response(content_type="application/xml; charset=utf-8")
    answer.set_data(whole[: len(whole) // 2])
    answer.headers["Content-Length"] = str(len(whole) + 1)
    return answer


def _garbage(_: Spoiled) -> Response:
    return Response(GARBAGE, content_type="application/xml; charset=utf-8")


def _empty(_: Spoiled) -> Response:
    return Response(b"", content_type="application/xml; charset=utf-8")


def _html(_: Spoiled) -> Response:
    return _page("Please check your network", HTTPStatus.OK)


def _wrong_shape(_: Spoiled) -> Response:
    if wants_json():
        return Response('{"weather": {"tomorrow": ["rain"]}}', content_type="application/json")
    return xml_answer(element("Weather", {"size": 1}, element("Tomorrow", {"rain": True})))


def _shrink(call: Spoiled) -> Response:
    return _with_rows(call, lambda rows, _: rows[: len(rows) // 2])


def _odd_row(call: Spoiled) -> Response:
    return _with_rows(call, lambda rows, odd: [*rows, odd])


def _with_rows(call: Spoiled, change: Callable[[list[Any], Any], list[Any]]) -> Response:
    """The real answer with its list changed, and totals that fit. ``change`` is given the rows, and an empty one."""
    answer = call.real or call.perform()
    if answer.mimetype == "application/json":
        answer.set_data(json.dumps(change(json.loads(answer.get_data()), {})))
        return answer
    root = ET.fromstring(answer.get_data())  # noqa: S314 - the stand-in's own
    rows = change([*root], element(root[0].tag if len(root) else "Row"))
    totals = dict.fromkeys({"size", "totalSize"} & {*root.attrib}, len(rows))
    return xml_answer(element(root.tag, {**root.attrib, **totals}, *rows))


def _page(title: str, status: int) -> Response:
    said = html.escape(title)
    page = f"<html><head><title>{said}</title></head><body><h1>{said}</h1></body></html>"
    return Response(page, status, content_type="text/html; charset=utf-8")


SPOILERS: dict[Kind, Callable[[Spoiled], Response]] = {
    Kind.STATUS: _status,
    Kind.TIMEOUT: _timeout,
    Kind.SLOW: _slow,
    Kind.DROP: _drop,
    Kind.TRUNCATE: _truncate,
    Kind.GARBAGE: _garbage,
    Kind.EMPTY: _empty,
    Kind.HTML: _html,
    Kind.WRONG_SHAPE: _wrong_shape,
    Kind.SHRINK: _shrink,
    Kind.ODD_ROW: _odd_row,
}
