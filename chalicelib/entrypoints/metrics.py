"""Metrics, in CloudWatch's embedded format: a line of the log, and no call.

Powertools' Metrics would cost an import of its own at each cold start for these few lines. Each metric has the one
dimension ``stage``, for every further value of a dimension is a metric to be paid for; ``reason`` is a property,
to be counted by Logs Insights.
"""

import json
from enum import StrEnum
from typing import Any

from chalicelib import wiring
from chalicelib.settings import environment

NAMESPACE = "StreamarrInvites"


class Metric(StrEnum):
    INVITES_CREATED = "InvitesCreated"
    INVITES_REDEEMED = "InvitesRedeemed"
    REFUSED = "Refused"
    BLOCKED = "Blocked"
    PROVISIONING_SECONDS = "ProvisioningSeconds"
    PROVISIONING_FAILED = "ProvisioningFailed"
    SWEPT = "Swept"
    SWEEP_FAILED = "SweepFailed"
    PARKED = "Parked"


def record(metric: Metric, value: float = 1, *, unit: str = "Count", **properties: Any) -> None:
    """Say it once. ``properties`` are ids and codes, never anybody's secret. Outside Lambda nobody listens."""
    here = environment()
    if here.in_lambda:
        print(json.dumps(_line(metric, value, unit, stage=here.stage, **properties)))  # noqa: T201 - this is how


def _line(metric: Metric, value: float, unit: str, *, stage: str, **properties: Any) -> dict[str, Any]:
    return {
        "_aws": {
            "Timestamp": int(wiring.now().timestamp() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [["stage"]],
                    "Metrics": [{"Name": metric.value, "Unit": unit}],
                }
            ],
        },
        "stage": stage,
        metric.value: value,
        **properties,
    }
