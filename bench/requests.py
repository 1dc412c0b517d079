"""What each request, and each invocation of a function, asks of AWS: round trips, their depth, DynamoDB's units."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from bench.metered import Metered, everything
from bench.report import Goal, Section, Table

WHO = "TransactGetItems"
READS = {"GetItem", "BatchGetItem", "TransactGetItems", "Query"}

HOW = """
Each route is asked once, over HTTP, by somebody of the stack, on the local stack in this process; each function is
invoked in this process with the event that Lambda would bring. A hook in botocore notes every call to AWS. Depth is the
longest chain of calls of which each begins after the one before has ended. tests/http/test_round_trips.py holds these
calls, one by one.

**Units** are DynamoDB's, reckoned from the items themselves, read before and after each call: read units by 4 KB (half
where consistency is not asked for, double in a transaction), write units by 1 KB of the larger of old and new (double
in a transaction), and one more for each copy that an index has to change. The last column is what the emulator reports
with `ReturnConsumedCapacity`. It agrees for single reads and for all writes; it calls every query half a unit,
whatever it reads, and forgets the items of a batch that are not there.
"""

BEFORE = {
    "GET /audit": "TransactGetItems Query x 11 (one for each month of the year, and up to 24)",
    "GET /invites": "TransactGetItems Query GetItem",
    "GET /settings": "TransactGetItems GetItem",
    "GET /libraries": "TransactGetItems GetItem",
    "GET /users/{user_id}": "TransactGetItems GetItem TransactGetItems",
    "GET /stats": "TransactGetItems BatchGetItem Query BatchGetItem Query Query GetItem",
}
"""As measured by this module on what was there at commit 0f3cfce."""

EXPLAINED = """
**What is more than its goal, and stays so.** `GET /redemptions` without a state asks one query for each of the five:
an index of all redemptions would make each save of each redemption dearer, for a list that the site never opens (it
always names a state). A list of the expired is two queries, so that it is right before the sweep has come by (decision
6). Whoever redeemed the invites of a page is one more read for the whole page. Changing an invite reads it once more,
for the answer, with whoever redeemed it meanwhile. Closing an account reads it twice: the message that ends its access
goes out before the write, lest a crash between the two leaves access behind. Setting up happens once.

**What costs most** are redemptions saved by `provision`: each of the three saves rewrites the copies in two indexes
(`by_code`, `by_state`) and moves the one in `due`. The lists show whole redemptions, so keys alone would cost a read
for each.
"""


def measure() -> Section:
    routes, functions = everything()
    unlike = [each.name for each in (*routes, *functions) if not each.is_warm_from_the_start]
    warmth = f"Asked again, these differed: {', '.join(unlike)}." if unlike else _NO_CACHE
    findings: list[str | Table] = [_table(routes), _table(functions), warmth, _mended(routes), EXPLAINED]
    return Section("Calls and units per request", HOW, findings, _goals({each.name: each for each in routes}))


_NO_CACHE = """
Each was asked twice, and the second time for the same: no settings and no secret are kept from one request to the next,
so a warm process saves no call, and a changed setting counts at once.
"""


def _table(measured: Iterable[Metered]) -> Table:
    columns = (
        "Request",
        "Calls, one after the other",
        "AWS",
        "depth",
        "Plex",
        "read units",
        "write units",
        "for indexes",
        "emulator's",
    )
    return Table(columns, [_row(each) for each in measured])


def _row(each: Metered) -> Sequence[str | float]:
    units = each.units
    return (
        f"`{each.name}`" if "/" in each.name else each.name,
        _chain(each.operations),
        len(each.operations),
        each.depth,
        each.services["plex"],
        float(units.read),
        units.write,
        units.index,
        float(each.reported),
    )


def _chain(operations: Iterable[str]) -> str:
    counted = [(name, len(list(same))) for name, same in groupby(operations)]
    return " ".join(name if count == 1 else f"{name} x {count}" for name, count in counted) or "none"


def _mended(routes: Iterable[Metered]) -> Table:
    rows = [(f"`{each.name}`", BEFORE[each.name], _chain(each.operations)) for each in routes if each.name in BEFORE]
    return Table(("Mended", "Before (commit 0f3cfce)", "Now"), rows)


def _goals(routes: dict[str, Metered]) -> list[Goal]:
    claim = "POST /signup/{code}/plex/{sign_in_id}, claiming"
    return [
        _exactly(
            routes, "Validating an invite", "1 rate-limit write + 1 read", "GET /signup/{code}", ["UpdateItem", WHO]
        ),
        _exactly(routes, "Creating an invite", "1 (who asks) + 1 read + 1 transaction", "POST /invites", _CREATING),
        _exactly(routes, "Claiming, beside the sign-in", "1 transaction + 1 send", claim, _CLAIMING),
        *(_exactly(routes, f"A page: {name}", "1 (who asks) + 1 query", name, [WHO, "Query"]) for name in _PAGES),
        _asking_once(routes),
        _no_scan(routes),
    ]


_PAGES = (
    "GET /invites",
    "GET /invites, everybody's",
    "GET /invites, active",
    "GET /invites, searched",
    "GET /invites, expired",
    "GET /redemptions, in one state",
    "GET /redemptions",
    "GET /users",
    "GET /audit",
)

_CREATING = [WHO, "TransactGetItems", "TransactWriteItems"]
_SIGN_IN = ["UpdateItem", "TransactGetItems", "Encrypt"]
_CLAIMING = [*_SIGN_IN, "TransactWriteItems", "SendMessage"]


def _exactly(routes: dict[str, Metered], what: str, wanted: str, name: str, operations: list[str]) -> Goal:
    measured = routes[name].operations
    return Goal(what, wanted, _chain(measured), measured == operations)


def _asking_once(routes: dict[str, Metered]) -> Goal:
    """No request asks twice who it is from; what comes beside that read is what the route is for."""
    asking = [each for each in routes.values() if _asks_who(each)]
    twice = [each.name for each in asking if _asks_who(each) > 1]
    most = max((each for each in asking if not set(each.operations) - READS), key=lambda each: len(each.operations))
    measured = f"1 + {len(most.operations) - 1} at most ({most.name})" if not twice else f"twice in {twice}"
    return Goal("Signed-in reads", "1 (who asks) + what they fetch", measured, not twice)


def _asks_who(each: Metered) -> int:
    reading = [call for call in each.calls if call.operation in READS]
    return sum(table.endswith("-sessions") for call in reading for table in call.tables)


def _no_scan(routes: dict[str, Metered]) -> Goal:
    scanning = [each.name for each in routes.values() if "Scan" in each.operations]
    return Goal("Scans", "none", ", ".join(scanning) or "none", not scanning)
