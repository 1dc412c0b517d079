"""What Chalice cannot say of a REST API: its own errors in the words of the contract, limits, tags. Repeatable.

On AWS a definition that is put anew takes gateway responses with it, so they are looked at after every deployment.
"""

import json
from typing import Any

from infra.deploy.installation import Installation

REQUESTS_PER_SECOND, BURST = 50, 100

_NOT_FOUND = {"Code": "NotFound", "Message": "There is nothing here."}
_TOO_MANY = {"Code": "TooManyRequests", "Message": "Too many requests. Please wait a moment and try again."}
_TOO_LARGE = {"Code": "BadInput", "Message": "The request is too large."}
_BAD_INPUT = {"Code": "BadInput", "Message": "The request could not be understood."}
_BROKEN = {"Code": "InternalError", "Message": "Something went wrong on our side. Please try again."}

RESPONSES: dict[str, tuple[str | None, dict[str, str]]] = {
    "MISSING_AUTHENTICATION_TOKEN": ("404", _NOT_FOUND),
    "THROTTLED": ("429", _TOO_MANY),
    "REQUEST_TOO_LARGE": ("413", _TOO_LARGE),
    "DEFAULT_4XX": (None, _BAD_INPUT),
    "DEFAULT_5XX": (None, _BROKEN),
}
"""API Gateway's kinds of errors, with a status where its own is not the contract's."""

HEADERS = {
    "gatewayresponse.header.Cache-Control": "'no-store'",
    "gatewayresponse.header.X-Content-Type-Options": "'nosniff'",
}


def finish(installation: Installation, api: str) -> None:
    """Bring everything beside the definition up to date; a new deployment only when answers changed."""
    stage = installation.template["api_gateway_stage"]
    if _put_responses(installation, api):
        installation.client("apigateway").create_deployment(restApiId=api, stageName=stage)
    _limit(installation, api, stage)
    _tag(installation, api)


def _put_responses(installation: Installation, api: str) -> bool:
    gateway, changed = installation.client("apigateway"), False
    there = {each["responseType"]: each for each in gateway.get_gateway_responses(restApiId=api, limit=500)["items"]}
    for kind, (status, body) in RESPONSES.items():
        wanted = _response(kind, status, body)
        if any(there.get(kind, {}).get(name) != value for name, value in wanted.items()):
            gateway.put_gateway_response(restApiId=api, responseType=kind, **wanted)
            changed = True
    return changed


def _response(kind: str, status: str | None, body: dict[str, str]) -> dict[str, Any]:
    waiting = {"gatewayresponse.header.Retry-After": "'1'"} if kind == "THROTTLED" else {}
    return {
        "responseParameters": {**HEADERS, **waiting},
        "responseTemplates": {"application/json": json.dumps(body)},
        **({"statusCode": status} if status else {}),
    }


def _limit(installation: Installation, api: str, stage: str) -> None:
    limits = {"rateLimit": REQUESTS_PER_SECOND, "burstLimit": BURST}
    operations = [
        {"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)} for name, value in limits.items()
    ]
    installation.client("apigateway").update_stage(restApiId=api, stageName=stage, patchOperations=operations)


def _tag(installation: Installation, api: str) -> None:
    """Chalice tags functions only."""
    installation.client("apigateway").tag_resource(resourceArn=installation.arn_of_api(api), tags=installation.tags)
    tags = [{"Key": key, "Value": value} for key, value in installation.tags.items()]
    for name in installation.functions:
        installation.client("iam").tag_role(RoleName=f"{installation.name}-{name}", Tags=tags)
