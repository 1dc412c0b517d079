"""What a look at everybody on Plex takes, of 10, 100 and 1,000 people."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from time import thread_time

from bench.report import Goal, Section, Table
from bench.stacks import stack_here
from local.plex import demo
from testing.each_function import deliver, held_back_from_the_queue
from testing.metering.calls import counting
from testing.metering.meter import NONE
from testing.people import Stack

SIZES = (10, 100, 1_000)
CHANGED, PAGE, AT_ONCE, FLAT = 10, 100, 100, 1.2
UNCHANGED, IN_PAGES, FIRST = "nothing changed", f"… in pages of {PAGE}", f"{CHANGED} of them changed"

HOW = f"""
The local stack in this process, and so many people to whom its server is shared, all of them adopted. A look is what
the queue's function does for its message, warm; *units* are worked out from the items, as in *Cost*. *In pages* is with
a plex.tv that cuts its lists after {PAGE} rows and says how many there are; it cuts none otherwise. *Changed* is that
{CHANGED} of them were given another library at Plex: the look that sees it first. *Time* is the processor's, of the
function alone.
"""


@dataclass(frozen=True)
class Cost:
    plex: int
    aws: int
    read: float
    written: int
    seconds: float


def measure() -> Section:
    costs: dict[str, dict[int, Cost]] = {UNCHANGED: {}, IN_PAGES: {}, FIRST: {}}
    with stack_here() as stack:
        stack.plex.has_room()
        shares = list[int]()
        for size in SIZES:
            shares += _let_in(stack, size - len(shares))
            for name, cost in _costs(stack, shares):
                costs[name][size] = cost
            sys.stderr.write(f"{size:,} … ")
    return Section("Looking", HOW, [_table(costs)], list(_goals(costs)))


def _costs(stack: Stack, shares: list[int]) -> Iterator[tuple[str, Cost]]:
    _look(stack)
    yield UNCHANGED, _look(stack)
    with stack.plex.behaving(page_size=PAGE):
        yield IN_PAGES, _look(stack)
    _share(stack, shares[:CHANGED], [demo.MOVIES, demo.MUSIC])
    yield FIRST, _look(stack)
    _share(stack, shares[:CHANGED], [demo.MOVIES])


def _let_in(stack: Stack, number: int) -> list[int]:
    """So many more; gives the ids of their shares."""
    accounts, shares = [stack.plex.account()["id"] for _ in range(number)], list[int]()
    for account_id in accounts:
        asked = {"machine_id": demo.MACHINE_ID, "account_id": account_id, "section_ids": [demo.MOVIES]}
        shares.append(stack.plex.control.post("/_standin/shares", json=asked).json()["id"])
    _look(stack)
    for start in range(0, number, AT_ONCE):
        answer = stack.admin.post("/access/adopt", json={"plex_ids": accounts[start : start + AT_ONCE]})
        assert answer.is_success, answer.text
    return shares


def _share(stack: Stack, shares: list[int], section_ids: list[int]) -> None:
    for share_id in shares:
        asked = {"section_ids": section_ids}
        stack.plex.control.patch(f"/_standin/shares/{share_id}", json=asked).raise_for_status()


def _look(stack: Stack) -> Cost:
    with held_back_from_the_queue():
        assert stack.admin.post("/access/look", json={}).is_success
    with counting(units=True) as calls:
        began = thread_time()
        deliver({"kind": "look"})
        seconds = thread_time() - began
    units, plex = sum((call.units for call in calls), NONE), sum(call.service == "plex" for call in calls)
    return Cost(plex, len(calls) - plex, units.read, units.write + units.index, seconds)


def _table(costs: dict[str, dict[int, Cost]]) -> Table:
    columns = ("Look", "people", "calls to Plex", "calls to AWS", "units read", "units written", "time, ms")
    return Table(
        columns,
        [
            (name, size, cost.plex, cost.aws, cost.read, cost.written, round(cost.seconds * 1000))
            for name, sizes in costs.items()
            for size, cost in sizes.items()
        ],
    )


def _goals(costs: dict[str, dict[int, Cost]]) -> Iterator[Goal]:
    plain = costs[UNCHANGED]
    most = max(cost.plex for cost in plain.values())
    yield Goal(f"calls to Plex, {SIZES[0]} to {SIZES[-1]:,} people", "3", str(most), most == 3)
    ratio = plain[SIZES[-1]].aws / plain[SIZES[0]].aws
    yield Goal(
        f"calls to AWS, {SIZES[0]} to {SIZES[-1]:,} people", f"at most {FLAT} times", f"{ratio:.2f}", ratio <= FLAT
    )
    written = max(cost.written for cost in plain.values())
    yield Goal("units written where nothing changed", "at most 4", str(written), written <= 4)
