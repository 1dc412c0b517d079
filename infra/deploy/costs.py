"""What an installation costs, in US dollars a month, us-east-1: the figures of docs/benchmarks.md, rounded up.

In an account that holds nothing else: a part of most of what is used is free every month.
"""

STANDING = {"backups of the tables": 0.02, "looking at everybody on Plex": 0.01}
"""Whether it is used or not. Ten alarms and three dashboards are free in an account; beyond, 0.10 and 3.00 each."""
PER_HUNDRED_INVITES = 0.05
"""Made, looked at and redeemed: requests, functions, tables, queue and logs together."""


def describe() -> str:
    standing = " + ".join(f"{cost:.2f} for {what}" for what, cost in STANDING.items())
    return (
        f"  Costs about {sum(STANDING.values()):.2f} USD a month at rest ({standing}),"
        f" and {PER_HUNDRED_INVITES:.2f} for a hundred invites (docs/operations.md)."
    )
