"""What a call passes on its way: it is recorded, delayed, perhaps spoiled, and served one at a time."""

import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug import Request, Response

from local.plex.calls import Call
from local.plex.spoiling import spoil
from local.plex.world import World


class Front:
    """The WSGI application around the Flask app; only `/api/` is plex.tv's, and only that can go wrong."""

    def __init__(self, world: World, flask: Flask) -> None:
        self._world = world
        self._flask = flask
        self._inner: WSGIApplication = flask.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if not request.path.startswith("/api/"):
            return self._serve(request)(environ, start_response)
        call = self._world.calls.record(request)
        answer = self._answer(request, call)
        call.status, call.ended = answer.status_code, time.time()
        return answer(environ, start_response)

    def _answer(self, request: Request, call: Call) -> Response:
        time.sleep(self._world.options.latency_seconds)
        fault = self._world.faults.hitting(request.method, request.path)
        if fault is None:
            return self._serve(request)
        call.fault = fault.kind
        with self._flask.request_context(request.environ):
            return spoil(fault, request, lambda: self._serve(request))

    def _serve(self, request: Request) -> Response:
        with self._world.lock:
            return Response.from_app(self._inner, request.environ, buffered=True)
