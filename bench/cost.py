"""What an installation costs: each operation by the million, and the bill of a month."""

from collections.abc import Mapping

from bench import usage
from bench.metered import Metered, everything
from bench.prices import PRICES, added, billed, listed
from bench.report import Goal, Section, Table
from infra.deploy import costs

INVITES = (10, 100, 1000)
WANTED_ALL, WANTED_USAGE = 2.00, 0.05

HOW = f"""
Calls and units as the first section measures them, at the list prices below. A function's billed time is **reckoned,
not measured on AWS**: the processor's time on this machine, times {usage.ONE_PROCESSOR_MB} / {usage.MEMORY_MB} for
Lambda's part of a processor at {usage.MEMORY_MB} MB, and {usage.SECONDS_OF["aws"] * 1000:.0f} ms for each call to
AWS, {usage.SECONDS_OF["plex"] * 1000:.0f} ms for each to Plex. A cold start is taken for {usage.COLD_START_SECONDS}
billed seconds, a request's logs for {usage.BYTES["log of a request"]:,} bytes. Nothing here comes from a bill.

**Billed** is what AWS would write on the bill of an account that holds nothing else: a part of CloudWatch, Lambda, SQS,
X-Ray, KMS and CloudFront is free every month, for ever. **At list prices** is as if nothing were. What AWS gives for
the first twelve months only is in neither.
"""

WHY = {
    "the key": "Invitees' Plex tokens lie sealed for an hour at most. The API may seal and never open, which no key "
    "that AWS manages can tell apart. Rotated every seven years: each of the first two rotations costs a dollar more "
    "a month, and what this key sealed is gone within the hour",
    "the secret": "The owner's Plex token, which the API may write and not read. Every version has a name, so that a "
    "token that Plex refused is told from the one that was given since. A parameter of Systems Manager would do, and "
    "cost nothing: it is the next thing to save",
    "alarms": "One for each way in which somebody waits in vain (docs/operations.md); ten are free",
    "the dashboard": "Three of an account are free",
    "the sweep": "Every five minutes: lost messages, expired invites, ended trials, images",
    "the daily hunt": "Images that nobody owns",
    "waiting at the queue": "Lambda asks five times in twenty seconds, which makes a message start at once",
    "storage": "50 MB, far more than a thousand invites need; point-in-time recovery",
}

WITHOUT_ALLOWANCES = """
**In an account whose free part is used up** by other things, the bill comes to the last column, which no saving of
calls brings under two dollars: three of it are the dashboard, one the alarms. Whoever minds deploys with
`WithDashboard=off`; nothing else needs it.

**Mended.** The key was rotated every year: two dollars a month from the second year on, three from the third, and the
goal missed; now every seven years. The sweep sent a metric every five minutes, though nothing was swept: 0.30 a month
at list prices, and half of its log; now only when something was.
"""


def measure() -> Section:
    routes, functions = everything()
    measured = {each.name: each for each in (*routes, *functions)}
    findings: list[str | Table] = [
        _operations(routes, functions),
        "**A month**, with so many invites made and redeemed in it, in US dollars:",
        _months(measured),
        "**What a hundred invites use**, by price, without what there is for whatever is used:",
        _profile(measured),
        "**Whatever is used**, a month:",
        _standing(measured),
        WITHOUT_ALLOWANCES,
        "**What an invite is taken for**, made, shown and redeemed once; each metric is sent in an hour of its own:",
        _model(),
        _prices(),
    ]
    return Section("Cost", HOW, findings, _goals(measured))


def _operations(routes: list[Metered], functions: list[Metered]) -> Table:
    asked = [(each, usage.of_request(each)) for each in routes]
    invoked = [(each, usage.of_invocation(each)) for each in functions]
    rows = [(each.name, round(usage.seconds_of(each) * 1000), *_millions(amounts)) for each, amounts in asked + invoked]
    return Table(("Operation, warm", "billed ms", "of which DynamoDB, USD", "USD for a million"), rows)


def _millions(amounts: Mapping[str, float]) -> tuple[float, float]:
    units = {name: amounts[name] for name in ("read_unit", "write_unit")}
    return round(1e6 * listed(units), 2), round(1e6 * listed(amounts), 2)


def _months(measured: Mapping[str, Metered]) -> Table:
    rest = added(*usage.standing(measured).values())
    rows = []
    for invites in INVITES:
        used = usage.of_usage(invites, measured)
        whole = added(rest, used)
        rows.append(
            (invites, *(round(each, 3) for each in (billed(rest), billed(whole) - billed(rest), billed(whole))))
        )
        rows[-1] += (round(listed(used), 3), round(listed(whole), 2))
    columns = ("Invites", "standing", "usage", "**billed**", "usage at list prices", "all at list prices")
    return Table(columns, rows)


def _profile(measured: Mapping[str, Metered]) -> Table:
    rest, used = added(*usage.standing(measured).values()), usage.of_usage(100, measured)
    dearest = sorted(used, key=lambda name: listed({name: used[name]}), reverse=True)
    rows = []
    for name in dearest:
        alone, amount = billed({name: rest[name] + used[name]}) - billed({name: rest[name]}), used[name]
        price = PRICES[name]
        rows.append((price.what, f"{amount:,.4g} {price.unit}", round(alone, 5), round(listed({name: amount}), 5)))
    return Table(("Price", "amount", "billed", "at list prices"), rows)


def _standing(measured: Mapping[str, Metered]) -> Table:
    parts = usage.standing(measured)
    rows = [(name, round(billed(each), 3), round(listed(each), 3), WHY[name]) for name, each in parts.items()]
    return Table(("For", "billed", "at list prices", "why"), rows)


def _model() -> Table:
    starts = ("cold starts", float(usage.COLD_STARTS_PER_INVITE))
    return Table(("Step", "times"), [*usage.PER_INVITE.items(), starts])


def _prices() -> Table:
    rows = [
        (
            each.what,
            each.unit,
            f"{each.usd:g} for {each.per:,.0f}",
            f"{each.free:,.0f}" if each.free else "",
            each.known,
        )
        for each in PRICES.values()
    ]
    return Table(("List price, us-east-1, November 2026", "unit", "USD", "free each month", "known"), rows)


def _goals(measured: Mapping[str, Metered]) -> list[Goal]:
    rest = added(*usage.standing(measured).values())
    whole = added(rest, usage.of_usage(100, measured))
    all_in, used = billed(whole), billed(whole) - billed(rest)
    told = sum(costs.STANDING.values()), costs.PER_HUNDRED_INVITES
    return [
        Goal("A month with 100 invites, all in", f"under {WANTED_ALL:.2f} USD", f"{all_in:.3f}", all_in < WANTED_ALL),
        Goal("… of it usage", f"under {WANTED_USAGE:.2f} USD", f"{used:.3f}", used < WANTED_USAGE),
        Goal(
            "What `make deploy` and docs/operations.md say",
            f"{told[0]:.2f} standing, {told[1]:.2f} for a hundred invites, at least",
            f"{billed(rest):.3f}, {used:.3f}",
            billed(rest) <= told[0] and used <= told[1],
        ),
    ]
