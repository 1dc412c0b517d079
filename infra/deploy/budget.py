"""A budget that writes to the owner before a bill is a surprise, made by the Budgets API.

It counts the whole account: costs can be told apart by tags only once those were switched on in the billing console.
"""

from typing import Any

from infra.deploy.installation import DeploymentError, Installation

AMOUNT = 5.0
"""US dollars a month, where the owner names no other."""

PARAMETER = "Budget"

_ALERTS = (("ACTUAL", 80.0), ("ACTUAL", 100.0), ("FORECASTED", 100.0))
"""What is compared with the amount, and at how many percent of it a mail is sent."""


def ensure(installation: Installation, *, email: str, wanted: float | None) -> str:
    """Bring the budget to ``wanted`` US dollars a month, 0 for none; gives a sentence for the operator.

    ``wanted`` None leaves a budget that is there as it is. Without ``email`` there is nobody to write to, and none is
    made.
    """
    there = _amount(installation)
    if wanted == 0:
        remove(installation)
        return "No budget watches what this account costs."
    if wanted is None and there is not None:
        return f"AWS writes to you when the account's month comes near {there:.2f} USD."
    if not email:
        return (
            "Nobody is told when this account begins to cost money:"
            f' make deploy STAGE={installation.stage} PARAMETERS="AlarmEmail=you@example.org" sets up a budget.'
        )
    remove(installation)
    _create(installation, email, AMOUNT if wanted is None else wanted)
    return f"AWS writes to {email} when the account's month comes near {AMOUNT if wanted is None else wanted:.2f} USD."


def remove(installation: Installation) -> None:
    """Nothing happens where there is none."""
    client = _client(installation)
    try:
        client.delete_budget(AccountId=installation.account, BudgetName=installation.name)
    except client.exceptions.NotFoundException:
        return


def parse(text: str) -> float:
    """US dollars a month. Raises DeploymentError."""
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < 1_000_000:  # noqa: PLR2004 - a million a month is a slip of the finger
        raise DeploymentError(f"{PARAMETER}={text} is no amount of US dollars a month; 0 is for none.")
    return amount


def _amount(installation: Installation) -> float | None:
    client = _client(installation)
    try:
        found = client.describe_budget(AccountId=installation.account, BudgetName=installation.name)
    except client.exceptions.NotFoundException:
        return None
    return float(found["Budget"]["BudgetLimit"]["Amount"])


def _create(installation: Installation, email: str, amount: float) -> None:
    to_owner = [{"SubscriptionType": "EMAIL", "Address": email}]
    _client(installation).create_budget(
        AccountId=installation.account,
        Budget={
            "BudgetName": installation.name,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": f"{amount:.2f}", "Unit": "USD"},
        },
        NotificationsWithSubscribers=[
            {"Notification": _alert(kind, percent), "Subscribers": to_owner} for kind, percent in _ALERTS
        ],
    )


def _alert(kind: str, percent: float) -> dict[str, Any]:
    return {
        "NotificationType": kind,
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": percent,
        "ThresholdType": "PERCENTAGE",
    }


def _client(installation: Installation) -> Any:
    """The budgets of all regions are kept in one place."""
    return installation.client("budgets", region="us-east-1")
