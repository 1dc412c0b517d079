"""What every route shares: refusals as JSON with their status, bodies decoded and checked, security headers.

Refusals are mapped here, around each view: a plain exception in a Chalice view becomes a 500 before any middleware
sees it, and such an answer loses its headers.
"""

import functools
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from aws_lambda_powertools import Logger
from chalice.app import Blueprint, Request, Response

from chalicelib import wiring
from chalicelib.domain import refusals
from chalicelib.domain.users import AccountState, User

STATUSES: dict[type[refusals.Refusal], HTTPStatus] = {
    refusals.BadInput: HTTPStatus.BAD_REQUEST,
    refusals.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    refusals.NotAllowed: HTTPStatus.FORBIDDEN,
    refusals.NotFound: HTTPStatus.NOT_FOUND,
    refusals.Conflict: HTTPStatus.CONFLICT,
    refusals.InviteExpired: HTTPStatus.GONE,
    refusals.TryAgain: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The one table of statuses; a refusal not named here takes that of the class it derives from."""

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}

LONGEST_BODY = 64 * 1024
"""Bytes; the largest body that any route needs is far below."""

logger = Logger(service="streamarr-invites")

Shape = TypeVar("Shape", bound=msgspec.Struct)
View = Callable[..., Response]

_FIELD = re.compile(r"`\$\.([\w.\[\]]+)`")
_NAMED = re.compile(r"field `(\w+)`")


class Api(Blueprint):
    """A Blueprint whose views may raise refusals."""

    def route(self, path: str, **options: Any) -> Callable[[View], View]:
        register = super().route(path, **options)

        def decorate(view: View) -> View:
            answered: View = register(_answering(view))
            return answered

        return decorate


def body(request: Request, shape: type[Shape]) -> Shape:
    """The request's JSON as ``shape``. Raises BadInput naming the field; unknown fields are refused."""
    raw = request.raw_body or b"{}"
    if len(raw) > LONGEST_BODY:
        raise refusals.BadInput("The request is too large.")
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refusals.BadInput(_plainly(error), field=_field(str(error))) from error


def bearer_token(request: Request) -> str:
    """The session token of the request. Raises NotSignedIn."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise refusals.NotSignedIn
    return str(token.strip())


def caller(request: Request) -> User:
    """The account that asks. Raises NotSignedIn."""
    found = wiring.sessions().find(bearer_token(request), wiring.now())
    if found is None or found[1] is None or found[1].state is not AccountState.ACTIVE:
        raise refusals.NotSignedIn
    return found[1]


def cookie(request: Request, name: str) -> str:
    """The value of a cookie, empty when it was not sent."""
    for pair in request.headers.get("cookie", "").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return str(value)
    return ""


def query(request: Request, name: str) -> str:
    """A parameter of the query string, empty when it was not sent."""
    parameters: Any = request.query_params or {}
    return str(parameters.get(name, ""))


def ok(content: Any, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Response:
    return response(content, headers, status)


def response(content: Any, headers: dict[str, str], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """An answer with the security headers; ``headers`` come on top of them."""
    return Response(content, headers={**SECURITY_HEADERS, **headers}, status_code=status)


def refused(refusal: refusals.Refusal) -> Response:
    content = {"Code": refusal.code, "Message": refusal.message}
    if refusal.field:
        content["Field"] = refusal.field
    headers = {}
    if isinstance(refusal, refusals.TryAgain):
        headers["Retry-After"] = str(refusal.retry_after)
    return ok(content, status_of(refusal), **headers)


def status_of(refusal: refusals.Refusal) -> HTTPStatus:
    """The status of a refusal: its own or that of the nearest class it derives from."""
    return next(STATUSES[kind] for kind in type(refusal).__mro__ if kind in STATUSES)


def _answering(view: View) -> View:
    @functools.wraps(view)
    def answer(*arguments: Any, **named: Any) -> Response:
        try:
            return view(*arguments, **named)
        except refusals.Refusal as refusal:
            return refused(refusal)
        except Exception:
            logger.exception("a request failed for a reason nobody planned for")
            content = {
                "Code": "InternalError",
                "Message": "Something went wrong on our side. Please try again.",
            }
            return ok(content, HTTPStatus.INTERNAL_SERVER_ERROR)

    return answer


def _plainly(error: Exception) -> str:
    return re.sub(r"\s*-\s*at `\$[^`]*`", "", str(error)).rstrip(".") + "."


def _field(text: str) -> str | None:
    found = _FIELD.search(text) or _NAMED.search(text)
    return found[1] if found else None
