# ruff: noqa: SLF001 - reaching into ministack is what this module is for
"""What AWS does in the name of a function's role beside the function itself, and ministack 1.5.33 does unasked.

Only under AUTH=true. Reading a queue or a stream for a function, and writing its log need the role's
permission; without it, as on AWS, no event arrives and no log is written. A function sees its own package
and nothing of the emulator's environment. Setting:
- `MINISTACK_USES`: a file that gets a line of JSON for each permission that a role used or missed.
"""

import hashlib
import json
import os
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime
from ministack.core.responses import error_response_json, request_scope
from ministack.services import iam, lambda_svc, s3

Json = dict[str, Any]

READS = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"),
}
LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")

_evaluate, _enforce = iam_evaluator.evaluate, iam_evaluator.enforce
_pin_origin = iam_evaluator.pin_request_origin
_mappings = lambda_svc._iter_all_esms
_create_mapping = lambda_svc._create_esm
_emit_logs = lambda_svc._emit_lambda_logs
_extracting = threading.Lock()
_serve_s3 = s3.handle_request


def ask_the_role() -> None:
    """Have ministack ask for the permissions that it takes for granted, and note who used which."""
    from ministack import app

    app.pin_request_origin = lambda address, *_: _pin_origin(
        address, True
    )  # all is TLS on AWS; bucket policies want it
    s3.handle_request = _handle_s3
    lambda_svc._iter_all_esms = _permitted_mappings
    lambda_svc._create_esm = _create_permitted_mapping
    lambda_svc._emit_lambda_logs = _emit_permitted_logs
    if uses := os.environ.get("MINISTACK_USES"):
        _note_uses(Path(uses))


def keep_functions_to_their_package() -> None:
    """Run functions in an interpreter without site-packages: Chalice's package is all that they can import."""
    folder = Path(tempfile.mkdtemp(prefix="bare-python-"))
    bare = folder / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys._base_executable} -S "$@"\n')  # type: ignore[attr-defined]
    bare.chmod(0o755)
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.0  # Chalice's waiters look twice in five seconds, not sooner
    lambda_runtime.zipfile = SimpleNamespace(ZipFile=_ExtractedOnce)
    lambda_runtime._detect_runtime_binary = lambda _runtime: (str(bare), lambda_runtime._PYTHON_WORKER_SCRIPT)


async def _handle_s3(method: str, path: str, *rest: Any, **more: Any) -> Any:
    """Who may not list a bucket is not told what it lacks."""
    answer = await _serve_s3(method, path, *rest, **more)
    caller, bucket = iam_evaluator.caller_arn(), path.strip("/").split("/")[0]
    if answer[0] != HTTPStatus.NOT_FOUND or method not in {"GET", "HEAD"} or ":assumed-role/" not in caller:
        return answer
    role = caller.split("/")[1]
    asked = _asked(caller, "s3:ListBucket", f"arn:aws:s3:::{bucket}")
    if _allows(_policies(role, asked.principal_account), asked):
        return answer
    refusal = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    return HTTPStatus.FORBIDDEN.value, {"Content-Type": "application/xml"}, refusal


class _ExtractedOnce(zipfile.ZipFile):
    """All instances of a function share one copy of its package, as reading it anew takes seconds."""

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        digest = hashlib.sha256("".join(f"{each.filename}{each.CRC}" for each in self.infolist()).encode()).hexdigest()
        shared = Path(tempfile.gettempdir()) / f"package-{digest}"
        with _extracting:
            if not shared.exists():
                super().extractall(shared.with_suffix(".part"), members, pwd)
                shared.with_suffix(".part").rename(shared)
        for each in shared.iterdir():
            (Path(path) / each.name).symlink_to(each)


_known_roles: set[str] = set()
"""Of which Lambda was asked before: what IAM was told a moment ago, it does not know everywhere yet."""

NO_STREAM = (
    "Cannot access stream {source}. Please ensure the role can perform the GetRecords, GetShardIterator,"
    " DescribeStream, and ListStreams Actions on your stream in IAM."
)
NO_QUEUE = "The provided execution role does not have permissions to call ReceiveMessage on SQS"


def _create_permitted_mapping(data: Json) -> Any:
    """Lambda asks whether the function's role may read the source, and does not believe in a new role at once."""
    source, service = data.get("EventSourceArn", ""), data.get("EventSourceArn", "::").split(":")[2]
    function, config = lambda_svc._get_func_record_for_qualifier(data.get("FunctionName", ""), None)
    if function is not None and service in READS:
        config = config or function["config"]
        role = (iam._roles.get(config.get("Role", "").rsplit("/", 1)[-1]) or {}).get("RoleId", "")
        is_new = role not in _known_roles
        _known_roles.add(role)
        needed = [f"{service}:{action}" for action in READS[service]]
        if is_new or not _may(config, needed, source):
            sentence = NO_QUEUE if service == "sqs" else NO_STREAM.format(source=source)
            return error_response_json("InvalidParameterValueException", sentence, 400)
    return _create_mapping(data)


def _permitted_mappings() -> Iterator[tuple[str, str, Json]]:
    for account, region, mapping in _mappings():
        source = mapping.get("EventSourceArn", "")
        service = source.split(":")[2] if source.count(":") > 1 else ""
        needed = [f"{service}:{action}" for action in READS.get(service, ())]
        with request_scope(account, region):
            function, config = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], None)
        if function is None or _may(config or function["config"], needed, source):
            yield account, region, mapping


def _emit_permitted_logs(function: Json, *rest: Any, **more: Any) -> None:
    config = function.get("config") or function
    if _may(config, LOGS, f"{_log_group(config)}:log-stream:*"):
        _emit_logs(function, *rest, **more)


def _log_group(config: Json) -> str:
    account, region = lambda_runtime._account_region_from_function_config(config)
    return f"arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{config['FunctionName']}"


def _may(config: Json, actions: tuple[str, ...] | list[str], resource: str) -> bool:
    account, _region = lambda_runtime._account_region_from_function_config(config)
    role = config.get("Role", "").rsplit("/", 1)[-1]
    caller = f"arn:aws:sts::{account}:assumed-role/{role}/{config['FunctionName']}"
    policies = _policies(role, account)
    return all([_allows(policies, _asked(caller, action, resource)) for action in actions])  # noqa: C419 - each is noted


def _allows(policies: Any, asked: Any) -> bool:
    allowed = bool(iam_evaluator.evaluate(asked, policies).decision == "Allow")
    if not allowed and (uses := os.environ.get("MINISTACK_USES")):
        _note(Path(uses), asked.principal_arn.split("/")[1], asked.action, asked.resource_arn, "Deny", "")
    return allowed


def _policies(role: str, account: str) -> Any:
    return iam_evaluator._gather_role_policies(role, account)


def _asked(caller: str, action: str, resource: str) -> Any:
    return iam_evaluator.EvalContext(
        principal_arn=caller,
        principal_type="AssumedRole",
        principal_account=caller.split(":")[4],
        action=action,
        resource_arn=resource,
        region="us-east-1",
    )


def _note_uses(file: Path) -> None:
    """Note what was allowed where a policy is evaluated, what was refused where it is enforced: a refusal there is
    final, while a resource's own policy may have nothing to say of what the role's allows."""

    def evaluate(context: Any, *policies: Any) -> Any:
        result = _evaluate(context, *policies)
        if ":assumed-role/" in context.principal_arn and result.decision == "Allow":
            role = context.principal_arn.split("/")[1]
            _note(file, role, context.action, context.resource_arn, "Allow", result.matched_sid)
        return result

    def enforce(key: str, action: str, *rest: Any, **more: Any) -> Any:
        refusal = _enforce(key, action, *rest, **more)
        who = getattr(refusal, "principal_arn", "")
        if ":assumed-role/" in who or ":user/" in who:
            _note(file, who.split("/")[1], action, more.get("resource_arn", "*"), "Deny", "")
        return refusal

    iam_evaluator.evaluate, iam_evaluator.enforce = evaluate, enforce


def _note(file: Path, role: str, action: str, resource: str, decision: str, statement: str) -> None:
    use = {"role": role, "action": action, "resource": resource, "decision": decision, "statement": statement}
    with file.open("a") as notes:
        notes.write(json.dumps(use) + "\n")
