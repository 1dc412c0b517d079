"""The functions, their roles and the REST API: made and removed by Chalice, with its record completed from AWS.

Chalice records what it deployed in .chalice/deployed/<stage>.json when it has finished. Where it did not finish, or
where the file is on another machine, it would make a second REST API and fail on its own event sources; so the
record is first completed with what AWS has.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.deploy.installation import API, DeploymentError, Installation, say

Resource = dict[str, str]
KINDS = {"sqs": ("sqs-event-source", "sqs_event"), "dynamodb": ("dynamodb-event-source", "dynamodb_event")}


def deploy(installation: Installation) -> str:
    """Package and deploy the code; gives the REST API's id. Raises DeploymentError."""
    remember(installation)
    _chalice(installation, "deploy")
    return rest_api_id(installation)


def remove(installation: Installation) -> None:
    """Delete everything that Chalice made for this stage; nothing happens where it made nothing."""
    remember(installation)
    if _recorded(installation):
        _chalice(installation, "delete")
    installation.record.unlink(missing_ok=True)


def rest_api_id(installation: Installation) -> str:
    """From Chalice's record. Raises DeploymentError where there is none."""
    for resource in _recorded(installation):
        if resource["resource_type"] == "rest_api":
            return resource["rest_api_id"]
    raise DeploymentError(f"Chalice recorded no REST API in {installation.record}; run the same command again.")


def remember(installation: Installation) -> None:
    """Bring Chalice's record to what AWS has of this installation, and say what was missing in it.

    What was deleted meanwhile goes from the record: Chalice would fail on it.
    """
    recorded, there = _recorded(installation), list(_in_aws(installation))
    names = {resource["name"] for resource in there}
    known = [resource for resource in recorded if resource["name"] in names]
    found = [resource for resource in there if resource["name"] not in {each["name"] for each in known}]
    if found:
        say(f"  An earlier run, here or elsewhere, left what is not on record; going on with it: {_listed(found)}.")
    if found or known != recorded:
        content = {"resources": [*known, *found], "schema_version": "2.0", "backend": "api"}
        installation.record.parent.mkdir(parents=True, exist_ok=True)
        installation.record.write_text(json.dumps(content, indent=2))


def _recorded(installation: Installation) -> list[Resource]:
    if not installation.record.exists():
        return []
    resources: list[Resource] = json.loads(installation.record.read_text()).get("resources", [])
    return resources


def _in_aws(installation: Installation) -> Iterator[Resource]:
    for name, function in installation.functions.items():
        yield from _role(installation, name)
        yield from _function(installation, name, function)
    yield from _rest_api(installation)


def _role(installation: Installation, name: str) -> Iterator[Resource]:
    iam, role = installation.client("iam"), f"{installation.name}-{name}"
    try:
        arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        return
    yield {"name": f"{name}_role", "resource_type": "iam_role", "role_arn": arn, "role_name": role}


def _function(installation: Installation, name: str, function: str) -> Iterator[Resource]:
    client = installation.client("lambda")
    try:
        arn = client.get_function_configuration(FunctionName=function)["FunctionArn"]
    except client.exceptions.ResourceNotFoundException:
        return
    yield {"name": name, "resource_type": "lambda_function", "lambda_arn": arn}
    for mapping in client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]:
        yield _event_source(name, arn, mapping)
    rule, events = f"{function}-event", installation.client("events")
    if any(found["Name"] == rule for found in events.list_rules(NamePrefix=rule)["Rules"]):
        yield {"name": f"{name}-event", "resource_type": "cloudwatch_event", "rule_name": rule}


def _event_source(name: str, function_arn: str, mapping: dict[str, Any]) -> Resource:
    source = mapping["EventSourceArn"]
    suffix, kind = KINDS[source.split(":")[2]]
    resource = {
        "name": f"{name}-{suffix}",
        "resource_type": kind,
        "event_uuid": mapping["UUID"],
        "lambda_arn": function_arn,
    }
    if kind == "sqs_event":
        return {**resource, "queue_arn": source, "queue": source.rpartition(":")[2]}
    return {**resource, "stream_arn": source}


def _rest_api(installation: Installation) -> Iterator[Resource]:
    """The API that may call this stage's function, or one that was made and never came to serve."""
    api = _permitted_api(installation) or _tagged_api(installation) or _unfinished_api(installation)
    if api:
        region = installation.session.region_name
        url = f"https://{api}.execute-api.{region}.amazonaws.com/{installation.template['api_gateway_stage']}/"
        yield {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": api, "rest_api_url": url}


def _permitted_api(installation: Installation) -> str | None:
    client = installation.client("lambda")
    try:
        policy = json.loads(client.get_policy(FunctionName=installation.functions[API])["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return None
    sources = (
        statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", "") for statement in policy["Statement"]
    )
    ids = [source.split(":")[5].split("/")[0] for source in sources if ":execute-api:" in source]
    return next((each for each in ids if each in _own_apis(installation)), None)


def _tagged_api(installation: Installation) -> str | None:
    own = (each for each in _own_apis(installation) if _stage_of(installation, each) == installation.stage)
    return next(own, None)


def _unfinished_api(installation: Installation) -> str | None:
    client = installation.client("apigateway")
    unserved = (each for each in _own_apis(installation) if not client.get_stages(restApiId=each)["item"])
    return next(unserved, None)


def _own_apis(installation: Installation) -> list[str]:
    """APIs of this app's name that no other stage has marked as its own."""
    gateway = installation.client("apigateway")
    named = [
        api["id"]
        for page in gateway.get_paginator("get_rest_apis").paginate()
        for api in page["items"]
        if api["name"] == installation.app
    ]
    return [api for api in named if _stage_of(installation, api) in (None, installation.stage)]


def _stage_of(installation: Installation, api: str) -> str | None:
    tags = installation.client("apigateway").get_tags(resourceArn=installation.arn_of_api(api))["tags"]
    stage: str | None = tags.get("stage")
    return stage


def _chalice(installation: Installation, command: str) -> None:
    program = Path(sys.executable).parent / "chalice"
    done = subprocess.run(  # noqa: S603 - our own tool, and a stage that was checked
        [program, command, "--stage", installation.stage],
        cwd=installation.project,
        env={**os.environ, "AWS_DEFAULT_REGION": installation.session.region_name},
        check=False,
    )
    if done.returncode:
        raise DeploymentError(f"`chalice {command}` failed; it says why above.")


def _listed(resources: list[Resource]) -> str:
    return ", ".join(resource["name"] for resource in resources)
