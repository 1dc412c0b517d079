"""What lists, searches, the sweep and the statistics cost as invites grow from 100 to 100,000."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from bench.invite_table import CREATORS, InviteTable
from bench.report import Goal, Section, Table
from chalicelib.common.times import order_key
from chalicelib.functions.sweep import sweep_all
from chalicelib.redemptions.offers import ReadingOffers
from chalicelib.web.paging import _encoded
from chalicelib.wiring import now, ports, use
from local import demo
from local.aws import free_port, ministack
from testing.metering.calls import counting
from testing.metering.meter import NONE

SIZES = (100, 1_000, 10_000, 100_000)
DUE, FLAT = 100, 1.2
PATIENCE = 60  # seconds to wait for an answer: the emulator gathers and sorts a whole index for every query
BOUNDED = "text", "code in full"  # these look through 500 invites, which 100 are not yet

HOW = f"""
One emulator, one table of invites that grows: a quarter redeemed (each with its redemption), a quarter expired,
inactive and active (until next month), by two people. Each question is put to the API in this process as API Gateway
would put it, pages of 10; the sweep runs as its schedule starts it, with nothing due and with {DUE} invites due.

*Calls* are all calls to AWS, the look-up of the session included; *units* what DynamoDB bills for reading, worked out
from the items that were read. *Steps* are how often Python calls a function, in Python or in C, until the question is
answered: what grows with the table takes more of them, and unlike the processor's time they are a count. Their ratio is
that of {SIZES[-1]:,} invites to {SIZES[0]}; for text and for a code in full, to {SIZES[1]:,}: they look through 500
invites at most, and {SIZES[0]} are fewer.
"""

COMPARED = CALLS, READ, WRITTEN, STEPS = "calls to AWS", "units read", "units written", "steps of our own"

Ask = Callable[[str], Any]
Work = Callable[[], object]
Cost = dict[str, float]  # of one question at one size, by what is compared


def measure() -> Section:
    costs: dict[str, dict[int, Cost]] = {}
    with _api() as (ask, table):
        for size in SIZES:
            table.grow(size)
            for name, cost in _costs(ask, table):
                costs.setdefault(name, {})[size] = cost
            sys.stderr.write(f"{size:,} … ")
    return Section("Growth", HOW, [_table(costs)], list(_goals(costs)))


@contextmanager
def _api() -> Iterator[tuple[Ask, InviteTable]]:
    """The API in this process, at an emulator of its own; nothing else runs."""
    with TemporaryDirectory() as state, ministack(port=free_port(), log=Path(state) / "ministack.log") as aws:
        os.environ.update({**aws.environment, "PLEX_BASE_URL": "http://127.0.0.1:9"})
        from chalice.config import Config
        from chalice.local import LocalGateway

        from app import app  # only now: its decorators read where the stack's queue and stream are

        ports.connection._read_timeout_seconds, ports.connection._client = PATIENCE, None
        gateway, installed = LocalGateway(app, Config.create()), demo.furnish("http://127.0.0.1:8000")
        headers = {"authorization": f"Bearer {installed.admin_token}"}

        def ask(path: str) -> Any:
            answer = gateway.handle_request("GET", path, headers, b"")
            assert answer["statusCode"] == 200, (path, answer)
            return json.loads(answer["body"])

        yield ask, InviteTable(use(ReadingOffers).read(demo.CODE, now=now()), now())


def _costs(ask: Ask, table: InviteTable) -> Iterator[tuple[str, Cost]]:
    for name, path in _questions(ask, table).items():
        yield name, _cost(partial(ask, path))
    yield "sweep, nothing due", _cost(_sweep)
    yield f"sweep, {DUE} due", _cost(_sweep, lambda: table.due(DUE))


def _questions(ask: Ask, table: InviteTable) -> dict[str, str]:
    middle = table.size // 2 // 40 * 40
    dates = {"from": f"{table.made_at(40):%Y-%m-%dT%H:%M:%SZ}", "to": f"{table.made_at(4):%Y-%m-%dT%H:%M:%SZ}"}
    creator = {"creator": CREATORS[1].id}
    searches: dict[str, dict[str, str]] = {
        "first page": {},
        "second page": {"cursor": ask("/invites?limit=10")["next"]},
        "page in the middle": {"cursor": _encoded(order_key(table.made_at(middle), f"Grown{middle:07}"))},
        **{f"status {status}": {"status": status} for status in ("active", "redeemed", "expired", "inactive")},
        "creator": creator,
        "creator and status": {**creator, "status": "active"},
        "dates": dates,
        "status and dates": {"status": "active", **dates},
        "text": {"q": "no such words"},
        "code in full": {"q": f"Grown{middle:07}"},
    }
    pages = {name: f"/invites?{urlencode({**search, 'limit': '10'})}" for name, search in searches.items()}
    return {**pages, "statistics": "/stats"}


def _sweep() -> None:
    sweep_all(SimpleNamespace(get_remaining_time_in_millis=lambda: 240_000))


def _cost(work: Work, prepared: Callable[[], AbstractContextManager[None]] = nullcontext) -> Cost:
    """Once for calls and units, for which more is read; once for the steps."""
    with prepared(), counting(units=True) as calls:
        work()
    with prepared():
        steps = _count_steps(work)
    units = sum((call.units for call in calls), NONE)
    return {CALLS: len(calls), READ: units.read, WRITTEN: units.write + units.index, STEPS: steps}


def _count_steps(work: Work) -> int:
    steps = count()

    def note(_frame: object, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            next(steps)

    threading.setprofile(note)
    sys.setprofile(note)
    work()
    sys.setprofile(None)
    threading.setprofile(None)
    return next(steps)


def _table(costs: dict[str, dict[int, Cost]]) -> Table:
    columns = ("Question", "calls", *(f"units at {size:,}" for size in SIZES), "steps", "steps, times")
    rows: list[list[str | float]] = []
    for name, sizes in costs.items():
        calls, _, _, steps = sizes[SIZES[-1]].values()
        units = (float(cost[READ]) for cost in sizes.values())
        rows.append([name, calls, *units, steps, round(_ratio(name, sizes, STEPS), 2)])
    return Table(columns, rows)


def _ratio(name: str, sizes: dict[int, Cost], what: str) -> float:
    small, large = sizes[SIZES[1] if name in BOUNDED else SIZES[0]][what], sizes[SIZES[-1]][what]
    return large / small if small else 1.0 + large  # from nothing to nothing is once as much


def _goals(costs: dict[str, dict[int, Cost]]) -> Iterator[Goal]:
    for what in COMPARED:
        ratio, worst = max((_ratio(name, sizes, what), name) for name, sizes in costs.items())
        goal, measured = f"{what}, {SIZES[0]} to {SIZES[-1]:,} invites", f"at most {ratio:.2f} times ({worst})"
        yield Goal(goal, f"at most {FLAT} times", measured, ratio <= FLAT)
