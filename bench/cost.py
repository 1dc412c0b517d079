"""What an installation costs: each operation by the million, and the bill of a month."""

from collections.abc import Mapping

from bench import usage
from bench.operations import Operation, measure_operations
from bench.prices import PRICES, Amounts, billed, listed, total
from bench.report import Goal, Section, Table
from infra.deploy import costs
from infra.deploy.finishing import REQUESTS_PER_SECOND

INVITES = (10, 100, 1000)
MOST_ALL, MOST_USAGE, MOST_WATCHING = 0.10, 0.06, 0.02

HOW = f"""
Each route is asked over HTTP, on the local stack in this process; each function is invoked in this process with the
event that Lambda would bring. **Units** are DynamoDB's, worked out from the items themselves, read before and after a
call: read units by 4 KB (half where consistency is not asked for, double in a transaction), write units by 1 KB of the
larger of old and new (double in a transaction), and one more for each copy that an index has to change.

**Billed** milliseconds are **worked out, not measured on AWS**: the processor's time on this machine, times
{usage.ONE_PROCESSOR_MB} / {usage.MEMORY_MB} for Lambda's part of a processor at {usage.MEMORY_MB} MB, and
{usage.SECONDS_OF_AWS * 1000:.0f} ms for each call to AWS, {usage.SECONDS_OF_PLEX * 1000:.0f} ms for each to Plex. A
cold start is taken for {usage.COLD_START_SECONDS} billed seconds, a request's logs for {usage.LOG_OF_REQUEST:,} bytes.

**Billed** dollars are what AWS would write on the bill of an account that holds nothing else: a part of CloudWatch,
Lambda, SQS, KMS and CloudFront is free every month, for ever. **At list prices** is as if nothing were. What AWS
gives for the first twelve months only, or as credits of a new account, is in neither. Nothing here comes from a bill.
An account whose free part is used up by other things pays the list prices; docs/operations.md says how to leave out
the dashboard, most of them.

*Times* is how often an operation is taken to happen for an invite that is made, shown and redeemed once; beside them
there are {usage.COLD_STARTS_PER_INVITE} cold starts.
"""


_PRICES_FROM = (
    "**List prices** of us-east-1 in November 2026, as aws.amazon.com/…/pricing has them (a star: from memory, for the"
    " page could not be read here), and what a hundred invites use:"
)


def measure() -> Section:
    operations = measure_operations()
    taken = {name: usage.of_operation(name, each) for name, each in operations.items()}
    parts = usage.at_rest(operations)
    watching = usage.of_memberships_and_events(operations)
    rest = total(*((1, part) for part in parts.values()))
    months = {invites: _month(rest, usage.of_invites(invites, taken)) for invites in INVITES}
    findings: list[str | Table] = [
        _operations(operations, taken),
        "**A month**, with so many invites made and redeemed in it, in US dollars:",
        Table(
            ("Invites", "at rest", "usage", "**billed**", "usage at list prices", "all at list prices"),
            [(invites, *(round(each, 3) for each in month)) for invites, month in months.items()],
        ),
        "**At rest**, a month; docs/operations.md says what each is for:",
        Table(
            ("For", "billed", "at list prices"),
            [(name, round(billed(part), 3), round(listed(part), 3)) for name, part in parts.items()],
        ),
        "**Besides**, a month, where it is switched on or happens:",
        Table(("What", "billed"), _besides(rest, taken)),
        _PRICES_FROM,
        _prices(usage.of_invites(100, taken)),
    ]
    return Section("Cost", HOW, findings, _goals(*months[100][:3], watching=listed(watching)))


def _operations(operations: Mapping[str, Operation], taken: Mapping[str, Amounts]) -> Table:
    rows = [
        (
            name,
            usage.PER_INVITE.get(name, 0),
            len(each.calls),
            round(each.seconds * 1000, 1),
            round(usage.billed_seconds(each) * 1000),
            float(each.units.read),
            each.units.write + each.units.index,
            round(1e6 * listed(taken[name]), 2),
        )
        for name, each in operations.items()
    ]
    columns = ("Operation, warm", "times", "calls", "own ms", "billed ms", "read units", "write units", "USD a million")
    return Table(columns, rows)


def _month(rest: Amounts, used: Amounts) -> tuple[float, float, float, float, float]:
    whole = total((1, rest), (1, used))
    return billed(rest), billed(whole) - billed(rest), billed(whole), listed(used), listed(whole)


def _besides(rest: Amounts, taken: Mapping[str, Amounts]) -> list[tuple[str, float]]:
    """What comes on top of one installation in an account that holds nothing else."""
    rate = REQUESTS_PER_SECOND
    more = {
        **usage.BESIDES,
        "a second stage in the same account, at rest": rest,
        f"{rate} requests a second around the clock, the most that the API lets in, of the cheapest": (
            usage.around_the_clock(taken["GET /health"], a_second=rate)
        ),
        "… of the signup page": usage.around_the_clock(taken["GET /signup"], a_second=rate),
    }
    alone = billed(rest)
    return [(what, round(billed(total((1, rest), (1, part))) - alone, 2)) for what, part in more.items()]


def _prices(used: Amounts) -> Table:
    rows = []
    for name, price in PRICES.items():
        usd, free = f"{price.usd:g} for {price.per:,.0f}", f"{price.free:,.0f}" if price.free else ""
        amount = float(used.get(name, 0))
        rows.append((price.what, price.page, price.unit, usd, free, amount, round(listed({name: amount}), 5)))
    return Table(("Price", "page", "unit", "USD", "free each month", "a hundred invites", "at list prices"), rows)


def _goals(rest: float, used: float, whole: float, *, watching: float) -> list[Goal]:
    told, hundred = sum(costs.STANDING.values()), costs.PER_HUNDRED_INVITES
    return [
        Goal("A month with 100 invites, all in", f"under {MOST_ALL:.2f} USD", f"{whole:.3f}", whole < MOST_ALL),
        Goal("… of it usage", f"under {MOST_USAGE:.2f} USD", f"{used:.3f}", used < MOST_USAGE),
        Goal(
            "Memberships and events at rest, at list prices",
            f"under {MOST_WATCHING:.2f} USD",
            f"{watching:.4f}",
            0 < watching < MOST_WATCHING,
        ),
        Goal(
            "What `make deploy` and docs/operations.md say",
            f"{told:.2f} at rest, {hundred:.2f} for a hundred invites, at least",
            f"{rest:.3f}, {used:.3f}",
            rest <= told and used <= hundred,
        ),
    ]
