"""From the click to the accepted share, and a thousand redemptions in a row."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.report import Goal, Section, Table
from bench.stacks import leave_server, stack_apart
from testing.people import Stack

LATENCIES = (0.4, 0.15, 0.05, 0.0)  # seconds that every call to Plex takes at least; none at last, for what follows
GOAL_AT, MOST_WAITS = 0.15, 4.6  # the click to the accepted share, in calls to Plex
ONCE, MANY, AT_ONCE, EVERY = 15, 1000, 4, 100
MOST_CALLS, FLAT = 7, 1.01  # flat: memory at the end to that after the first half, when all that is kept once is kept

HOW = f"""
The whole stack in a process of its own, people outside it. *One redemption*: from the click that completes the sign-in
to the moment at which the stand-in has the share accepted, by its own log of calls; the median of {ONCE}, one after
the other. *Plex's own* is the time in which it was busy with these calls. *Calls* are all that one person's redemption
causes, the PIN's start included. *A thousand in a row*: {AT_ONCE} people at a time, each with an invite, an account, a
browser and an address of their own, each followed until it is done, and leaving the server once the share was looked
at, for Plex has a hundred people at most. Memory is what the processes hold (RSS).
"""

CALLS = """
The calls to Plex, from the sign-in's first to the last look, in this order: {listed}. While the person hesitates at
Plex, the page asks for the PIN once more each time that it looks.
"""

STAGES = (
    "the claim is answered",
    "the queue function asks for the share",
    "the share is accepted",
    "of that, Plex's own",
    "**of that, beyond Plex's own**",
    "the person's page says so",
)

ACCEPTED = STAGES.index("the share is accepted")

Once = tuple[tuple[float, ...], list[str]]  # the seconds of each stage since the click, and all calls to Plex


@dataclass(frozen=True)
class Many:
    """Those of many that are done, and their accepted shares. ``memory``: MB of each process after every hundred."""

    seconds: float
    done: int
    shares: int
    memory: dict[str, list[float]]


def measure() -> Section:
    with stack_apart() as (stack, pid):
        for _ in range(4):  # both sandboxes of the queue function have run once then
            _redeem(stack)
        once = {latency: _redeem_once_each(stack, latency) for latency in LATENCIES}
        many = _redeem_many(stack, pid)
    _, calls = once[LATENCIES[0]][0]
    listed = ", ".join(f"`{re.sub('[0-9a-f]{8,}', '…', call)}`" for call in calls)
    findings: list[str | Table] = [_stages(once), CALLS.format(listed=listed), _memory(many)]
    wait = median(seconds[ACCEPTED] for seconds, _ in once[GOAL_AT]) / GOAL_AT
    return Section("End to end", HOW, findings, list(_goals(len(calls), wait, many)))


def _redeem_once_each(stack: Stack, latency: float) -> list[Once]:
    """While Plex takes so many seconds for each call."""
    stack.plex.control.patch("/_standin/options", json={"latency_seconds": latency}).raise_for_status()
    return [_redeem_once(stack) for _ in range(ONCE)]


def _redeem_once(stack: Stack) -> Once:
    visitor, code = stack.visitor(), stack.invite()
    stack.plex.control.delete("/_standin/calls")
    sign_in_id = visitor.signs_in(code)
    clicked = time.time()
    answer = visitor.completes(code, sign_in_id)
    answered = time.time()
    visitor.waits(answer)
    done = time.time()
    calls = stack.plex.calls("/api/")
    leave_server(stack, visitor)
    later = [call for call in calls if call["began"] >= clicked]
    taken = next(call["began"] for call in later if call["path"].endswith("/shared_servers"))
    accepted = next(call["ended"] for call in later if call["path"].endswith("/accept"))
    in_plex = _busy([(call["began"], call["ended"]) for call in later if call["ended"] and call["ended"] <= accepted])
    seconds = (answered - clicked, taken - clicked, accepted - clicked, in_plex, accepted - clicked - in_plex)
    return (*seconds, done - clicked), [f"{call['method']} {call['path']}" for call in calls]


def _busy(calls: list[tuple[float, float]]) -> float:
    """The seconds in which at least one of them was under way."""
    seconds, until = 0.0, 0.0
    for began, ended in sorted(calls):
        seconds += max(0.0, ended - max(began, until))
        until = max(until, ended)
    return seconds


def _redeem_many(stack: Stack, pid: int) -> Many:
    memory: dict[str, list[float]] = {}
    redeemed, began = list[tuple[bool, int]](), time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in range(MANY // EVERY):
            redeemed += threads.map(_redeem, [stack] * EVERY)
            for name, held in _held(stack, pid):
                memory.setdefault(name, []).append(held)
    done, shares = map(sum, zip(*redeemed, strict=True))
    return Many(time.monotonic() - began, done, shares, memory)


def _redeem(stack: Stack) -> tuple[bool, int]:
    """Whether it is done at last, and the number of accepted shares that it came to."""
    visitor, done = stack.visitor(), False
    with suppress(AssertionError):  # one that never comes to its end is lost, and counted so
        done = bool(visitor.waits(visitor.redeems(stack.invite()), seconds=120))
    return done, leave_server(stack, visitor)


def _held(stack: Stack, pid: int) -> Iterator[tuple[str, float]]:
    yield "API, and the local stack around it", _megabytes(pid)
    for file in sorted(stack.running.run_dir.glob("provision-*.pid")):
        yield f"queue function, sandbox {file.stem.partition('-')[2]}", _megabytes(int(file.read_text()))


def _megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _stages(once: Mapping[float, list[Once]]) -> Table:
    medians = [map(median, zip(*(seconds for seconds, _ in found), strict=True)) for found in once.values()]
    rows = [(stage, *(f"{each:.3f}" for each in row)) for stage, *row in zip(STAGES, *medians, strict=True)]
    return Table(("One redemption, seconds since the click", *(f"Plex at {1000 * each:.0f} ms" for each in once)), rows)


def _memory(many: Many) -> Table:
    columns = [f"{number:,}" for number in range(EVERY, MANY + 1, EVERY)]
    rows = [(name, *(f"{held:.1f}" for held in of)) for name, of in many.memory.items()]
    return Table(("Memory in MB after so many", *columns), rows)


def _goals(calls: int, wait: float, many: Many) -> Iterator[Goal]:
    told = f"from the click to the accepted share, Plex at {1000 * GOAL_AT:.0f} ms"
    yield Goal(told, f"at most {MOST_WAITS} calls' time", f"{wait:.2f}", wait <= MOST_WAITS)
    yield Goal("calls to Plex for a redemption", f"at most {MOST_CALLS}", str(calls), calls <= MOST_CALLS)
    told = f"{many.done:,} done, {many.shares:,} shares, in {many.seconds:.0f} s"
    yield Goal(f"{MANY:,} in a row, none lost", f"{MANY:,} done", told, many.done == many.shares == MANY)
    growth, worst = max((held[-1] / held[len(held) // 2 - 1], name) for name, held in many.memory.items())
    memory = f"memory after {MANY:,}, to that after {MANY // 2:,}"
    yield Goal(memory, f"at most {FLAT} times", f"{growth:.3f} ({worst})", growth <= FLAT)
