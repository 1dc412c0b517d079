"""AWS's list prices in us-east-1, in US dollars, as of November 2026; a star marks those from memory."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """``usd`` for so many (``per``) of ``unit``; ``free``: so many a month that cost an account nothing, for ever.

    ``page``: where AWS publishes it, aws.amazon.com/<page>/pricing.
    """

    what: str
    unit: str
    usd: float
    per: float = 1
    free: float = 0
    page: str = ""


PRICES = {
    "api_request": Price("API Gateway, REST", "requests", 3.50, 1e6, page="api-gateway"),
    "lambda_request": Price("Lambda", "requests", 0.20, 1e6, free=1e6, page="lambda"),
    "gb_second": Price("Lambda, time, cold starts too", "GB-seconds", 0.0000166667, free=4e5, page="lambda"),
    "read_unit": Price("DynamoDB on demand", "read units", 0.125, 1e6, page="dynamodb"),
    "write_unit": Price("DynamoDB on demand", "write units", 0.625, 1e6, page="dynamodb"),
    "table_gb": Price("DynamoDB, storage *", "GB-months", 0.25, free=25, page="dynamodb"),
    "backup_gb": Price("DynamoDB, point-in-time recovery *", "GB-months", 0.20, page="dynamodb"),
    "queue_request": Price("SQS", "requests", 0.40, 1e6, free=1e6, page="sqs"),
    "s3_write": Price("S3 *", "PUT and LIST requests", 0.005, 1000, page="s3"),
    "s3_read": Price("S3 *", "GET and HEAD requests", 0.0004, 1000, page="s3"),
    "key_request": Price("KMS, for SecureString parameters", "requests", 0.03, 1e4, free=2e4, page="kms"),
    "alarm": Price("CloudWatch, an alarm", "months", 0.10, free=10, page="cloudwatch"),
    "dashboard": Price("CloudWatch, a dashboard of up to 50 metrics", "months", 3.00, free=3, page="cloudwatch"),
    "metric": Price("CloudWatch, a metric, by hours in which it is sent *", "months", 0.30, free=10, page="cloudwatch"),
    "log_gb": Price("CloudWatch, logs taken in", "GB", 0.50, free=5, page="cloudwatch"),
    "edge_request": Price("CloudFront, HTTPS *", "requests", 1.00, 1e6, free=1e7, page="cloudfront"),
    "edge_gb": Price("CloudFront, out *", "GB", 0.085, free=1024, page="cloudfront"),
    "zone": Price("Route 53, a hosted zone", "months", 0.50, page="route53"),
    "firewall": Price("WAF, a web ACL", "months", 5.00, page="waf"),
    "firewall_rule": Price("WAF, a rule", "months", 1.00, page="waf"),
}
"""Free: standard parameters of SSM, scheduled rules, reading a stream from Lambda, budgets, AWS-owned keys. What is
free for the first twelve months only (API Gateway, S3), and the credits of a new account, are not counted.
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
