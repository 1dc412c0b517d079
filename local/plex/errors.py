"""Every way in which plex.tv says no, and the forms in which it says it.

Refusal
├── ClientIdentifierMissing, Malformed, Unauthorized, NotFound, PinNotFound, MethodNotAllowed, Gone
├── ManagedUserNotAllowed, PlexPassNeeded
└── AlreadyShared, UnknownPerson, TooManyPeople, HomeFull, AlreadyInAHome, EmailNotConfirmed
"""

from http import HTTPStatus

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, InternalServerError

from local.plex.answers import element, v2_answer, wants_json, xml_answer


class Refusal(Exception):
    """A no: its status and code in v2, its status in v1 where that differs, and a sentence."""

    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    code = 1008
    v1_status: int | None = None
    message = "The request could not be processed"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)


class ClientIdentifierMissing(Refusal):
    status, code = HTTPStatus.BAD_REQUEST, 1000
    message = "X-Plex-Client-Identifier is missing"


class Unauthorized(Refusal):
    status, code = HTTPStatus.UNAUTHORIZED, 1001
    message = "User could not be authenticated"


class NotFound(Refusal):
    status, code = HTTPStatus.NOT_FOUND, 1002
    message = "Not found"


class Malformed(Refusal):
    status, code = HTTPStatus.BAD_REQUEST, 1004
    message = "The request is malformed"


class MethodNotAllowed(Refusal):
    status, code = HTTPStatus.METHOD_NOT_ALLOWED, 1005
    message = "Method not allowed"


class ManagedUserNotAllowed(Refusal):
    status, code = HTTPStatus.FORBIDDEN, 1009
    message = "A managed user may not do this"


class PlexPassNeeded(Refusal):
    status, code = HTTPStatus.FORBIDDEN, 1012
    message = "A Plex Pass subscription is needed"


class PinNotFound(Refusal):
    status, code = HTTPStatus.NOT_FOUND, 1020
    message = "Code not found or expired"


class Gone(Refusal):
    status, code = HTTPStatus.GONE, 1002
    message = "This is gone"


class AlreadyShared(Refusal):
    code, v1_status = 1999, HTTPStatus.BAD_REQUEST

    def __init__(self, who: str) -> None:
        super().__init__(f"You're already sharing this server with {who}")


class UnknownPerson(Refusal):
    v1_status = HTTPStatus.BAD_REQUEST
    message = "There is no account of that name"


class TooManyPeople(Refusal):
    v1_status = HTTPStatus.BAD_REQUEST
    message = "You have reached the number of people you can share with"


class HomeFull(Refusal):
    v1_status = HTTPStatus.BAD_REQUEST
    message = "This Plex Home is full"


class AlreadyInAHome(Refusal):
    v1_status = HTTPStatus.BAD_REQUEST
    message = "This person already belongs to a Plex Home"


class EmailNotConfirmed(Refusal):
    v1_status = HTTPStatus.BAD_REQUEST
    message = "Confirm your e-mail address first"


ROUTING_REFUSALS: dict[int | None, type[Refusal]] = {404: NotFound, 405: MethodNotAllowed}


def refusal_answer(path: str, refusal: Refusal) -> Response:
    if path.startswith("/api/v2/"):
        return v2_error(refusal.status, refusal.code, str(refusal))
    return v1_error(refusal.v1_status or refusal.status, str(refusal))


def v2_error(status: int, code: int, message: str) -> Response:
    errors = [{"code": int(code), "message": message, "status": int(status)}]
    return v2_answer("errors", {"errors": errors} if wants_json() else errors, status)


def v1_error(status: int, message: str) -> Response:
    """Answer as v1 does: one form for who and what is unknown, another one for everything else."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        said = element("error")
        said.text = message
        return xml_answer(element("errors", {}, said), status)
    return xml_answer(element("Response", {"code": int(status), "status": message}), status)


def register(app: Flask) -> None:
    """Have the app say no in plex.tv's words, and in JSON where the control API speaks."""

    @app.errorhandler(Refusal)
    def refuse(refusal: Refusal) -> Response:
        return refusal_answer(request.path, refusal)

    @app.errorhandler(HTTPException)
    def refuse_a_route(problem: HTTPException) -> Response | HTTPException:
        if isinstance(problem, InternalServerError):
            return problem  # a bug of the stand-in's own, logged by Flask: a page, as plex.tv's 5xx are
        if request.path.startswith("/api/"):
            return refusal_answer(request.path, ROUTING_REFUSALS.get(problem.code, Malformed)())
        answer = jsonify(error=problem.description)
        answer.status_code = problem.code or HTTPStatus.BAD_REQUEST
        return answer
