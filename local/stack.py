"""infra/template.yaml, deployed through CloudFormation to whatever answers at an endpoint."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError, WaiterError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

TEMPLATE = Path(__file__).resolve().parent.parent / "infra" / "template.yaml"


class StackFailedError(Exception):
    """The template was not taken; the message names the resources that failed, and why."""


def deploy(session: boto3.Session, endpoint: str, name: str, values: Mapping[str, str]) -> dict[str, str]:
    """Create the stack, or update the one that is there, and give its outputs.

    `values` are the template's parameters. Raises StackFailedError.
    """
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    parameters: list[ParameterTypeDef] = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()
    ]
    try:
        if _exists(cloudformation, name):
            _update(cloudformation, name, parameters)
        else:
            _create(cloudformation, name, parameters)
    except (ClientError, WaiterError) as error:
        reasons = [f"{name}: {error}", *_failures(cloudformation, name)]
        raise StackFailedError("\n".join(reasons)) from error
    return _outputs(cloudformation, name)


def _exists(cloudformation: "CloudFormationClient", name: str) -> bool:
    try:
        cloudformation.describe_stacks(StackName=name)
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return True


def _create(cloudformation: "CloudFormationClient", name: str, parameters: Sequence["ParameterTypeDef"]) -> None:
    cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE.read_text(), Parameters=parameters)
    created = cloudformation.get_waiter("stack_create_complete")
    created.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def _update(cloudformation: "CloudFormationClient", name: str, parameters: Sequence["ParameterTypeDef"]) -> None:
    try:
        cloudformation.update_stack(StackName=name, TemplateBody=TEMPLATE.read_text(), Parameters=parameters)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return
        raise
    updated = cloudformation.get_waiter("stack_update_complete")
    updated.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def _failures(cloudformation: "CloudFormationClient", name: str) -> list[str]:
    with suppress(ClientError):
        return [
            f"{event.get('LogicalResourceId')}: {event['ResourceStatusReason']}"
            for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            if "FAILED" in event.get("ResourceStatus", "") and "ResourceStatusReason" in event
        ]
    return []


def _outputs(cloudformation: "CloudFormationClient", name: str) -> dict[str, str]:
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
