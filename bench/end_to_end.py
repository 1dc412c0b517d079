"""From the click to the accepted share, and a thousand redemptions in a row."""

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import boto3

from bench.houses import house_apart, unheard
from bench.report import Goal, Section, Table
from testing.people import Stack, Visitor

LATENCIES = (0.0, 0.15)
"""Seconds that every call to Plex takes at least."""

ONCE = 15
MANY, AT_ONCE, EVERY = 1000, 4, 100
MOST_CALLS = 7
FLAT = 1.01
"""What memory at the end is to that after the first half: by then whatever is kept once is kept."""

HOW = f"""
The whole stack in a process of its own, people outside it. *One redemption*: from the click that completes the sign-in
to the moment at which the stand-in has the share accepted, by its own log of calls; the median of {ONCE}, one after
the other. *Plex's own* is the time in which it was busy with these calls. *Calls* are all that one person's redemption
causes, the PIN's start included. *A thousand in a row*: {AT_ONCE} people at a time, each with an invite, an account, a
browser and an address of their own, each followed until it is done, and leaving the server once the share was looked
at, for Plex has a hundred people at most. Memory is what the processes hold (RSS).
"""

Call = dict[str, Any]


@dataclass(frozen=True)
class Once:
    """Of one redemption, in seconds since the click; ``taken`` is when the queue function asks for the share.

    ``in_plex`` is how long Plex was busy with it until it was accepted; ``calls`` are all of them, in order.
    """

    answered: float
    taken: float
    accepted: float
    done: float
    in_plex: float
    calls: list[str]

    @property
    def beyond_plex(self) -> float:
        return self.accepted - self.in_plex


@dataclass(frozen=True)
class Many:
    seconds: float
    done: int
    shares: int
    dead: int
    memory: dict[str, list[float]]
    """MB of each process, after every so many."""


def measure() -> Section:
    with house_apart() as (here, pid):
        here.hears = unheard
        _warm(here)
        once = {latency: _once_each(here, latency) for latency in LATENCIES}
        many = _many(here, pid)
    findings: list[str | Table] = [_stages(once), _calls_told(once[0.0][0]), _many_told(many), _memory(many)]
    return Section("End to end", HOW, findings, list(_goals(once, many)))


def _warm(here: Stack) -> None:
    """Both sandboxes of the queue function have run once."""
    for _ in range(4):
        _redeems(here)


def _set(here: Stack, **options: Any) -> None:
    here.plex.control.patch("/_standin/options", json=options).raise_for_status()


def _once_each(here: Stack, latency: float) -> list[Once]:
    _set(here, latency_seconds=latency)
    found = [_once(here) for _ in range(ONCE)]
    _set(here, latency_seconds=0)
    return found


def _once(here: Stack) -> Once:
    visitor, code = here.visitor(), here.invite()
    here.plex.control.delete("/_standin/calls")
    sign_in_id = visitor.signs_in(code)
    clicked = time.time()
    answer = visitor.completes(code, sign_in_id)
    answered = time.time()
    visitor.waits(answer)
    done = time.time()
    calls = here.plex.calls("/api/")
    _leaves(here, visitor)
    later = [call for call in calls if call["began"] >= clicked]
    accepting = next(call for call in later if _accepts(call))
    sharing = next(call for call in later if call["path"].endswith("/shared_servers"))
    until = [call for call in later if call["ended"] <= accepting["ended"]]
    return Once(
        answered=answered - clicked,
        taken=sharing["began"] - clicked,
        accepted=accepting["ended"] - clicked,
        done=done - clicked,
        in_plex=sum(call["ended"] - call["began"] for call in until),
        calls=[f"{call['method']} {call['path']}" for call in calls],
    )


def _accepts(call: Call) -> bool:
    return call["method"] in ("POST", "PUT") and "accept" in call["path"]


def _many(here: Stack, pid: int) -> Many:
    memory: dict[str, list[float]] = {}
    done, shares, began = _done(here), 0, time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as hands:
        for number, redeemed in enumerate(as_completed([hands.submit(_redeems, here) for _ in range(MANY)]), 1):
            shares += redeemed.result()
            if number % EVERY == 0:
                for name, held in _held(here, pid):
                    memory.setdefault(name, []).append(held)
    return Many(time.monotonic() - began, _done(here) - done, shares, _dead(here), memory)


def _redeems(here: Stack) -> int:
    """Gives the number of shares that it came to."""
    visitor = here.visitor()
    with suppress(AssertionError):  # whoever never comes to the end is lost, and counted so
        visitor.waits(visitor.redeems(here.invite()), seconds=120)
    return _leaves(here, visitor)


def _leaves(here: Stack, visitor: Visitor) -> int:
    """Ends the shares, and gives how many were accepted."""
    visitor.browser.close()
    shares = here.plex.shares(visitor.account)
    for share in shares:
        here.plex.control.delete(f"/_standin/shares/{share['id']}").raise_for_status()
    return sum(share["accepted"] for share in shares)


def _held(here: Stack, pid: int) -> Iterator[tuple[str, float]]:
    yield "API, and the local stack around it", _megabytes(pid)
    for file in sorted(here.running.run_dir.glob("provision-*.pid")):
        yield f"queue function, sandbox {file.stem.partition('-')[2]}", _megabytes(int(file.read_text()))


def _megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _done(here: Stack) -> int:
    found, cursor = 0, None
    while True:
        asked = {"state": "done", "limit": "100", **({"cursor": cursor} if cursor else {})}
        page = here.admin.get("/redemptions", params=asked).json()
        found, cursor = found + len(page["redemptions"]), page["next"]
        if cursor is None:
            return found


def _dead(here: Stack) -> int:
    aws = here.running.environment
    sqs = boto3.client(
        "sqs",
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        region_name=aws["AWS_REGION"],
        aws_access_key_id=aws["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=aws["AWS_SECRET_ACCESS_KEY"],
    )
    queues = [url for url in sqs.list_queues()["QueueUrls"] if "dead" in url.lower() or "park" in url.lower()]
    assert queues
    waiting = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in queues]
    return sum(int(each["ApproximateNumberOfMessages"]) for each in waiting)


def _stages(once: dict[float, list[Once]]) -> Table:
    def row(what: str, of: Callable[[Once], float]) -> tuple[str, ...]:
        return (what, *(f"{median(of(one) for one in found):.3f}" for found in once.values()))

    rows = [
        row("the claim is answered", lambda one: one.answered),
        row("the queue function asks for the share", lambda one: one.taken),
        row("the share is accepted", lambda one: one.accepted),
        row("of that, Plex's own", lambda one: one.in_plex),
        row("**of that, beyond Plex's own**", lambda one: one.beyond_plex),
        row("the person's page says so", lambda one: one.done),
    ]
    return Table(("One redemption, seconds since the click", *(f"Plex at {1000 * each:.0f} ms" for each in once)), rows)


def _calls_told(one: Once) -> str:
    numbers = re.compile(r"[0-9a-f]{8,}")
    listed = ", ".join(f"`{numbers.sub('…', call)}`" for call in one.calls)
    return (
        f"{len(one.calls)} calls to Plex in all, from the sign-in's first to the last look, in this order: {listed}."
        " While the person hesitates at Plex, the page asks for the PIN once more each time that it looks."
    )


def _many_told(many: Many) -> str:
    return (
        f"{MANY:,} redemptions in a row, {AT_ONCE} at a time: {many.done:,} done, {many.shares:,} shares accepted,"
        f" {many.dead} messages dead or parked, in {many.seconds:.0f} s, that is {MANY / many.seconds:.1f} a second."
    )


def _memory(many: Many) -> Table:
    columns = [f"{number:,}" for number in range(EVERY, MANY + 1, EVERY)]
    rows = [(name, *(f"{held:.1f}" for held in of)) for name, of in many.memory.items()]
    return Table(("Memory in MB after so many", *columns), rows)


def _growth(held: Sequence[float]) -> float:
    return held[-1] / held[len(held) // 2 - 1]


def _goals(once: dict[float, list[Once]], many: Many) -> Iterator[Goal]:
    calls = max(len(one.calls) for found in once.values() for one in found)
    yield Goal("calls to Plex for a redemption", f"at most {MOST_CALLS}", str(calls), calls <= MOST_CALLS)
    lost = max(MANY - many.done, MANY - many.shares, many.dead)
    told = f"{many.done:,} done, {many.shares:,} shares, {many.dead} dead"
    yield Goal(f"{MANY:,} in a row, none lost", f"{MANY:,} done", told, lost == 0)
    worst = max(many.memory, key=lambda name: _growth(many.memory[name]))
    growth = _growth(many.memory[worst])
    yield Goal(
        f"memory after {MANY:,}, to that after {MANY // 2:,}",
        f"at most {FLAT} times",
        f"{growth:.3f} ({worst})",
        growth <= FLAT,
    )
