"""One request as Lambda gets it, with what AWS and Plex answered to it on the wire, to be answered so again."""

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import requests
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from requests.adapters import HTTPAdapter

from chalicelib.web.http import Site
from testing import each_route
from testing.people import Stack

Send = Callable[..., Any]


@dataclass
class Tape:
    """``event`` and ``context`` are the handler's; ``answers`` in their order, AWS's and Plex's apart."""

    event: dict[str, Any]
    context: Any
    aws: list[AWSResponse] = field(default_factory=list)
    plex: list[requests.Response] = field(default_factory=list)
    status: int = 0


def taped(here: Stack, name: str) -> Tape:
    """The request of one scene of tests/http/each_route.py, made for real."""
    with each_route.SCENES[name](here) as send, _recording() as tapes:
        send()
    return tapes[-1]


@contextmanager
def replaying(tape: Tape) -> Iterator[None]:
    """Whatever is sent is answered from the tape, over no wire; for a process that does nothing else."""
    aws, plex = iter(tape.aws), iter(tape.plex)
    with (
        patch.object(URLLib3Session, "send", lambda *_: _again(next(aws))),
        patch.object(HTTPAdapter, "send", lambda *_, **__: next(plex)),
    ):
        yield


def _again(answer: AWSResponse) -> AWSResponse:
    """The same answer, unparsed."""
    raw: Any = SimpleNamespace(stream=lambda: [answer.content])
    headers: Any = answer.headers
    return AWSResponse(answer.url, answer.status_code, headers, raw)


@contextmanager
def _recording() -> Iterator[list[Tape]]:
    """Of this process's API alone: its event sources ask AWS in threads of their own."""
    tapes: list[Tape] = []
    here = threading.local()
    answer, to_aws, to_plex = Site.__call__, URLLib3Session.send, HTTPAdapter.send

    def noted(site: Site, event: Any, context: Any) -> Any:
        here.tape = Tape(copy.deepcopy(event), context)
        tapes.append(here.tape)
        answered = answer(site, event, context)
        here.tape.status = answered["statusCode"]
        return answered

    def kept(send: Send, kind: str) -> Send:
        def sent(*given: Any, **more: Any) -> Any:
            answered = send(*given, **more)
            if tape := getattr(here, "tape", None):
                answered.content  # noqa: B018 - reads it, so that it can be had again
                getattr(tape, kind).append(answered)
            return answered

        return sent

    with ExitStack() as patches:
        patches.enter_context(patch.object(Site, "__call__", noted))
        patches.enter_context(patch.object(URLLib3Session, "send", kept(to_aws, "aws")))
        patches.enter_context(patch.object(HTTPAdapter, "send", kept(to_plex, "plex")))
        yield tapes
