# ruff: noqa: SLF001 - reaching into ministack is what this module is for
"""DynamoDB's point-in-time recovery: ministack 1.5.33 restores what is there now, not at the moment that is asked for.

Tables that have it remember what each item was before it changed. What AWS takes minutes for is there at once.
"""

import copy
import json
import time
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import dynamodb

Json = dict[str, Any]

CHANGES = "_changes"
"""In a table: the time of each change, the item's key as ministack has it, and what was there before."""

_emit, _restore, _describe = (
    dynamodb._emit_stream_event,
    dynamodb._restore_table_to_point_in_time,
    dynamodb._describe_continuous_backups,
)


def recover_tables_as_aws_does() -> None:
    dynamodb._emit_stream_event = _emit_and_remember
    dynamodb._restore_table_to_point_in_time = _restore_to_moment
    dynamodb._describe_continuous_backups = _describe_with_window


def _emit_and_remember(name: str, event: str, old: Json | None, new: Json | None, *rest: Any, **more: Any) -> None:
    table = dynamodb._tables.get(name)
    if table and dynamodb._pitr_settings.get(name):
        change = (time.time(), *_place(table, old or new or {}), copy.deepcopy(old))
        table.setdefault(CHANGES, []).append(change)
    _emit(name, event, old, new, *rest, **more)


def _place(table: Json, item: Json) -> tuple[str, str]:
    sort = dynamodb._extract_key_val(item.get(table["sk_name"])) if table["sk_name"] else "__no_sort__"
    return dynamodb._extract_key_val(item.get(table["pk_name"])), sort


def _restore_to_moment(data: Json) -> Any:
    source, moment = dynamodb._tables.get(data.get("SourceTableName")), data.get("RestoreDateTime", time.time())
    if source and not dynamodb._pitr_settings.get(data["SourceTableName"]):
        sentence = f"Point in time recovery is not enabled for table {data['SourceTableName']}"
        return error_response_json("PointInTimeRecoveryUnavailableException", sentence, 400)
    if source and not _first(source) <= moment <= time.time():
        return error_response_json("InvalidRestoreTimeException", "The restore time is outside the window", 400)
    answer = _restore(data)
    if answer[0] == 200:  # noqa: PLR2004 - HTTP's OK
        _take_back(source, dynamodb._tables[data["TargetTableName"]], moment)
    return answer


def _take_back(source: Json, target: Json, moment: float) -> None:
    for when, partition, sort, old in reversed(source.get(CHANGES, [])):
        if when <= moment:
            break
        if old is None:
            dynamodb._remove_item(target, partition, sort)
        else:
            dynamodb._set_item(target, partition, sort, copy.deepcopy(old))


def _describe_with_window(data: Json) -> Any:
    status, headers, body = _describe(data)
    content = json.loads(body)
    known = content.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
    if "EarliestRestorableDateTime" in known:
        known["EarliestRestorableDateTime"] = _first(dynamodb._tables[data["TableName"]])
    return status, headers, json.dumps(content).encode()


def _first(table: Json) -> float:
    """Recovery is on from the table's creation, as the template has it."""
    return float(int(table["CreationDateTime"]))
