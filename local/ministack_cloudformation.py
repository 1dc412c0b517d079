# ruff: noqa: SLF001 - reaching into ministack is what this module is for
"""What CloudFormation refuses on AWS, and ministack 1.5.33 takes.

Setting: `MINISTACK_UNVERIFIED`: while that file is there, CloudFront takes no new distribution, as of an account that
AWS has not verified yet.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.services import acm, dynamodb, route53, sqs
from ministack.services.cloudformation import provisioners

Json = dict[str, Any]
Create = Callable[[str, Json, str], Any]

UNVERIFIED = (
    "Access denied for operation 'AWS::CloudFront::Distribution: Your account must be verified before you can add new"
    " CloudFront resources. To verify your account, please contact AWS Support"
    " (https://console.aws.amazon.com/support/home#/) and include this error message.'."
)
NOT_COVERED = (
    "Invalid request provided: AWS::CloudFront::Distribution: The certificate that is attached to your distribution"
    " doesn't cover the alternate domain name (CNAME) that you're trying to add."
)
PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)
ONE_INDEX = "Cannot perform more than one GSI creation or deletion in a single update"


def refuse_as_cloudformation_does() -> None:
    table, queue = _handlers("AWS::DynamoDB::Table"), _handlers("AWS::SQS::Queue")
    table["create"] = _unless(table["create"], _table_is_there)
    table["update"] = _one_index_at_a_time(table["update"])
    table["delete"] = _unless_protected(table["delete"])
    queue["create"] = _unless(queue["create"], _queue_is_there)
    distribution, record = _handlers("AWS::CloudFront::Distribution"), _handlers("AWS::Route53::RecordSet")
    distribution["create"] = _unless(distribution["create"], _why_no_distribution)
    distribution["update"] = _with_covered_names(distribution["update"])
    record["create"] = _unless(record["create"], _why_no_record)


def _handlers(kind: str) -> Json:
    found: Json = provisioners._RESOURCE_HANDLERS[kind]
    return found


def _unless(create: Create, refusal: Callable[[Json], str | None]) -> Create:
    """Creation, unless there is a reason against it."""

    def create_or_refuse(logical_id: str, properties: Json, *rest: Any) -> Any:
        if reason := refusal(properties):
            raise ValueError(reason)
        return create(logical_id, properties, *rest)

    return create_or_refuse


def _table_is_there(properties: Json) -> str | None:
    name = properties.get("TableName")
    return f"{name} already exists" if name in dynamodb._tables else None


def _queue_is_there(properties: Json) -> str | None:
    name = properties.get("QueueName")
    return f"{name} already exists" if name in sqs._queue_name_to_url else None


def _unless_protected(delete: Callable[[str, Json], Any]) -> Callable[..., Any]:
    def delete_or_refuse(name: str, properties: Json, *rest: Any) -> Any:
        if (dynamodb._tables.get(name) or {}).get("DeletionProtectionEnabled"):
            raise ValueError(PROTECTED)
        return delete(name, properties, *rest)

    return delete_or_refuse


def _one_index_at_a_time(update: Callable[..., Any]) -> Callable[..., Any]:
    def update_or_refuse(name: str, old: Json, new: Json, *rest: Any, **more: Any) -> Any:
        if len(_index_changes(old, new)) > 1:
            raise ValueError(ONE_INDEX)
        return update(name, old, new, *rest, **more)

    return update_or_refuse


def _index_changes(old: Json, new: Json) -> list[str]:
    before, after = (
        {each["IndexName"]: each for each in properties.get("GlobalSecondaryIndexes") or []}
        for properties in (old, new)
    )
    replaced = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    return [*(before.keys() ^ after.keys()), *replaced, *replaced]


def _why_no_distribution(properties: Json) -> str | None:
    mark = os.environ.get("MINISTACK_UNVERIFIED")
    return UNVERIFIED if mark and Path(mark).exists() else _uncovered(properties)


def _with_covered_names(update: Callable[..., Any]) -> Callable[..., Any]:
    def update_or_refuse(name: str, old: Json, new: Json, *rest: Any, **more: Any) -> Any:
        if reason := _uncovered(new):
            raise ValueError(reason)
        return update(name, old, new, *rest, **more)

    return update_or_refuse


def _uncovered(properties: Json) -> str | None:
    config = properties["DistributionConfig"]
    certificate = config.get("ViewerCertificate", {}).get("AcmCertificateArn")
    known = acm._certificates.get(certificate) if certificate else None
    covered = {known["DomainName"], *known.get("SubjectAlternativeNames", [])} if known else set()
    names = config.get("Aliases") or []
    if certificate and (known is None or not all(_is_covered(name, covered) for name in names)):
        return NOT_COVERED
    return None


def _is_covered(name: str, covered: set[str]) -> bool:
    return name in covered or f"*.{name.partition('.')[2]}" in covered


def _why_no_record(properties: Json) -> str | None:
    zone = route53._zones.get(str(properties.get("HostedZoneId", "")))
    name, zone_name = f"{properties['Name'].rstrip('.')}.", zone["name"] if zone else ""
    if zone and not f".{name}".endswith(f".{zone_name}"):
        return (
            f"Invalid request provided: RRSet with DNS name {name} is not permitted in zone {zone_name}"
            " (Service: AmazonRoute53; Status Code: 400; Error Code: InvalidChangeBatch)"
        )
    return None
