"""AWS's list prices in us-east-1, in US dollars, believed as of November 2026."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

CONFIRMED, REMEMBERED = "confirmed", "from memory"


@dataclass(frozen=True, slots=True)
class Price:
    """``usd`` for so many (``per``) of ``unit``; ``free``: so many a month that cost an account nothing, for ever.

    ``known``: whether pages that were looked up say so, too, or memory alone does.
    """

    what: str
    unit: str
    usd: float
    per: float = 1
    free: float = 0
    known: str = CONFIRMED


PRICES = {
    "api_request": Price("API Gateway, REST", "requests", 3.50, 1e6),
    "lambda_request": Price("Lambda", "requests", 0.20, 1e6, free=1e6),
    "gb_second": Price("Lambda, time (cold starts are billed since August 2025)", "GB-seconds", 0.0000166667, free=4e5),
    "read_unit": Price("DynamoDB on demand", "read units", 0.125, 1e6),
    "write_unit": Price("DynamoDB on demand", "write units", 0.625, 1e6),
    "table_gb": Price("DynamoDB, storage", "GB-months", 0.25, free=25, known=REMEMBERED),
    "backup_gb": Price("DynamoDB, point-in-time recovery", "GB-months", 0.20, known=REMEMBERED),
    "queue_request": Price("SQS", "requests", 0.40, 1e6, free=1e6),
    "s3_write": Price("S3", "PUT and LIST requests", 0.005, 1000, known=REMEMBERED),
    "s3_read": Price("S3", "GET and HEAD requests", 0.0004, 1000, known=REMEMBERED),
    "key": Price("KMS", "customer-managed keys (one dollar more after each of the first two rotations)", 1.00),
    "key_request": Price("KMS", "requests", 0.03, 1e4, free=2e4),
    "secret": Price("Secrets Manager", "secrets", 0.40, known=REMEMBERED),
    "secret_request": Price("Secrets Manager", "requests", 0.05, 1e4, known=REMEMBERED),
    "alarm": Price("CloudWatch", "alarms", 0.10, free=10, known=REMEMBERED),
    "dashboard": Price("CloudWatch", "dashboards of up to 50 metrics", 3.00, free=3, known=REMEMBERED),
    "metric": Price(
        "CloudWatch, own metrics", "metric-months, by hours in which one is sent", 0.30, free=10, known=REMEMBERED
    ),
    "log_gb": Price("CloudWatch, logs taken in", "GB", 0.50, free=5),
    "trace": Price("X-Ray", "traces", 5.00, 1e6, free=1e5),
    "edge_request": Price("CloudFront, HTTPS", "requests", 1.00, 1e6, free=1e7, known=REMEMBERED),
    "edge_gb": Price("CloudFront, out", "GB", 0.085, free=1024, known=REMEMBERED),
}
"""Scheduled EventBridge rules, reading a stream from Lambda, X-Ray's and IAM's own work and AWS-owned keys are free.

What is free for twelve months only (API Gateway, S3) is not counted as free.
"""

Amounts = Mapping[str, float]


def listed(amounts: Amounts) -> float:
    """Dollars, as if nothing were free."""
    return sum(amount * PRICES[name].usd / PRICES[name].per for name, amount in amounts.items())


def billed(amounts: Amounts) -> float:
    """Dollars of a month's amounts in an account that holds nothing else."""
    return listed({name: max(0.0, amount - PRICES[name].free) for name, amount in amounts.items()})


def added(*several: Amounts) -> Counter[str]:
    """All amounts together."""
    total: Counter[str] = Counter()
    for amounts in several:
        for name, amount in amounts.items():
            total[name] += amount  # type: ignore[assignment]  # a Counter of fractions
    return total


def times(number: float, amounts: Amounts) -> dict[str, float]:
    return {name: number * amount for name, amount in amounts.items()}
