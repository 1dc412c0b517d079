"""200 people who redeem in the same second: on one invite, on one each, and while DynamoDB has a bad day."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from statistics import median, quantiles
from unittest.mock import patch

from bench.crowd import Told, all_click, arriving, counting_transactions
from bench.houses import stack, unheard
from bench.report import Goal, Section, Table
from local.plex import demo
from testing.database_faults import LOST, REASONS, THROTTLED, trouble
from testing.people import Stack

PEOPLE, USES = 200, 50
SHARE = 0.3
SECONDS_TO_FOLLOW = 180

HOW = f"""
{PEOPLE} people, each with a browser, an address and a Plex account of their own, have signed in at Plex and click
in the same moment: {PEOPLE} requests at once to the API over HTTP, on one machine with the emulator and Plex's
stand-in, so that seconds tell of the queue before two processors. Whoever is told to come again (503, 429) does so
after Retry-After, and after a 5xx without it after a second, as the signup page does. Then each is followed to the end.
*Conditions failed* are claims that somebody else's was faster than: whoever made them reads again, and is refused or
claims once more. *Sent again* are transactions that were cancelled for others' writes.

*A bad day*: {SHARE:.0%} of the API's calls to DynamoDB go wrong on the wire, below botocore: refused as throttled
(`{"`, `".join(THROTTLED)}`) or cancelled for others' writes (`{"`, `".join(REASONS)}`, `TransactionConflictException`),
or done and the answer lost. *Before* is the same with PynamoDB's own connection in place of ours
(adapters/dynamo/connection.py), which does not try again what crossed somebody else's write.
"""


@dataclass(frozen=True)
class Scene:
    """``wanted``: how many should be let in."""

    name: str
    wanted: int
    is_ours: bool = True
    bad_day: bool = False


@dataclass(frozen=True)
class Outcome:
    """What 200 people came to. ``let_in`` were told so, the others by which refusal; ``lost`` know nothing definite."""

    scene: Scene
    told: Sequence[Told]
    let_in: int
    uses: int
    accounts: int
    shares: int
    transactions: Counter[str]
    hits: Counter[str]
    seconds: float

    @property
    def refusals(self) -> Counter[str]:
        refused = (each.last for each in self.told if each.is_definite and each.last.status_code != HTTPStatus.ACCEPTED)
        return Counter(answer.json()["Code"] for answer in refused)

    @property
    def lost(self) -> int:
        return sum(not each.is_definite for each in self.told)

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status_code for each in self.told for answer in each.answers)

    @property
    def is_exact(self) -> bool:
        made = (self.let_in, self.uses, self.accounts, self.shares)
        refused = PEOPLE - self.scene.wanted
        return made == (self.scene.wanted,) * 4 and self.refusals == +Counter(InviteNotActive=refused)


def measure() -> Section:
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"  # what goes wrong here is meant to
    one, each = f"one invite with {USES} uses", f"{PEOPLE} invites"
    scenes = (
        Scene(one, USES),
        Scene(each, PEOPLE),
        Scene(f"{one}, a bad day", USES, bad_day=True),
        Scene(f"{each}, a bad day", PEOPLE, bad_day=True),
        Scene(f"{one}, a bad day, before", USES, bad_day=True, is_ours=False),
    )
    with stack() as here:
        here.hears = unheard
        here.plex.control.patch("/_standin/options", json={"people_limit": 10 * PEOPLE}).raise_for_status()
        outcomes = [_played(here, scene) for scene in scenes]
    return Section("Contention", HOW, [_what_came_of_it(outcomes), _what_it_took(outcomes)], list(_goals(outcomes)))


def _played(here: Stack, scene: Scene) -> Outcome:
    one = scene.wanted < PEOPLE
    codes = [here.invite(usage_limit=scene.wanted)] * PEOPLE if one else [here.invite() for _ in range(PEOPLE)]
    people = arriving(here, codes)
    with counting_transactions() as transactions, _weather(scene) as hits:
        told, seconds = all_click(people)
    return Outcome(
        scene=scene,
        told=told,
        let_in=_followed(told),
        uses=sum(here.shown(code)["uses"] for code in set(codes)),
        accounts=_accounts(told),
        shares=_leave(here, told),
        transactions=transactions,
        hits=hits,
        seconds=seconds,
    )


@contextmanager
def _weather(scene: Scene) -> Iterator[Counter[str]]:
    from chalicelib.adapters.dynamo.connection import PatientConnection
    from pynamodb.connection import Connection

    with ExitStack() as weather:
        if not scene.is_ours:
            plain = vars(Connection)["_make_api_call"]
            weather.enter_context(patch.object(PatientConnection, "_make_api_call", plain))
        yield weather.enter_context(trouble(SHARE)) if scene.bad_day else Counter()


def _followed(told: Sequence[Told]) -> int:
    """Everybody who was told that they are let in, to the end; gives how many redemptions are done."""
    done = set()
    for each in told:
        if each.last.status_code == HTTPStatus.ACCEPTED:
            with suppress(AssertionError):  # whoever never comes to the end is missing in the count
                done.add(each.person.visitor.waits(each.last, seconds=SECONDS_TO_FOLLOW)["id"])
    return len(done)


def _accounts(told: Sequence[Told]) -> int:
    """Plex ids among theirs that an account was made for."""
    from chalicelib.stores.accounts.identities import plex_identity
    from chalicelib.stores.accounts.records import IdentityModel

    ids = [plex_identity(each.person.visitor.account["id"]) for each in told]
    return len(list(IdentityModel.batch_get(ids, consistent_read=True)))


def _leave(here: Stack, told: Sequence[Told]) -> int:
    """Ends their shares, so that no scene is in another's way; gives how many were accepted."""
    theirs = {each.person.visitor.account["id"] for each in told}
    rows = here.plex.control.get("/_standin/shares", params={"machine_id": demo.MACHINE_ID}).json()["shares"]
    shares = [row for row in rows if row["account_id"] in theirs and not row["cancelled"]]
    for each in told:
        each.person.visitor.browser.close()
    for share in shares:
        here.plex.control.delete(f"/_standin/shares/{share['id']}").raise_for_status()
    return sum(share["accepted"] for share in shares)


def _what_came_of_it(outcomes: Sequence[Outcome]) -> Table:
    rows = [
        (
            each.scene.name,
            each.let_in,
            each.accounts,
            each.shares,
            each.refusals["InviteNotActive"],
            each.lost,
            each.statuses.total(),
            each.statuses[HTTPStatus.SERVICE_UNAVAILABLE] + each.statuses[HTTPStatus.TOO_MANY_REQUESTS],
            each.statuses[HTTPStatus.INTERNAL_SERVER_ERROR],
        )
        for each in outcomes
    ]
    columns = "What came of it", "let in", "accounts", "shares", "refused", "lost", "requests", "come again", "500"
    return Table(columns, rows)


def _what_it_took(outcomes: Sequence[Outcome]) -> Table:
    rows: list[tuple[str | float, ...]] = [
        (
            each.scene.name,
            each.transactions["sent"],
            each.transactions["ConditionalCheckFailed"],
            sum(each.transactions[reason] for reason in REASONS),
            each.hits.total(),
            each.hits[LOST],
            f"{PEOPLE / each.seconds:.0f}",
            *(f"{seconds:.2f}" for seconds in _p50_and_p95(each)),
        )
        for each in outcomes
    ]
    columns = "What it took", "transactions", "conditions failed", "sent again", "calls gone wrong", "answers lost"
    return Table((*columns, "people/s", "p50, s", "p95, s"), rows)


def _p50_and_p95(outcome: Outcome) -> tuple[float, float]:
    """From the click to the definite answer."""
    waited = [each.waited for each in outcome.told]
    return median(waited), quantiles(waited, n=20)[-1]


def _goals(outcomes: Sequence[Outcome]) -> Iterator[Goal]:
    for each in outcomes:
        if each.scene.is_ours:
            told = f"{each.let_in} let in, {each.accounts} accounts, {each.shares} shares, {each.lost} lost"
            wanted = f"{each.scene.wanted}, and nobody lost"
            yield Goal(f"{each.scene.name}: exact", wanted, told, each.is_exact and not each.lost)
