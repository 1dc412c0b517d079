"""How an installation is used in a month, and how much of everything that takes: assumptions, written down."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bench.metered import Metered
from bench.prices import Amounts, added, times
from chalicelib.metrics import Metric

ROOT = Path(__file__).resolve().parent.parent
MEMORY_MB: int = json.loads((ROOT / ".chalice" / "config.template.json").read_text())["lambda_memory_size"]
TEMPLATE = (ROOT / "infra" / "template.yaml").read_text()

ONE_PROCESSOR_MB = 1769
"""Lambda's documentation: with so much memory a function has one processor, with less a part of one."""

SECONDS_OF = {"aws": 0.008, "plex": 0.25}
"""Assumed: how long a call takes, there and back."""

COLD_START_SECONDS = 2.5
"""Assumed, on the high side: starting Python, importing, the first connections."""

BYTES = {"log of a request": 1200, "log of a sweep": 3000, "answer": 6000}
"""Assumed: a JSON line (about 300 bytes, a metric as much) and what Lambda itself writes (START, END, REPORT)."""

HOURS, SWEEPS, DAYS = 730.5, 730.5 * 12, 30.4

POLLS = 5 * HOURS * 3600 / 20
"""Lambda's five pollers of a queue, each asking for twenty seconds at a time."""

PER_INVITE: Mapping[str, float] = {
    # Whoever invites: a visit to the site for each invite, signing in on every fourth
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
    # Whoever is invited: previews and crawlers open the link, too; then the sign-in, and following it to the end
    "GET /signup": 3,
    "GET /signup.css": 2,
    "GET /signup.js": 2,
    "POST /signup/{code}/plex": 1,
    "POST /signup/{code}/plex/{sign_in_id}, waiting": 2,
    "POST /signup/{code}/plex/{sign_in_id}, claiming": 1,
    "GET /redemptions/{redemption_id}": 8,
    # The functions behind; the stream tells of each writing of a QR record as well
    "provision, a friend": 1,
    "tidy_qr, an image given up": 3,
}

COLD_STARTS_PER_INVITE = 4
"""The API for each of the two people, `provision`, `tidy_qr`: hardly anything is warm at so little use."""

DELIVERY = {"queue_request": 2}
"""A message is received and deleted; sending it is a call that is measured."""

SITE = {"edge_request": 30, "edge_gb": 0.0005, "s3_read": 5}
"""The site's files, for whoever invites."""

COLD_SWEEPS = 0.1
"""Of all sweeps: five minutes are short enough to find a warm one, as a rule."""

METRICS_PER_INVITE = {
    Metric.INVITES_CREATED: 1.0,
    Metric.INVITES_REDEEMED: 1.0,
    Metric.PROVISIONING_SECONDS: 1.0,
    Metric.REFUSED: 0.2,
    Metric.SWEPT: 1.0,
}
FILTERS_PER_INVITE = {"ApiFailures": 4.0, "OwnerTokenRefused": 1.0}
"""Hours with a line in the log: a metric filter with a default value sends in each."""


def of_request(each: Metered) -> Amounts:
    """A warm request, through CloudFront and API Gateway."""
    edge = {"api_request": 1, "edge_request": 1, "edge_gb": BYTES["answer"] / 1e9}
    return added(of_invocation(each), edge)


def of_invocation(each: Metered, *, log: str = "log of a request") -> Amounts:
    """A warm invocation."""
    services, units = each.services, each.units
    operations = Counter(call.operation for call in each.calls if call.service == "s3")
    listing = operations["PutObject"] + operations["ListObjectsV2"]
    return {
        "lambda_request": 1,
        "gb_second": seconds_of(each) * MEMORY_MB / 1024,
        "trace": 1,
        "log_gb": BYTES[log] / 1e9,
        "read_unit": units.read,
        "write_unit": units.write + units.index,
        "queue_request": services["sqs"],
        "key_request": services["kms"],
        "secret_request": services["secretsmanager"],
        "s3_write": listing,
        "s3_read": services["s3"] - listing - operations["DeleteObject"],
    }


def seconds_of(each: Metered) -> float:
    """Billed, warm: the processor's time here, on Lambda's part of a processor, and the waiting."""
    plex = each.services["plex"]
    waiting = (len(each.calls) - plex) * SECONDS_OF["aws"] + plex * SECONDS_OF["plex"]
    return each.seconds * ONE_PROCESSOR_MB / MEMORY_MB + waiting


def cold_start() -> Amounts:
    return {"gb_second": COLD_START_SECONDS * MEMORY_MB / 1024}


def of_an_invite(measured: Mapping[str, Metered]) -> Amounts:
    """Made, shown, redeemed and provided, metrics aside."""
    steps = [times(number, _of(measured[name])) for name, number in PER_INVITE.items()]
    return added(*steps, times(COLD_STARTS_PER_INVITE, cold_start()), DELIVERY, SITE)


def of_metrics(invites: int) -> Amounts:
    """Each is paid for by the hours in which it is sent; at worst everything happens in an hour of its own."""
    sent = [number * invites for number in (*METRICS_PER_INVITE.values(), *FILTERS_PER_INVITE.values())]
    return {"metric": sum(min(HOURS, each) / HOURS for each in sent)}


def of_usage(invites: int, measured: Mapping[str, Metered]) -> Amounts:
    return added(times(invites, of_an_invite(measured)), of_metrics(invites))


def standing(measured: Mapping[str, Metered]) -> dict[str, Amounts]:
    """What there is for, whatever is used, and how much of it."""
    sweep = of_invocation(measured["sweep, nothing due"], log="log of a sweep")
    hunt = of_invocation(measured["remove_orphans, nothing to remove"])
    return {
        "the key": {"key": 1},
        "the secret": {"secret": 1},
        "alarms": {"alarm": TEMPLATE.count("Type: AWS::CloudWatch::Alarm")},
        "the dashboard": {"dashboard": TEMPLATE.count("Type: AWS::CloudWatch::Dashboard")},
        "the sweep": added(times(SWEEPS, sweep), times(SWEEPS * COLD_SWEEPS, cold_start())),
        "the daily hunt": added(times(DAYS, hunt), times(DAYS, cold_start())),
        "waiting at the queue": {"queue_request": POLLS},
        "storage": {"table_gb": 0.05, "backup_gb": 0.05},
    }


def _of(each: Metered) -> Amounts:
    return of_request(each) if "/" in each.name else of_invocation(each)
