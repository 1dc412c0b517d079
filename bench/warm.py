"""Time of the processor that a request takes in a warm function, AWS and Plex being answered from a tape."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import thread_time
from typing import Any
from unittest.mock import patch

import argon2
import botocore.client

from bench.houses import stack
from bench.report import Goal, Section, Table
from bench.tapes import Tape, replaying, taped
from chalicelib.logs import SERVICE
from chalicelib.vendors import qr_rendering
from testing import each_route

GOAL = 3.0
"""Milliseconds, at the median."""

TIMES, UNTIMED = 60, 5

HOW = f"""Every route's request of `tests/http/each_route.py` is made once for real on the local stack. What API Gateway
handed to the function and what AWS and Plex answered on the wire is kept, and the function is called with it again,
{TIMES} times, log and metrics included. The time is the processor's in milliseconds: Chalice, our code, PynamoDB, and
botocore's serialising, signing and parsing are in it; waiting and the network's own work are not. *botocore* is the
part of it inside botocore, *own* what is left. Passwords are hashed dear on purpose (argon2id), and a QR image is drawn
once for each link: the column *dear* has what they take, and the goals are held to what remains beside it."""


@dataclass(frozen=True, slots=True)
class Warm:
    """Of one request, in milliseconds of the processor."""

    name: str
    aws: int
    plex: int
    middle: float
    high: float
    botocore: float
    dear: float

    @property
    def overhead(self) -> float:
        return self.middle - self.dear

    @property
    def own(self) -> float:
        return self.overhead - self.botocore


def measure() -> Section:
    found = [_warm(name, tape) for name, tape in _tapes().items()]
    rows = sorted(found, key=lambda each: -each.overhead)
    columns = ("Request", "AWS calls", "Plex calls", "median", "p95", "botocore", "dear", "own")
    cells = [
        (
            each.name,
            each.aws,
            each.plex,
            each.middle,
            each.high,
            each.botocore,
            each.dear,
            each.own,
        )
        for each in rows
    ]
    return Section("Warm latency", HOW, [Table(columns, _rounded(cells)), _told(rows)], _goals(rows))


def _told(rows: list[Warm]) -> str:
    call = sum(each.botocore for each in rows) / sum(each.aws for each in rows)
    return f"""A call to AWS takes botocore {call:.2f} ms here, whatever is asked: signing, the endpoint's rules,
the user agent, hooks; it is the client that AWS makes, and only fewer calls make less of it
(`tests/http/test_round_trips.py` holds their number). Of what is left, lists are PynamoDB making records, and a search
for a text looks through 150 here, up to 500; signing in at Plex is plexapi and requests."""


def _goals(rows: list[Warm]) -> list[Goal]:
    return [
        _goal("our code with Chalice, PynamoDB and plexapi", {each.name: each.own for each in rows}),
        _goal("the same with botocore", {each.name: each.overhead for each in rows}),
    ]


def _goal(what: str, took: dict[str, float]) -> Goal:
    slow, slowest = [name for name in took if took[name] >= GOAL], max(took, key=lambda name: took[name])
    told = f"slowest {took[slowest]:.1f} ms ({slowest}); {len(slow)} of {len(took)} above"
    return Goal(f"{what}, for a request, at the median", f"under {GOAL:g} ms", told, met=not slow)


def _rounded(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(round(each, 2) if isinstance(each, float) else each for each in row) for row in rows]


def _tapes() -> dict[str, Tape]:
    """Of the second time each: the first may make clients."""
    with stack() as here:
        for name in each_route.SCENES:
            taped(here, name)
        return {name: taped(here, name) for name in each_route.SCENES}


def _warm(name: str, tape: Tape) -> Warm:
    with _as_in_lambda(), _timing(BOTOCORE) as inside, _timing(DEAR) as dear:
        for _ in range(UNTIMED):
            _once(tape)
        rounds = [_parts(tape, inside, dear) for _ in range(TIMES)]
    whole, calling, spent = zip(*rounds, strict=True)
    high = quantiles(whole, n=20)[-1]
    return Warm(name, len(tape.aws), len(tape.plex), median(whole), high, median(calling), median(spent))


def _parts(tape: Tape, inside: list[float], dear: list[float]) -> tuple[float, float, float]:
    """Of one request: the whole, what was botocore's, what was dear; in milliseconds."""
    inside.clear()
    dear.clear()
    whole = _once(tape)
    return whole, sum(inside), sum(dear)


Works = tuple[tuple[Any, str], ...]
"""Functions, by whose they are."""

BOTOCORE: Works = ((botocore.client.BaseClient, "_make_api_call"),)
DEAR: Works = ((argon2.PasswordHasher, "hash"), (argon2.PasswordHasher, "verify"), (qr_rendering, "render"))


def _timed(tape: Tape) -> list[float]:
    return [_once(tape) for _ in range(UNTIMED + TIMES)][UNTIMED:]


def _once(tape: Tape) -> float:
    from app import app

    with replaying(tape):
        began = thread_time()
        answer = app(dict(tape.event), tape.context)
        took = thread_time() - began
    assert answer["statusCode"] == tape.status, answer
    return took * 1000


@contextmanager
def _timing(works: Works) -> Iterator[list[float]]:
    """Gives the milliseconds of each call of these."""
    spent: list[float] = []

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*given: Any, **more: Any) -> Any:
            began = thread_time()
            try:
                return work(*given, **more)
            finally:
                spent.append((thread_time() - began) * 1000)

        return measured

    with ExitStack() as patches:
        for owner, work in works:
            patches.enter_context(patch.object(owner, work, timed(vars(owner)[work])))
        yield spent


@contextmanager
def _as_in_lambda() -> Iterator[None]:
    """Log and metrics are written, to where nobody reads."""
    log = logging.getLogger(SERVICE)
    with ExitStack() as stack:
        nowhere = stack.enter_context(Path(os.devnull).open("w"))
        stack.enter_context(redirect_stdout(nowhere))
        stack.enter_context(patch.dict(os.environ, AWS_LAMBDA_FUNCTION_NAME="warm"))
        stack.enter_context(patch.object(log.handlers[0], "stream", nowhere))
        stack.enter_context(patch.object(log, "level", logging.INFO))
        log.manager._clear_cache()  # type: ignore[attr-defined]  # of what is enabled, which the level decides
        yield


def profiled(name: str, show: Callable[[str], Any] = sys.stderr.write) -> None:
    """Where one request's time goes, as cProfile sees it; for whoever looks into a missed goal."""
    import cProfile
    import io
    import pstats

    with stack() as here:
        taped(here, name)
        tape = taped(here, name)
    profile = cProfile.Profile()
    with _as_in_lambda():
        _timed(tape)
        profile.enable()
        _timed(tape)
        profile.disable()
    told = io.StringIO()
    pstats.Stats(profile, stream=told).sort_stats("tottime").print_stats(30)
    show(told.getvalue())
