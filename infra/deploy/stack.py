"""infra/template.yaml as a CloudFormation stack: made, updated, and its outputs."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra.deploy import adopting, template, template_bucket

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

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
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, str]:
    """Create the stack, or update the one that is there, and give its outputs.

    `values` are parameters of the template; an update keeps those that it does not name. What an earlier stack of that
    name left behind is taken into the new one. `delay`: seconds between looks. `tell` is told what is unusual. Raises
    StackFailedError.
    """
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    named = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    try:
        found = _usable(cloudformation, name, delay)
        if found is None:
            own = {key: values[key] for key in ("App", "Stage") if key in values}
            if adopted := adopting.adopt(session, name, own, endpoint=endpoint, delay=delay):
                tell(f"  An earlier stack left data; the new one goes on with it: {', '.join(adopted)}.")
                found = find(cloudformation, name)
        for step in _steps(cloudformation, name, found):
            url = template_bucket.upload(session, name, template.write(step), endpoint=endpoint)
            request: dict[str, Any] = {"StackName": name, "TemplateURL": url, "Tags": named}
            _settle(cloudformation, request, _parameters(values, found, step), found, delay)
    except (ClientError, WaiterError) as error:
        reasons = [f"{name}: {error}", *_failures(cloudformation, name)]
        raise StackFailedError("\n".join([*reasons, *_advice(reasons)])) from error
    return outputs(cloudformation, name)


def _steps(
    cloudformation: "CloudFormationClient", name: str, found: "StackTypeDef | None"
) -> Iterator[template.Template]:
    """What is deployed one after the other; the last is the template as it is here."""
    wanted = template.load()
    if found:
        live = template.parse(cloudformation.get_template(StackName=name, TemplateStage="Original")["TemplateBody"])
        yield from template.index_steps(live, wanted)
    yield wanted


def _usable(cloudformation: "CloudFormationClient", name: str, delay: int) -> "StackTypeDef | None":
    """The stack, once it may be updated; None where there is none, or none that ever stood: such a one is removed.

    It holds nothing that anybody stored. What it could not remove itself stays, and is adopted.
    """
    found = _settled(cloudformation, name, delay)
    if found and found["StackStatus"] in _NEVER_STOOD:
        _remove(cloudformation, name, delay)
        return None
    if found and found["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
        cloudformation.continue_update_rollback(StackName=name)
        found = _settled(cloudformation, name, delay)
    return found


_NEVER_STOOD = frozenset(
    {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS", "DELETE_FAILED"}
)
"""Or is half deleted."""


def find(cloudformation: "CloudFormationClient", name: str) -> "StackTypeDef | None":
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def stands(found: "StackTypeDef") -> bool:
    """Whether its resources are there, so that it may be updated."""
    return found["StackStatus"] not in _NEVER_STOOD and not found["StackStatus"].startswith("DELETE")


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


def _parameters(
    values: Mapping[str, str], found: "StackTypeDef | None", step: template.Template
) -> "list[ParameterTypeDef]":
    known = {str(each.get("ParameterKey")) for each in found.get("Parameters", [])} if found else set()
    kept = known & step["Parameters"].keys() - values.keys()
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


def _advice(reasons: list[str]) -> Iterator[str]:
    """What an owner can do about failures that a first deployment meets."""
    said = "\n".join(reasons)
    for sign, sentence in _ADVICE.items():
        if sign in said:
            yield sentence


_ADVICE = {
    "account must be verified": (
        "AWS has not verified this account for CloudFront yet. Open a case at AWS Support (account and billing, free of"
        " charge) with the sentence above; it takes a day or so. Nothing is lost: run the same command then."
    ),
    "doesn't cover the alternate domain name": (
        "The certificate is for another domain. Make one for DomainName in ACM, in us-east-1, and name its ARN as"
        " CertificateArn."
    ),
    "No hosted zone": (
        "There is no such zone in Route 53. HostedZoneId must be the id of the domain's zone; leave it out where the"
        " domain is kept elsewhere, and point the domain to CloudFront there."
    ),
    "is not permitted in zone": (
        "That zone in Route 53 is another domain's. HostedZoneId must be the id of the zone that DomainName is in."
    ),
    "already exists": (
        "What exists already is not this installation's, or half of it: nothing of it was touched. Look who uses it;"
        " deploy under another name (--app) beside it, or remove it by hand."
    ),
}
"""By what AWS says."""
