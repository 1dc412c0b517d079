"""Taking an installation down: all but its data, or all of it."""

from typing import Any

from infra.deploy import budget, functions, secret_parameters, site, stack
from infra.deploy.installation import Installation, say


def destroy(installation: Installation, *, data: bool, delay: int = 5) -> None:
    """Remove functions, API, roles, site and alarms; with ``data`` all data as well."""
    cloudformation = installation.client("cloudformation")
    outputs = stack.outputs(cloudformation, installation.name)
    say("1/3 Functions, roles and the REST API")
    functions.remove(installation)
    say("2/3 Site, CloudFront, logs, alarms, budget")
    budget.remove(installation)
    if "SiteBucketName" in outputs:
        site.empty(installation, outputs["SiteBucketName"])
    if outputs:
        values = {"Front": "off", "ApiId": "none"}
        stack.deploy(installation.session, installation.name, values, tags=installation.tags, delay=delay)
    if not data:
        say("3/3 Data stays: tables, queues, keys, the owner's token and QR images (DATA=delete removes them).")
        return
    say("3/3 Data")
    _remove_data(installation, delay)


def _remove_data(installation: Installation, delay: int) -> None:
    kept = _resources(installation)
    for table in kept.get("AWS::DynamoDB::Table", []):
        _unprotect(installation, table)
    stack.delete(installation.session, installation.name, delay=delay)
    for kind, names in kept.items():
        for name in names:
            _REMOVERS.get(kind, _leave)(installation, name)
    secret_parameters.remove(installation.client("ssm"), app=installation.app, stage=installation.stage)


def _resources(installation: Installation) -> dict[str, list[str]]:
    """What the stack holds, by kind."""
    client = installation.client("cloudformation")
    if not stack.find(client, installation.name):
        return {}
    kept: dict[str, list[str]] = {}
    for page in client.get_paginator("list_stack_resources").paginate(StackName=installation.name):
        for each in page["StackResourceSummaries"]:
            kept.setdefault(each["ResourceType"], []).append(each["PhysicalResourceId"])
    return kept


def _unprotect(installation: Installation, table: str) -> None:
    installation.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)


def _delete_table(installation: Installation, table: str) -> None:
    installation.client("dynamodb").delete_table(TableName=table)


def _delete_queue(installation: Installation, url: str) -> None:
    installation.client("sqs").delete_queue(QueueUrl=url)


def _delete_bucket(installation: Installation, bucket: str) -> None:
    site.empty(installation, bucket)
    installation.client("s3").delete_bucket(Bucket=bucket)


def _leave(_installation: Installation, _name: str) -> None:
    """It went with the stack."""


_REMOVERS: dict[str, Any] = {
    "AWS::DynamoDB::Table": _delete_table,
    "AWS::SQS::Queue": _delete_queue,
    "AWS::S3::Bucket": _delete_bucket,
}
