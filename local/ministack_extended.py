# ruff: noqa: SLF001 - reaching into ministack is what this module is for
"""ministack, and what its version 1.5.33 lacks of AWS; started like ministack, in ministack's environment.

Settings beside ministack's own:
- `MINISTACK_TTL_SECONDS`: how often expired DynamoDB items are deleted, in seconds (2).
- `MINISTACK_USES`: see local/ministack_roles.py.
- `MINISTACK_PARENT_PID`: end, saving what is to be saved, when this process is no longer the parent.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import version
from typing import Any
from unittest.mock import patch

KNOWN_VERSION = "1.5.33"
EXPIRED_BY = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    refuse_other_versions()
    expire_items_as_aws_does(every=float(os.environ.get("MINISTACK_TTL_SECONDS", "2")))
    take_whole_tables_from_cloudformation()
    refuse_as_cloudformation_does()
    deploy_as_chalice_does()
    recover_tables_as_aws_does()
    let_objects_be_old()
    reserve_as_a_new_account_does()
    refuse_parameters_as_aws_does()
    end_with_parent()
    from ministack.app import main as serve

    serve()


def refuse_other_versions() -> None:
    """Exit with a sentence unless ministack is the version that this module knows inside."""
    found = version("ministack")
    if found != KNOWN_VERSION:
        sys.exit(
            f"ministack {found} is installed, but local/ministack_extended.py reaches into {KNOWN_VERSION}:"
            " install that version, or check every extension against the new one."
        )


def end_with_parent() -> None:
    """End this process group when the parent dies, however it dies."""
    parent = int(os.environ.get("MINISTACK_PARENT_PID", "0"))
    if parent:
        _in_background(_end_after, parent)


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.killpg(0, signal.SIGTERM)
    time.sleep(10)
    os.killpg(0, signal.SIGKILL)


# --- Lambda: a new account has ten executions in all, and ten have to stay unreserved ---


def reserve_as_a_new_account_does() -> None:
    """Refuse to reserve any; to give a function none at all is no reservation."""
    from ministack.core.responses import error_response_json
    from ministack.services import lambda_svc

    put = lambda_svc._put_function_concurrency

    def put_or_refuse(name: str, asked: dict[str, Any]) -> Any:
        if asked.get("ReservedConcurrentExecutions", 0) <= 0:
            return put(name, asked)
        message = (
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution"
            " below its minimum value of [10]."
        )
        return error_response_json("InvalidParameterValueException", message, 400)

    lambda_svc._put_function_concurrency = put_or_refuse


# --- DynamoDB: a TTL deletion is a REMOVE in the stream, made by the service ---


def expire_items_as_aws_does(*, every: float) -> None:
    """Delete expired items every so many seconds, with the stream record that ministack leaves out."""
    _import_without_thread("ministack.services.dynamodb", "dynamodb-ttl-reaper")
    from ministack.services import dynamodb_streams

    dynamodb_streams._get_records = _with_identity_as_in_the_api(dynamodb_streams._get_records)
    _in_background(_keep_expiring, every)


def _import_without_thread(module: str, thread_name: str) -> None:
    """Import a module that starts a thread when it is imported; we replace that thread."""
    start = threading.Thread.start

    def start_the_others(thread: threading.Thread) -> None:
        if thread.name != thread_name:
            start(thread)

    with patch.object(threading.Thread, "start", start_the_others):
        import_module(module)


def _keep_expiring(every: float) -> None:
    from ministack import app

    while True:
        time.sleep(every)
        # On the loop that serves every request: no item is written while it expires.
        if app._MAIN_LOOP is not None:
            app._MAIN_LOOP.call_soon_threadsafe(_expire_items)


def _expire_items() -> None:
    from ministack.core.responses import request_scope
    from ministack.services import dynamodb

    for (account, region, name), setting in list(dynamodb._ttl_settings.all_items()):
        table = dynamodb._tables.get_scoped(account, region, name)
        if table and setting.get("TimeToLiveStatus") == "ENABLED":
            with request_scope(account, region):
                for keys in list(_expired(table, setting["AttributeName"])):
                    _expire(name, table, keys)


def _expired(table: dict[str, Any], attribute: str) -> Iterator[tuple[str, str]]:
    now = time.time()
    for partition, items in table["items"].items():
        for sort, item in items.items():
            # As on AWS, only a number expires an item.
            seconds = item.get(attribute, {}).get("N")
            if seconds is not None and float(seconds) <= now:
                yield partition, sort


def _expire(name: str, table: dict[str, Any], keys: tuple[str, str]) -> None:
    from ministack.services import dynamodb

    item = dynamodb._remove_item(table, *keys)
    dynamodb._emit_stream_event(name, "REMOVE", item, None)
    if (table.get("StreamSpecification") or {}).get("StreamEnabled"):
        dynamodb._stream_records[name][-1]["userIdentity"] = EXPIRED_BY


def _with_identity_as_in_the_api(get_records: Callable[..., Any]) -> Callable[..., Any]:
    """Records are kept as Lambda sees them; GetRecords spells this one field with capitals."""

    def answer(data: dict[str, Any]) -> tuple[Any, ...]:
        status, headers, body = get_records(data)
        content = json.loads(body)
        for record in content.get("Records", ()):
            if identity := record.get("userIdentity"):
                record["userIdentity"] = {"Type": identity["type"], "PrincipalId": identity["principalId"]}
        return status, headers, json.dumps(content).encode()

    return answer


# --- CloudFormation: a table's TTL and point-in-time recovery, which ministack reads over ---


def take_whole_tables_from_cloudformation() -> None:
    """Apply what a template says of a table's expiry and recovery, at creation and at updates."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    create, update = handlers["create"], handlers["update"]

    def create_whole(logical_id: str, properties: dict[str, Any], *rest: Any) -> tuple[Any, ...]:
        return _completed(create(logical_id, properties, *rest), properties)

    def update_whole(name: str, old: Any, new: dict[str, Any], *rest: Any, **more: Any) -> tuple[Any, ...]:
        return _completed(update(name, old, new, *rest, **more), new)

    handlers.update(create=create_whole, update=update_whole)


def _completed(made: tuple[Any, ...], properties: dict[str, Any]) -> tuple[Any, ...]:
    from ministack.services import dynamodb

    if expiry := properties.get("TimeToLiveSpecification"):
        dynamodb._update_ttl({"TableName": made[0], "TimeToLiveSpecification": expiry})
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        dynamodb._update_continuous_backups({"TableName": made[0], "PointInTimeRecoverySpecification": recovery})
    return made


def refuse_as_cloudformation_does() -> None:
    """What AWS does not take of a template, or of its deletion."""
    from local import ministack_cloudformation

    ministack_cloudformation.refuse_as_cloudformation_does()


def recover_tables_as_aws_does() -> None:
    """Point-in-time recovery to a moment, rather than to now."""
    from local import ministack_recovery

    ministack_recovery.recover_tables_as_aws_does()


def refuse_parameters_as_aws_does() -> None:
    """SSM's: an empty value, and tags without permission."""
    from local import ministack_parameters

    ministack_parameters.refuse_parameters_as_aws_does()


# --- S3: objects that were there for long, as clean-ups want them ---


def let_objects_be_old() -> None:
    """An object put with the metadata `last-modified` is as old as that says (ISO 8601, UTC)."""
    from ministack.services import s3

    build = s3._build_object_record

    def build_aged(*arguments: Any, **more: Any) -> dict[str, Any]:
        record: dict[str, Any] = build(*arguments, **more)
        said = {name.lower().removeprefix("x-amz-meta-"): value for name, value in record["metadata"].items()}
        return {**record, "last_modified": said.get("last-modified", record["last_modified"])}

    s3._build_object_record = build_aged


# --- Chalice: REST APIs from Swagger, and functions under their own roles ---


def deploy_as_chalice_does() -> None:
    """What `chalice deploy` and the deployed functions need; the modules import what may only now be imported."""
    from local import ministack_deployer, ministack_gateway, ministack_roles

    ministack_gateway.take_swagger()
    ministack_gateway.serve_behind_cloudfront()
    ministack_roles.keep_functions_to_their_package()
    if os.environ.get("AUTH", "").lower() == "true":
        ministack_roles.ask_the_role()
        ministack_deployer.ask_the_deployer()


def _in_background(work: Callable[..., object], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True, name=work.__name__).start()


if __name__ == "__main__":
    main()
