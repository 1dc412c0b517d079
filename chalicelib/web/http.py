"""What every route shares: rate limits, refusals as JSON with their status, bodies decoded and checked, headers.

Refusals are mapped here, around each view: a plain exception in a Chalice view becomes a 500 before any middleware
sees it, and such an answer loses its headers.
"""

import binascii
import functools
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from chalice.app import Blueprint, Chalice, Request, Response

from chalicelib import metrics
from chalicelib.accounts.keys import UsingKeys
from chalicelib.accounts.model import User
from chalicelib.accounts.rate_limits import Route
from chalicelib.accounts.sessions import Scope, Session
from chalicelib.common import refusals
from chalicelib.common.ports import Contention, Unreachable
from chalicelib.logs import logger
from chalicelib.metrics import Metric
from chalicelib.settings.model import Settings
from chalicelib.texts.catalogue import choose_language, refusal_sentence, sentence
from chalicelib.web import rate_limits
from chalicelib.web.bad_bodies import explain_body
from chalicelib.web.origins import check_origin, must_be_json
from chalicelib.wiring import now, ports, use

STATUSES: dict[type[refusals.Refusal], HTTPStatus] = {
    refusals.BadInput: HTTPStatus.BAD_REQUEST,
    refusals.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    refusals.NotAllowed: HTTPStatus.FORBIDDEN,
    refusals.NotFound: HTTPStatus.NOT_FOUND,
    refusals.Conflict: HTTPStatus.CONFLICT,
    refusals.InviteExpired: HTTPStatus.GONE,
    refusals.UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    refusals.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    refusals.TryAgain: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The one table of statuses; a refusal not named here takes that of the class it derives from."""

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}

INTERNAL_ERROR = "InternalError"
UNSUPPORTED_MEDIA_TYPE = "UnsupportedMediaType"

LONGEST_BODY = 64 * 1024
"""Bytes; the largest body that any route needs is far below."""

SCOPES: dict[tuple[str, str], tuple[Scope, ...]] = {}
"""By method and path, which API keys may ask."""

Shape = TypeVar("Shape", bound=msgspec.Struct)
View = Callable[..., Response]
Refused = Callable[[Request, refusals.Refusal], Response]

_IN_A_PATH = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,200}")
_NEVER_MEANT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line feed, line separators, overrides of the reading direction, half characters."""

_NOT_FOUND: dict[str, type[refusals.Refusal]] = {
    "code": refusals.InviteNotFound,
    "delivery_id": refusals.DeliveryNotFound,
    "endpoint_id": refusals.EndpointNotFound,
    "key_id": refusals.KeyNotFound,
    "redemption_id": refusals.RedemptionNotFound,
    "sign_in_id": refusals.SignInNotFound,
    "token": refusals.ResetNotFound,
    "user_id": refusals.UserNotFound,
}
"""What a path says that cannot name anything, by the name of its parameter."""


class Site(Chalice):
    """A Chalice app. Each answer has the security headers, its own 404, 405 and 415 included.

    Its 415 has our sentence, too. The others meet no reader: API Gateway knows the routes and their methods.
    """

    def __call__(self, event: Any, context: Any) -> Any:
        answer = super().__call__(event, context)
        if answer["statusCode"] == HTTPStatus.UNSUPPORTED_MEDIA_TYPE and self.current_request:
            language = language_of(self.current_request)
            answer = _answer_code(UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, language).to_dict()
        given = {name.lower() for name in answer.get("headers", {})}
        missing = {name: value for name, value in SECURITY_HEADERS.items() if name.lower() not in given}
        answer["headers"] = {**answer.get("headers", {}), **missing}
        return answer


class Api(Blueprint):
    """A Blueprint with views that may raise refusals."""

    def route(
        self,
        path: str,
        *,
        limited: Route | None = None,
        refused: Refused | None = None,
        scopes: tuple[Scope, ...] = (),
        **options: Any,
    ) -> Callable[[View], View]:
        """``limited``: which rate limit counts the route's requests; ``refused``: how it says no, if not in JSON;
        ``scopes``: API keys with any of these may ask, and no others.
        """
        register = super().route(path, **options)
        refuse = refused or _in_json
        SCOPES.update({(method, path): scopes for method in options["methods"]})

        def decorate(view: View) -> View:
            answered: View = register(self._answering(view, limited, refuse))
            return answered

        return decorate

    def _answering(self, view: View, limited: Route | None, refuse: Refused) -> View:
        @functools.wraps(view)
        def answer(**named: str) -> Response:
            request = self.current_request
            logger.thread_safe_append_keys(**_about(request))
            try:
                answered = _answered(request, view, named, limited, refuse)
                logger.info("answered", status=answered.status_code)
            finally:
                logger.thread_safe_clear_keys()
            return answered

        return answer


def body(request: Request, shape: type[Shape]) -> Shape:
    """The request's JSON as ``shape``. Raises BadInput naming the field and what it takes; unknown ones are refused."""
    must_be_json(request)
    raw = _raw_body(request)
    try:
        read = msgspec.json.decode(raw, type=shape)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise explain_body(raw, shape, error) from error
    _must_be_meant(msgspec.to_builtins(read))
    return read


def bearer_token(request: Request) -> str:
    """The session token of the request. Raises NotSignedIn."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token.strip()):
        raise refusals.NotSignedIn
    return str(token.strip())


def find_session(request: Request) -> tuple[Session, User]:
    """The session and the account that ask. Raises NotSignedIn, and KeyNotAllowed for an API key beyond its scopes."""
    session, user = ports.sessions.find(bearer_token(request), now=now()) or (None, None)
    if session is None:
        raise refusals.NotSignedIn
    return session, _admitted(request, session, user)


def find_caller(request: Request) -> User:
    """The account that asks. Raises NotSignedIn."""
    return find_session(request)[1]


def find_caller_with_settings(request: Request) -> tuple[User, Settings]:
    """The account that asks, and the settings, in one round trip. Raises NotSignedIn."""
    found = ports.sessions.find_with_settings(bearer_token(request), now=now())
    if found is None:
        raise refusals.NotSignedIn
    session, user, settings = found
    return _admitted(request, session, user), settings


def _admitted(request: Request, session: Session, account: User | None) -> User:
    """The account, where it is open; an API key within its scopes."""
    if account is None or not account.is_open:
        raise refusals.NotSignedIn
    scopes = SCOPES.get((request.method, str(request.context.get("resourcePath"))), ())
    use(UsingKeys).admit(session, scopes, now=now())
    return account


def cookie(request: Request, name: str) -> str:
    """The value of a cookie, empty when it was not sent."""
    for pair in request.headers.get("cookie", "").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name and _IN_A_PATH.fullmatch(value):
            return str(value)
    return ""


def query(request: Request, name: str) -> str:
    """A parameter of the query string, empty when it was not sent."""
    parameters: Any = request.query_params or {}
    return str(parameters.get(name, ""))


def ok(content: Any, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Response:
    return response(content, headers, status)


def response(content: Any, headers: Mapping[str, str], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """An answer; the security headers come to it in ``Site``, where ``headers`` do not say otherwise."""
    return Response(content, headers={**headers}, status_code=status)


def language_of(request: Request) -> str:
    """The language that the reader asks for."""
    return choose_language(request.headers.get("accept-language", ""))


def headers_of(refusal: refusals.Refusal) -> dict[str, str]:
    """When to come again, where the refusal says so."""
    return {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, refusals.TryAgain) else {}


def status_of(refusal: refusals.Refusal) -> HTTPStatus:
    """The status of a refusal: its own or that of the nearest class it derives from."""
    return next(STATUSES[kind] for kind in type(refusal).__mro__ if kind in STATUSES)


def _answered(request: Request, view: View, named: dict[str, str], limited: Route | None, refuse: Refused) -> Response:
    try:
        try:
            return _let_through(request, view, named, limited)
        except refusals.Refusal as refusal:
            _note_refusal(request, refusal, limited)
            return refuse(request, refusal)
    except (Contention, Unreachable):
        logger.exception("the database took no more, or did not answer")
        return refuse(request, refusals.TryAgain())
    except Exception:  # noqa: BLE001 - the one place where what was not foreseen ends, logged
        logger.exception("a request failed in a way that was not foreseen")
        return _answer_code(INTERNAL_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR, language_of(request))


def _let_through(request: Request, view: View, named: dict[str, str], limited: Route | None) -> Response:
    check_origin(request)
    if limited:
        rate_limits.count(request, limited)
    for name, value in named.items():
        if not _IN_A_PATH.fullmatch(value):
            raise _NOT_FOUND.get(name, refusals.NotFound)
    return view(**named)


def _note_refusal(request: Request, refusal: refusals.Refusal, limited: Route | None) -> None:
    logger.thread_safe_append_keys(refusal=refusal.code)
    if limited is None:
        return
    rate_limits.charge_for(request, limited, refusal)
    blocked = isinstance(refusal, refusals.TooManyRequests)
    metrics.record(Metric.BLOCKED if blocked else Metric.REFUSED, reason=refusal.code, limit=limited.value)


def _about(request: Request) -> dict[str, Any]:
    """What each line of the log says of the request; the route is its pattern, never the path that was asked for."""
    lambda_request = getattr(request.lambda_context, "aws_request_id", None)
    return {
        "request_id": request.context.get("requestId") or lambda_request,
        "lambda_request_id": lambda_request,
        "method": request.method,
        "route": request.context.get("resourcePath"),
    }


def _in_json(request: Request, refusal: refusals.Refusal) -> Response:
    """In the reader's language, and saying in which: API Gateway answers in English by itself."""
    language = language_of(request)
    content = {"Code": refusal.code, "Message": refusal_sentence(refusal, language)}
    if refusal.field:
        content["Field"] = refusal.field
    return ok(content, status_of(refusal), **headers_of(refusal), **{"Content-Language": language})


def _raw_body(request: Request) -> bytes | str:
    """No body counts as an object without fields. Raises BadInput."""
    try:
        raw: bytes | str = request.raw_body or b"{}"
    except (UnicodeError, binascii.Error) as error:
        raise refusals.BadInput("not_json") from error
    if len(raw) > LONGEST_BODY:
        raise refusals.BadInput("too_large")
    return raw


def _answer_code(code: str, status: HTTPStatus, language: str) -> Response:
    """What is said where no refusal was raised."""
    content = {"Code": code, "Message": sentence("refusals", code, language)}
    return ok(content, status, **{"Content-Language": language})


def _must_be_meant(content: Any, field: str | None = None) -> None:
    """Raise BadInput for a text with characters that are never typed on purpose."""
    if isinstance(content, str) and _NEVER_MEANT.search(content):
        raise refusals.BadInput("characters", field=field)
    if isinstance(content, dict):
        for name, value in content.items():
            _must_be_meant(value, name if field is None else f"{field}.{name}")
    if isinstance(content, list):
        for value in content:
            _must_be_meant(value, field)
