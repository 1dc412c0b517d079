"""How an installation is used in a month, and how much of everything that takes: assumptions, written down."""

import json
from collections.abc import Mapping

from bench.operations import Operation
from bench.prices import Amounts, total
from local.run import ROOT

MEMORY_MB: int = json.loads((ROOT / ".chalice" / "config.template.json").read_text())["lambda_memory_size"]
TEMPLATE = (ROOT / "infra" / "template.yaml").read_text()

ONE_PROCESSOR_MB = 1769  # Lambda's documentation: with so much memory a function has one processor, else a part of it
SECONDS_OF_AWS, SECONDS_OF_PLEX = 0.008, 0.25  # assumed: how long a call takes, there and back
COLD_START_SECONDS = 2.5  # assumed, on the high side: starting Python, importing, the first connections
LOG_OF_REQUEST, LOG_OF_SWEEP = 1200, 3000  # assumed, bytes: JSON lines and metrics of 300, and Lambda's own three lines
ANSWER = 6000  # assumed, bytes
HOURS, SWEEPS = 730.5, 730.5 * 12
LOOKS, COLD_LOOKS = 730.5 * 4, 0.5  # a quarter of an hour may be too long to find a warm sandbox: assumed
COLD_SWEEPS = 0.1  # assumed: five minutes are short enough to find a warm sandbox, as a rule
WATCHED_AT_REST = ("-access", "-endpoints")
"""The tables of memberships and events, in which the sweep looks for what is due."""
POLLS = 5 * HOURS * 3600 / 20  # Lambda's five pollers of a queue, each asking for twenty seconds at a time

PER_INVITE: Mapping[str, float] = {
    # The inviter: a visit to the site for each invite, signing in on every fourth
    "POST /auth/plex": 0.25,
    "POST /auth/plex/{sign_in_id}": 0.5,
    "GET /auth/me": 2,
    "GET /settings": 1,
    "GET /libraries": 1,
    "GET /stats": 1,
    "GET /invites": 2,
    "POST /invites": 1,
    "GET /invites/{code}": 2,
    "GET /invites/{code}/qr, drawn": 1,
    "GET /invites/{code}/qr, again": 1,
    # The invitee: previews and crawlers open the link, too; then the sign-in, and following it to the end
    "GET /signup": 3,
    "GET /signup.css": 2,
    "GET /signup.js": 2,
    "POST /signup/{code}/plex": 1,
    "POST /signup/{code}/plex/{sign_in_id}, waiting": 2,
    "POST /signup/{code}/plex/{sign_in_id}, claiming": 1,
    "GET /redemptions/{redemption_id}": 8,
    # The functions behind; the stream brings each writing of a QR record as well
    "provision, a friend": 1,
    "tidy_qr, an image given up": 3,
    "announce, an entry that nobody hears": 5,  # created, claimed, done, and two more
}
COLD_STARTS_PER_INVITE = 4  # the API for each of the two, `provision`, `tidy_qr`: at so little use, hardly any is warm
BESIDE: Amounts = {"queue_request": 2, "edge_request": 30, "edge_gb": 0.0005, "s3_read": 5}
"""For an invite: receiving and deleting its message, and the site's files for the inviter."""

METRICS_PER_INVITE = (1.0, 1.0, 1.0, 0.2, 1.0, 0.1)
"""Hours in which each is sent, at worst one of its own for everything: InvitesCreated, InvitesRedeemed,
ProvisioningSeconds, Refused, Swept; and by filters of the log Failures.
"""

COLD_START: Amounts = {"gb_second": COLD_START_SECONDS * MEMORY_MB / 1024}


def of_operation(name: str, operation: Operation, log: int = LOG_OF_REQUEST) -> Amounts:
    """Of a warm function; what has a path in its name comes through CloudFront and API Gateway."""
    units, s3_writes = operation.units, operation.count("s3", "PutObject", "ListObjectsV2")
    return {
        **({"api_request": 1, "edge_request": 1, "edge_gb": ANSWER / 1e9} if "/" in name else {}),
        "lambda_request": 1,
        "gb_second": billed_seconds(operation) * MEMORY_MB / 1024,
        "log_gb": log / 1e9,
        "read_unit": units.read,
        "write_unit": units.write + units.index,
        "queue_request": operation.count("sqs"),
        "key_request": operation.count("ssm"),
        "s3_write": s3_writes,
        "s3_read": operation.count("s3") - s3_writes - operation.count("s3", "DeleteObject"),
    }


def billed_seconds(operation: Operation) -> float:
    """The processor's time here, on Lambda's part of a processor, and the waiting."""
    plex = operation.count("plex")
    waiting = (len(operation.calls) - plex) * SECONDS_OF_AWS + plex * SECONDS_OF_PLEX
    return operation.seconds * ONE_PROCESSOR_MB / MEMORY_MB + waiting


def of_invites(invites: int, taken: Mapping[str, Amounts]) -> Amounts:
    """Made, shown, redeemed and provided."""
    steps = [(times, taken[name]) for name, times in PER_INVITE.items()]
    one = total(*steps, (COLD_STARTS_PER_INVITE, COLD_START), (1, BESIDE))
    return total((invites, one), (1, {"metric": sum(min(1, invites * each / HOURS) for each in METRICS_PER_INVITE)}))


def at_rest(operations: Mapping[str, Operation]) -> dict[str, Amounts]:
    """A month's amounts that do not depend on use, by what they are for."""
    sweep = of_operation("sweep", operations["sweep, nothing due"], LOG_OF_SWEEP)
    look = of_operation("provision", operations["provision, a look at everybody"])
    return {
        "alarms": {"alarm": _resources("CloudWatch::Alarm")},
        "the dashboard": {"dashboard": _resources("CloudWatch::Dashboard")},
        "the sweep": total((SWEEPS, sweep), (SWEEPS * COLD_SWEEPS, COLD_START)),
        "looking at Plex": total((LOOKS, look), (LOOKS * COLD_LOOKS, COLD_START)),
        "waiting at the queue": {"queue_request": POLLS},
        "storage": {"table_gb": 0.05, "backup_gb": 0.05},
    }


def of_memberships_and_events(operations: Mapping[str, Operation]) -> Amounts:
    """At rest, a month: what the sweep asks of their tables, with its time in proportion. Nothing else starts
    `announce` or `deliver` then: Lambda reads a stream for nothing, and `deliver` is called only when something is due.
    """
    sweep = operations["sweep, nothing due"]
    calls = [call for call in sweep.calls if any(table.endswith(WATCHED_AT_REST) for table in call.tables)]
    share = Operation(calls, sweep.seconds * len(calls) / len(sweep.calls))
    return total((SWEEPS, of_operation("sweep", share, log=LOG_OF_SWEEP * len(calls) // len(sweep.calls))))


BESIDES: Mapping[str, Amounts] = {
    "a zone in Route 53, for a domain of your own": {"zone": 1},
    "a WAF": {"firewall": 1, "firewall_rule": 1},
}
"""What an owner may switch on, in a month."""


def around_the_clock(each: Amounts, *, a_second: int) -> Amounts:
    """So many requests a second for a whole month."""
    return total((a_second * HOURS * 3600, each))


def _resources(kind: str) -> int:
    return TEMPLATE.count(f"Type: AWS::{kind}\n")
