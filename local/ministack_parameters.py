"""What AWS refuses of SSM's parameters, and ministack 1.5.33 takes: an empty value, and tags without permission.

Of permissions only under AUTH=true.
"""

import json
import os
from typing import Any

from ministack.core.iam_actions import access_denied_response
from ministack.core.iam_evaluator import AuthError, enforce
from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import ssm

_handle = ssm.handle_request

EMPTY = (
    "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater"
    " than or equal to 1"
)


def refuse_parameters_as_aws_does() -> None:
    ssm.handle_request = _handle_strictly


async def _handle_strictly(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Any:
    refusal = _refusal(headers, body, query) if headers.get("x-amz-target", "").endswith(".PutParameter") else None
    return refusal or await _handle(method, path, headers, body, query)


def _refusal(headers: dict[str, str], body: bytes, query: Any) -> Any:
    asked = json.loads(body)
    if not asked.get("Value"):
        return error_response_json("ValidationException", EMPTY, 400)
    if asked.get("Tags") and os.environ.get("AUTH", "").lower() == "true":
        return _refusal_to_tag(asked["Name"], extract_access_key_id(headers, query))
    return None


def _refusal_to_tag(name: str, access_key: str) -> Any:
    """A parameter that is made with tags takes a second permission."""
    action = "ssm:AddTagsToResource"
    resource = f"arn:aws:ssm:{get_region()}:{get_account_id()}:parameter/{name.lstrip('/')}"
    denied = enforce(access_key, action, "ssm", get_region(), resource_arn=resource)
    if not denied or isinstance(denied, AuthError):  # who the caller is was asked before
        return None
    return access_denied_response("ssm", action, denied.principal_arn, "", resource_arn=resource)
