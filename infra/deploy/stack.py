"""infra/template.yaml as a CloudFormation stack: made, updated, and its outputs."""

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError, WaiterError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"
SECONDS = 1800
"""How long a stack may take; CloudFront alone takes minutes."""


class StackFailedError(Exception):
    """The template was not taken; the message names the resources that failed, and why."""


def deploy(
    session: boto3.Session,
    name: str,
    values: Mapping[str, str],
    *,
    endpoint: str | None = None,
    tags: Mapping[str, str] | None = None,
    delay: int = 5,
) -> dict[str, str]:
    """Create the stack, or update the one that is there, and give its outputs.

    `values` are parameters of the template; an update keeps those that it does not name. `delay`: seconds between
    looks. Raises StackFailedError.
    """
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    request: dict[str, Any] = {
        "StackName": name,
        "TemplateBody": body(),
        "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
    }
    try:
        found = _settled(cloudformation, name, delay)
        if found and found["StackStatus"] in {"ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"}:
            _remove(cloudformation, name, delay)  # a creation that failed left nothing but its name
            found = None
        _settle(cloudformation, request, _parameters(values, found), found, delay)
    except (ClientError, WaiterError) as error:
        reasons = [f"{name}: {error}", *_failures(cloudformation, name)]
        raise StackFailedError("\n".join(reasons)) from error
    return outputs(cloudformation, name)


def body() -> str:
    """The template without its comments: CloudFormation takes 51,200 bytes."""
    return "".join(line for line in TEMPLATE.read_text().splitlines(keepends=True) if not line.lstrip().startswith("#"))


def find(cloudformation: "CloudFormationClient", name: str) -> "StackTypeDef | None":
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def outputs(cloudformation: "CloudFormationClient", name: str) -> dict[str, str]:
    """The outputs of a stack; none where there is no stack."""
    found = find(cloudformation, name)
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])} if found else {}


def delete(session: boto3.Session, name: str, *, endpoint: str | None = None, delay: int = 5) -> None:
    """Delete the stack; what its template retains stays. Nothing happens where there is none."""
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    try:
        _remove(cloudformation, name, delay)
    except (ClientError, WaiterError) as error:
        raise StackFailedError("\n".join([f"{name}: {error}", *_failures(cloudformation, name)])) from error


def _settled(cloudformation: "CloudFormationClient", name: str, delay: int) -> "StackTypeDef | None":
    """The stack, once the change that an earlier run began is over."""
    for _ in range(SECONDS // delay):
        found = find(cloudformation, name)
        if not found or not found["StackStatus"].endswith("_IN_PROGRESS") or _waits_for_review(found):
            return found
        time.sleep(delay)
    raise StackFailedError(f"{name} is still being changed by an earlier run; look at it in the console.")


def _waits_for_review(found: "StackTypeDef") -> bool:
    return found["StackStatus"] == "REVIEW_IN_PROGRESS"


def _settle(
    cloudformation: "CloudFormationClient",
    request: Mapping[str, Any],
    parameters: "list[ParameterTypeDef]",
    found: "StackTypeDef | None",
    delay: int,
) -> None:
    change = cloudformation.update_stack if found else cloudformation.create_stack
    try:
        change(**request, Parameters=parameters)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return
        raise
    done = cloudformation.get_waiter("stack_update_complete" if found else "stack_create_complete")
    done.wait(StackName=str(request["StackName"]), WaiterConfig={"Delay": delay, "MaxAttempts": SECONDS // delay})


def _parameters(values: Mapping[str, str], found: "StackTypeDef | None") -> "list[ParameterTypeDef]":
    known = {str(each.get("ParameterKey")) for each in found.get("Parameters", [])} if found else set()
    declared = TEMPLATE.read_text().split("\nParameters:\n")[1].split("\nConditions:\n")[0]
    kept = known & set(re.findall(r"^  (\w+):$", declared, re.MULTILINE)) - values.keys()
    given: list[ParameterTypeDef] = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    given += [{"ParameterKey": key, "UsePreviousValue": True} for key in sorted(kept)]
    return given


def _remove(cloudformation: "CloudFormationClient", name: str, delay: int) -> None:
    cloudformation.delete_stack(StackName=name)
    gone = cloudformation.get_waiter("stack_delete_complete")
    gone.wait(StackName=name, WaiterConfig={"Delay": delay, "MaxAttempts": SECONDS // delay})


def _failures(cloudformation: "CloudFormationClient", name: str) -> list[str]:
    with suppress(ClientError):
        return [
            f"{event.get('LogicalResourceId')}: {event['ResourceStatusReason']}"
            for event in cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            if "FAILED" in event.get("ResourceStatus", "") and "ResourceStatusReason" in event
        ]
    return []
