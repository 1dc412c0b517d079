"""What an installation costs, in US dollars a month, us-east-1; reckoned in docs/operations.md."""

STANDING = {"a KMS key": 1.00, "a secret": 0.40}
"""Whatever is used. Ten alarms and three dashboards are free in an account; beyond, 0.10 and 3.00 each."""
PER_THOUSAND_REDEMPTIONS = 0.15
"""Requests, functions, tables, queue and logs together, beyond every free tier; rounded up."""


def told() -> str:
    standing = " + ".join(f"{cost:.2f} for {what}" for what, cost in STANDING.items())
    return (
        f"  Costs about {sum(STANDING.values()):.2f} USD a month at rest ({standing}),"
        f" and {PER_THOUSAND_REDEMPTIONS:.2f} for a thousand redemptions (docs/operations.md)."
    )
