"""200 people who redeem in the same second: on one invite, on one each, and while calls to DynamoDB fail."""

import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from statistics import median, quantiles

import httpx

from bench.report import Goal, Section, Table
from bench.stacks import leave_server, stack_here
from chalicelib.stores.accounts.identities import plex_identity
from chalicelib.stores.accounts.records import IdentityModel
from testing.database_faults import REASONS, THROTTLED, trouble
from testing.metering.calls import counting
from testing.people import Stack, Visitor

PEOPLE, USES, SHARE = 200, 50, 0.3
PATIENCE = 180  # seconds after which a person without a definite answer gives up and counts as lost

SCENARIOS = {
    f"one invite with {USES} uses": (USES, 0.0),
    f"{PEOPLE} invites": (PEOPLE, 0.0),
    f"one invite with {USES} uses, calls failing": (USES, SHARE),
    f"{PEOPLE} invites, calls failing": (PEOPLE, SHARE),
}
"""How many people should be let in, and which share of the calls to DynamoDB fails."""

HOW = f"""
{PEOPLE} people, each with a browser, an address and a Plex account of their own, have signed in at Plex and click
in the same moment: {PEOPLE} requests at once to the API over HTTP, on one machine with the emulator and Plex's
stand-in, so that seconds tell of the queue before two processors. A person who is told to come again (503, 429) does so
after Retry-After, and after a 5xx without it after a second, as the signup page does. Then each is followed to the end.
*Transactions* are the claims that were written or tried: one that came after another of the same invite is decided
again, and refused or claimed once more.

*Calls failing*: {SHARE:.0%} of the API's calls to DynamoDB fail on the wire, below botocore: refused as throttled
(`{"`, `".join(THROTTLED)}`) or cancelled for other writes (`{"`, `".join(REASONS)}`, `TransactionConflictException`),
or done and the answer lost.
"""

Outcome = dict[str, str | float]  # by column


@dataclass
class Invitee:
    """A person who is signed in at Plex; then all answers to the click, and the seconds from it to the last."""

    visitor: Visitor
    code: str
    sign_in_id: str
    answers: list[httpx.Response] = field(default_factory=list)
    waited: float = 0.0

    @property
    def last(self) -> httpx.Response:
        return self.answers[-1]

    @property
    def is_lost(self) -> bool:
        """Without a definite answer."""
        return self.last.status_code >= HTTPStatus.TOO_MANY_REQUESTS

    def click(self) -> None:
        """And again when told to come again, as the signup page does."""
        began = time.monotonic()
        while True:
            self.answers.append(self.visitor.completes(self.code, self.sign_in_id))
            self.waited = time.monotonic() - began
            if not self.is_lost or self.waited > PATIENCE:
                return
            time.sleep(float(self.last.headers.get("Retry-After") or 1))

    def follow(self) -> bool:
        """Whether the redemption of a person who was let in is done at last."""
        with suppress(AssertionError):  # one that never comes to its end is missing in the count
            return bool(self.visitor.waits(self.last, seconds=PATIENCE))
        return False


def measure() -> Section:
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"  # what goes wrong here is meant to
    with stack_here() as stack:
        stack.plex.control.patch("/_standin/options", json={"people_limit": 10 * PEOPLE}).raise_for_status()
        outcomes = {name: _play(stack, wanted, share) for name, (wanted, share) in SCENARIOS.items()}
    columns = next(iter(outcomes.values()))
    table = Table(("Who clicks", *columns), [(name, *outcome.values()) for name, outcome in outcomes.items()])
    return Section("Contention", HOW, [table], [_goal(*each) for each in outcomes.items()])


def _play(stack: Stack, wanted: int, share: float) -> Outcome:
    one = wanted < PEOPLE
    codes = [stack.invite(usage_limit=wanted)] * PEOPLE if one else [stack.invite() for _ in range(PEOPLE)]
    visitors = [stack.visitor() for _ in codes]
    with ThreadPoolExecutor(8) as threads:
        sign_in_ids = threads.map(Visitor.signs_in, visitors, codes)
        invitees = [Invitee(*each) for each in zip(visitors, codes, sign_in_ids, strict=True)]
    began = time.monotonic()
    with counting() as calls, trouble(share) as faults, ThreadPoolExecutor(PEOPLE) as threads:
        list(threads.map(Invitee.click, invitees))
    seconds = time.monotonic() - began
    statuses = Counter(answer.status_code for each in invitees for answer in each.answers)
    waited = [each.waited for each in invitees]
    return {
        **_results(stack, invitees),
        "requests": statuses.total(),
        "come again": statuses[HTTPStatus.SERVICE_UNAVAILABLE] + statuses[HTTPStatus.TOO_MANY_REQUESTS],
        "500": statuses[HTTPStatus.INTERNAL_SERVER_ERROR],
        "transactions": sum(call.operation == "TransactWriteItems" for call in calls),
        "calls failed": faults.total(),
        "people/s": f"{PEOPLE / seconds:.0f}",
        "p50, s": f"{median(waited):.2f}",
        "p95, s": f"{quantiles(waited, n=20)[-1]:.2f}",
    }


def _results(stack: Stack, invitees: Sequence[Invitee]) -> Outcome:
    accounts = [plex_identity(each.visitor.account["id"]) for each in invitees]
    return {
        "let in": sum(each.follow() for each in invitees),
        "uses": sum(stack.shown(code)["uses"] for code in {each.code for each in invitees}),
        "accounts": len(list(IdentityModel.batch_get(accounts, consistent_read=True))),
        "shares": sum(leave_server(stack, each.visitor) for each in invitees),
        "refused": [each.last.json().get("Code") for each in invitees].count("InviteNotActive"),
        "lost": sum(each.is_lost for each in invitees),
    }


def _goal(name: str, outcome: Outcome) -> Goal:
    wanted, _ = SCENARIOS[name]
    exact = {**dict.fromkeys(("let in", "uses", "accounts", "shares"), wanted), "refused": PEOPLE - wanted, "lost": 0}
    told = ", ".join(f"{outcome[each]} {each}" for each in exact)
    return Goal(f"{name}: exact", f"{wanted} each, and none lost", told, outcome.items() >= exact.items())
