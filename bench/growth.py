"""What lists, searches, the sweep and the statistics cost as invites grow from 100 to 100,000."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from bench.growing import CREATORS, Garden
from bench.recordings import Recording, Work, own_seconds, recorded, units_of
from bench.report import Goal, Section, Table
from local.aws import free_port, ministack

SIZES = (100, 1_000, 10_000, 100_000)
DUE = 100
FLAT = 1.2
PATIENCE = 60
"""Seconds to wait for an answer: the emulator sorts a whole index for every query."""

REPLAYS = 15

TEXT, CODE = "text", "code in full"
BOUNDED = {TEXT, CODE}
"""These look through 500 invites, which 100 are not yet."""

HOW = f"""
One emulator, one table of invites that grows: a quarter redeemed (each with its redemption), a quarter expired,
inactive and active (until next month), by two people. Each question is put to the API in this process as API Gateway
would put it, pages of 10; the sweep runs as its schedule starts it, with nothing due and with {DUE} invites due.

*Calls* are all calls to AWS, the look-up of the session included; *units* what DynamoDB bills for reading, reckoned
from the items that were read. *Steps* and *own time* are what is left when AWS's answers are played back from memory:
how often Python calls a function (a count), and the processor's time (the least of {REPLAYS}, all sizes in turn).
*Emulator* is the time spent waiting for it. The last three are ratios of {SIZES[-1]:,} invites to {SIZES[0]} in this
run; for text and for a code in full, to {SIZES[1]:,}: they look through 500 invites at most, and {SIZES[0]} are fewer.
"""

Ask = Callable[[str], Any]


@dataclass(frozen=True)
class Cost:
    """Of one question at one size. ``own`` and ``waiting`` are seconds."""

    calls: int
    units: float
    written: float
    steps: int
    own: float
    waiting: float


Costs = dict[str, dict[int, Cost]]


def measure() -> Section:
    recordings: dict[tuple[str, int], Recording] = {}
    with _api() as (ask, garden):
        for size in SIZES:
            garden.grow(size)
            for name, recording in _recorded(ask, garden):
                recordings[name, size] = recording
            sys.stderr.write(f"{size:,} … ")
            sys.stderr.flush()
        costs = _costs(recordings)
    return Section("Growth", HOW, [_table(costs), _about_the_emulator(costs)], list(_goals(costs)))


def _costs(recordings: dict[tuple[str, int], Recording]) -> Costs:
    own, costs = own_seconds(recordings, REPLAYS), Costs()
    for (name, size), each in recordings.items():
        units, steps = each.units, each.steps()
        cost = Cost(each.calls, units.read, units.write + units.index, steps, own[name, size], each.waiting)
        costs.setdefault(name, {})[size] = cost
    return costs


@contextmanager
def _api() -> Iterator[tuple[Ask, Garden]]:
    """The API in this process, at an emulator of its own; nothing else runs."""
    with TemporaryDirectory() as state, ministack(port=free_port(), log=Path(state) / "ministack.log") as aws:
        os.environ.update({**aws.environment, "PLEX_BASE_URL": "http://127.0.0.1:9", "POWERTOOLS_LOG_LEVEL": "ERROR"})
        from chalice.config import Config
        from chalice.local import LocalGateway

        from app import app
        from chalicelib import wiring
        from chalicelib.redemptions import redeeming
        from local import demo

        wiring.connection()._read_timeout_seconds = PATIENCE
        furnished, now = demo.furnish("http://127.0.0.1:8000"), wiring.now()
        gateway = LocalGateway(app, Config.create())
        headers = {"authorization": f"Bearer {furnished.admin_token}"}

        def ask(path: str) -> Any:
            answer = gateway.handle_request("GET", path, headers, b"")
            assert answer["statusCode"] == 200, (path, answer)
            return json.loads(answer["body"])

        yield ask, Garden(redeeming.validate(demo.CODE, invites=wiring.invites(), now=now), now)


def _recorded(ask: Ask, garden: Garden) -> Iterator[tuple[str, Recording]]:
    for name, path in _questions(ask, garden).items():
        work = _asking(ask, path)
        yield name, recorded(work, units_of(work))
    yield "sweep, nothing due", recorded(_sweep, units_of(_sweep))
    with garden.due(DUE):
        units = units_of(_sweep)
    with garden.due(DUE):
        yield f"sweep, {DUE} due", recorded(_sweep, units, times=1)


def _questions(ask: Ask, garden: Garden) -> dict[str, str]:
    middle = garden.size // 2 // 40 * 40
    dates = {"from": f"{garden.made_at(40):%Y-%m-%dT%H:%M:%SZ}", "to": f"{garden.made_at(4):%Y-%m-%dT%H:%M:%SZ}"}
    searches: dict[str, dict[str, str]] = {
        "first page": {},
        "second page": {"cursor": ask("/invites?limit=10")["next"]},
        "page in the middle": {"cursor": _cursor(garden, middle)},
        **{f"status {status}": {"status": status} for status in ("active", "redeemed", "expired", "inactive")},
        "creator": {"creator": CREATORS[1].id},
        "creator and status": {"creator": CREATORS[1].id, "status": "active"},
        "dates": dates,
        "status and dates": {"status": "active", **dates},
        TEXT: {"q": "no such words"},
        CODE: {"q": f"Grown{middle:07}"},
    }
    pages = {name: f"/invites?{urlencode({**search, 'limit': '10'})}" for name, search in searches.items()}
    return {**pages, "statistics": "/stats"}


def _asking(ask: Ask, path: str) -> Work:
    def work() -> None:
        ask(path)

    return work


def _cursor(garden: Garden, number: int) -> str:
    from chalicelib.common.times import order_key
    from chalicelib.web.paging import _encoded

    return _encoded(order_key(garden.made_at(number), f"Grown{number:07}"))


def _sweep() -> None:
    from chalicelib.functions import sweep

    sweep.sweep(_Context())


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 240_000


def _table(costs: Costs) -> Table:
    rows = [_row(name, found, _base(name)) for name, found in costs.items()]
    units = [f"units at {size:,}" for size in SIZES]
    return Table(("Question", "calls", *units, "steps, times", "own time, times", "emulator, times"), rows)


def _row(name: str, found: dict[int, Cost], base: int) -> tuple[str | float, ...]:
    largest = found[SIZES[-1]]
    return (
        name,
        largest.calls,
        *(found[size].units for size in SIZES),
        round(_ratio(found, base, "steps"), 2),
        round(_ratio(found, base, "own"), 2),
        round(_ratio(found, base, "waiting"), 1),
    )


def _base(name: str) -> int:
    return SIZES[1] if name in BOUNDED else SIZES[0]


def _ratio(found: dict[int, Cost], base: int, what: str) -> float:
    was, is_now = getattr(found[base], what), getattr(found[SIZES[-1]], what)
    return float(is_now / was) if was else 1.0 + is_now  # from nothing to nothing is once as much


def _about_the_emulator(costs: Costs) -> str:
    pages = [found[SIZES[-1]] for found in costs.values()]
    share = sum(cost.waiting for cost in pages) / sum(cost.waiting + cost.own for cost in pages)
    return (
        "The emulator gathers and sorts the whole partition of an index for every query, whatever the page: at"
        f" {SIZES[-1]:,} invites it takes {share:.1%} of all the time above, and it is what grows. DynamoDB finds its"
        " place in an index that is sorted already; what it bills for, and what a request waits for, are the units."
    )


def _goals(costs: Costs) -> Iterator[Goal]:
    told = {
        "calls": "calls to AWS",
        "units": "units read",
        "written": "units written",
        "steps": "steps of our own",
        "own": "our own time",
    }
    for what, words in told.items():
        ratios = {name: _ratio(found, _base(name), what) for name, found in costs.items()}
        worst = max(ratios, key=lambda name: ratios[name])
        measured = f"at most {ratios[worst]:.2f} times ({worst})"
        yield Goal(
            f"{words}, {SIZES[0]} to {SIZES[-1]:,} invites", f"at most {FLAT} times", measured, ratios[worst] <= FLAT
        )
