"""Metrics, in CloudWatch's embedded format: a line of the log, and no call.

Each metric has the one dimension ``stage``, for every further value of a dimension is a metric to be paid for; what
else is known is metadata, to be counted by Logs Insights.
"""

from enum import StrEnum
from typing import Any

from aws_lambda_powertools import single_metric
from aws_lambda_powertools.metrics import MetricUnit

from chalicelib.environment import environment

NAMESPACE = "StreamarrInvites"


class Metric(StrEnum):
    INVITES_CREATED = "InvitesCreated"
    INVITES_REDEEMED = "InvitesRedeemed"
    REFUSED = "Refused"
    BLOCKED = "Blocked"
    PROVISIONING_SECONDS = "ProvisioningSeconds"
    PROVISIONING_FAILED = "ProvisioningFailed"
    SWEPT = "Swept"


def record(metric: Metric, value: float = 1, *, unit: MetricUnit = MetricUnit.Count, **about: Any) -> None:
    """Write it once. ``about``: ids and codes, never a secret. Outside Lambda nothing is written."""
    here = environment()
    if not here.in_lambda:
        return
    with single_metric(name=metric.value, unit=unit, value=value, namespace=NAMESPACE) as single:
        single.add_dimension("stage", here.stage)
        for name, fact in about.items():
            single.add_metadata(name, fact)
