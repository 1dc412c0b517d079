"""What a stack that is gone has left behind, taken into a new one: CloudFormation would say that it "already exists".

A deleted stack leaves its data ("Retain"), as does one that could not be rolled back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from infra.deploy import template, template_bucket
from infra.deploy.template import TABLE, Template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, ResourceToImportTypeDef

CHANGE_SET = "adopt"
Client = Callable[[str], Any]
"""Makes a client of that service."""


def adopt(
    session: boto3.Session, stack: str, values: Mapping[str, str], *, endpoint: str | None = None, delay: int = 5
) -> list[str]:
    """Make the stack with what is there of it, and nothing else; gives the names, none where nothing is there.

    ``values``: of the template's parameters App and Stage.
    """

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]  # by name

    whole = template.load()
    found = _importable(whole, _find(client, whole, values))
    if not found:
        return []
    part = template.only(whole, found)
    url = template_bucket.upload(session, stack, template.write(part), endpoint=endpoint)
    _open_buckets(client, part, found)
    _import(client("cloudformation"), stack, url, values, _to_import(part, found), delay)
    return sorted(_name_of(identifier) for identifier in found.values())


def find(session: boto3.Session, values: Mapping[str, str], *, endpoint: str | None = None) -> dict[str, list[str]]:
    """What holds data and is there, in a stack or not: the physical ids by resource type."""

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]  # by name

    whole, kinds = template.load(), dict[str, list[str]]()
    for name, identifier in _find(client, whole, values).items():
        kinds.setdefault(whole["Resources"][name]["Type"], []).append(next(iter(identifier.values())))
    return kinds


def _find(client: Client, whole: Template, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """By the names in the template: how AWS identifies it."""
    account = client("sts").get_caller_identity()["Account"]
    known, found = {**template.defaults(whole), **values, "AWS::AccountId": account}, {}
    for name, resource in template.kept(whole).items():
        if identifier := _identify(client, resource["Type"], template.physical_name(resource, known)):
            found[name] = identifier
    return found


def _identify(client: Client, kind: str, name: str) -> dict[str, str] | None:
    """None where it is not there."""
    try:
        if kind == TABLE:
            client("dynamodb").describe_table(TableName=name)
            return {"TableName": name}
        if kind == "AWS::SQS::Queue":
            return {"QueueUrl": client("sqs").get_queue_url(QueueName=name)["QueueUrl"]}
        client("s3").head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise
    return {"BucketName": name}


_ABSENT = frozenset(
    {"ResourceNotFoundException", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "404", "NoSuchBucket"}
)


def _importable(whole: Template, found: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """All but what speaks of a resource that is not there: CloudFormation makes nothing while it imports."""
    left = {
        name: identifier
        for name, identifier in found.items()
        if set(_named_in(whole["Resources"][name]["Properties"])) & whole["Resources"].keys() <= found.keys()
    }
    return left if left == found else _importable(whole, left)


def _named_in(value: Any) -> Iterator[str]:
    """The resources that Ref and GetAtt name, and parameters."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "Ref":
                yield str(inner)
            elif key == "Fn::GetAtt":
                yield str(inner[0])
            else:
                yield from _named_in(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _named_in(inner)


def _open_buckets(client: Client, part: Template, found: Mapping[str, Mapping[str, str]]) -> None:
    """Without the policies that the stack will give them, and that it cannot take over."""
    for name, identifier in found.items():
        if part["Resources"][name]["Type"] == "AWS::S3::Bucket":
            client("s3").delete_bucket_policy(Bucket=identifier["BucketName"])


def _to_import(part: Template, found: Mapping[str, dict[str, str]]) -> "list[ResourceToImportTypeDef]":
    return [
        {"ResourceType": part["Resources"][name]["Type"], "LogicalResourceId": name, "ResourceIdentifier": identifier}
        for name, identifier in found.items()
    ]


def _import(
    cloudformation: Any,
    stack: str,
    url: str,
    values: Mapping[str, str],
    resources: "list[ResourceToImportTypeDef]",
    delay: int,
) -> None:
    parameters: list[ParameterTypeDef] = [
        {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
    ]
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=CHANGE_SET,
        ChangeSetType="IMPORT",
        TemplateURL=url,
        Parameters=parameters,
        ResourcesToImport=resources,
    )
    patience = {"Delay": delay, "MaxAttempts": 120}
    about = {"StackName": stack, "ChangeSetName": CHANGE_SET}
    cloudformation.get_waiter("change_set_create_complete").wait(**about, WaiterConfig=patience)
    cloudformation.execute_change_set(**about)
    cloudformation.get_waiter("stack_import_complete").wait(StackName=stack, WaiterConfig=patience)


def _name_of(identifier: Mapping[str, str]) -> str:
    return next(iter(identifier.values())).rpartition("/")[2]
