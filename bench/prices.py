"""AWS's list prices in us-east-1, in US dollars, as of November 2026; a star marks those from memory."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """``usd`` for so many (``per``) of ``unit``; ``free``: so many a month that cost an account nothing, for ever."""

    what: str
    unit: str
    usd: float
    per: float = 1
    free: float = 0


PRICES = {
    "api_request": Price("API Gateway, REST", "requests", 3.50, 1e6),
    "lambda_request": Price("Lambda", "requests", 0.20, 1e6, free=1e6),
    "gb_second": Price("Lambda, time, cold starts too", "GB-seconds", 0.0000166667, free=4e5),
    "read_unit": Price("DynamoDB on demand", "read units", 0.125, 1e6),
    "write_unit": Price("DynamoDB on demand", "write units", 0.625, 1e6),
    "table_gb": Price("DynamoDB, storage *", "GB-months", 0.25, free=25),
    "backup_gb": Price("DynamoDB, point-in-time recovery *", "GB-months", 0.20),
    "queue_request": Price("SQS", "requests", 0.40, 1e6, free=1e6),
    "s3_write": Price("S3 *", "PUT and LIST requests", 0.005, 1000),
    "s3_read": Price("S3 *", "GET and HEAD requests", 0.0004, 1000),
    "key": Price("KMS, a key (each of its first two rotations: 1 more)", "months", 1.00),
    "key_request": Price("KMS", "requests", 0.03, 1e4, free=2e4),
    "secret": Price("Secrets Manager, a secret *", "months", 0.40),
    "secret_request": Price("Secrets Manager *", "requests", 0.05, 1e4),
    "alarm": Price("CloudWatch, an alarm *", "months", 0.10, free=10),
    "dashboard": Price("CloudWatch, a dashboard of up to 50 metrics *", "months", 3.00, free=3),
    "metric": Price("CloudWatch, a metric, by hours in which it is sent *", "months", 0.30, free=10),
    "log_gb": Price("CloudWatch, logs taken in", "GB", 0.50, free=5),
    "edge_request": Price("CloudFront, HTTPS *", "requests", 1.00, 1e6, free=1e7),
    "edge_gb": Price("CloudFront, out *", "GB", 0.085, free=1024),
}
"""Scheduled rules, reading a stream from Lambda, and AWS-owned keys are free. What is free for twelve months only (API
Gateway, S3) is not counted as free.
"""

Amounts = Mapping[str, float]


def listed(amounts: Amounts) -> float:
    """Dollars, as if nothing were free."""
    return sum(amount * PRICES[name].usd / PRICES[name].per for name, amount in amounts.items())


def billed(amounts: Amounts) -> float:
    """Dollars of a month's amounts in an account that holds nothing else."""
    return listed({name: max(0.0, amount - PRICES[name].free) for name, amount in amounts.items()})


def total(*several: tuple[float, Amounts]) -> Amounts:
    """All amounts together, each so many times."""
    added: dict[str, float] = {}
    for times, amounts in several:
        for name, amount in amounts.items():
            added[name] = added.get(name, 0) + times * amount
    return added
