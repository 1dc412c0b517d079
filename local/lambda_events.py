"""Lambda's events, built from what the services' APIs answer: plain JSON, as handlers get them on AWS."""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

Json = dict[str, Any]


def sqs_event(messages: Iterable[Mapping[str, Any]], queue_arn: str) -> Json:
    """The event for messages as ReceiveMessage gives them."""
    return {"Records": [_sqs_record(message, queue_arn) for message in messages]}


def _sqs_record(message: Mapping[str, Any], queue_arn: str) -> Json:
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _sqs_attribute(value) for name, value in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _sqs_attribute(value: Mapping[str, Any]) -> Json:
    given = {name[0].lower() + name[1:]: _plain(content) for name, content in value.items()}
    return {"stringListValues": [], "binaryListValues": [], **given}


def scheduled_event(rule: str, *, region: str, now: datetime) -> Json:
    """The event that EventBridge sends at `now` (UTC) for the rule of this name."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": [f"arn:aws:events:{region}:000000000000:rule/{rule}"],
        "detail": {},
    }


def stream_event(records: Iterable[Mapping[str, Any]], stream_arn: str) -> Json:
    """The event for records as DynamoDB's GetRecords gives them."""
    return {"Records": [_stream_record(record, stream_arn) for record in records]}


def _stream_record(record: Mapping[str, Any], stream_arn: str) -> Json:
    event: Json = {**_plain(record), "eventSourceARN": stream_arn}
    if identity := record.get("userIdentity"):
        # The stream's API writes these names with capitals, Lambda without.
        event["userIdentity"] = {"type": identity["Type"], "principalId": identity["PrincipalId"]}
    return event


def _plain(value: Any) -> Any:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return value.timestamp()
        case dict():
            return {key: _plain(content) for key, content in value.items()}
        case list() | set():
            return [_plain(content) for content in value]
        case _:
            return value
