"""Taking an installation down: all but its data, or all of it."""

from collections.abc import Callable
from contextlib import suppress

from infra.deploy import adopting, budget, functions, secret_parameters, site, stack, template_bucket
from infra.deploy.installation import Installation, say
from infra.deploy.template import TABLE


def destroy(installation: Installation, *, data: bool, delay: int = 5) -> None:
    """Remove functions, API, roles, site and alarms; with ``data`` all data as well. Repeatable: what an earlier run
    removed already is passed over.
    """
    say("1/3 Functions, roles and the REST API")
    functions.remove(installation)
    say("2/3 Site, CloudFront, logs, alarms, budget")
    budget.remove(installation)
    _remove_front(installation, delay)
    template_bucket.remove(installation.session, installation.name)
    if not data:
        say("3/3 Data stays: tables, queues, keys, the owner's token and QR images (DATA=delete removes them).")
        return
    say("3/3 Data")
    _remove_data(installation, delay)


def _remove_front(installation: Installation, delay: int) -> None:
    """Leave the stack with the data only. One that never stood, or is half deleted, goes as a whole."""
    found = stack.find(installation.client("cloudformation"), installation.name)
    if found is None:
        return
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    if "SiteBucketName" in outputs:
        site.empty(installation, outputs["SiteBucketName"])
    if stack.stands(found):
        values = {"Front": "off", "ApiId": "none"}
        stack.deploy(installation.session, installation.name, values, tags=installation.tags, delay=delay)
    else:
        stack.delete(installation.session, installation.name, delay=delay)


def _remove_data(installation: Installation, delay: int) -> None:
    """By the names that they have, for an earlier run may have deleted the stack."""
    kept = adopting.find(installation.session, {"App": installation.app, "Stage": installation.stage})
    for table in kept.get(TABLE, []):
        installation.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    stack.delete(installation.session, installation.name, delay=delay)
    for kind, names in kept.items():
        for name in names:
            _REMOVERS[kind](installation, name)
    secret_parameters.remove(installation.client("ssm"), app=installation.app, stage=installation.stage)


def _delete_table(installation: Installation, table: str) -> None:
    client = installation.client("dynamodb")
    with suppress(client.exceptions.ResourceNotFoundException):
        client.delete_table(TableName=table)


def _delete_queue(installation: Installation, url: str) -> None:
    client = installation.client("sqs")
    with suppress(client.exceptions.QueueDoesNotExist):
        client.delete_queue(QueueUrl=url)


def _delete_bucket(installation: Installation, bucket: str) -> None:
    client = installation.client("s3")
    with suppress(client.exceptions.NoSuchBucket):
        site.empty(installation, bucket)
        client.delete_bucket(Bucket=bucket)


_REMOVERS: dict[str, Callable[[Installation, str], None]] = {
    TABLE: _delete_table,
    "AWS::SQS::Queue": _delete_queue,
    "AWS::S3::Bucket": _delete_bucket,
}
