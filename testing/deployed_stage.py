"""A deployed stage, for the steps of the rehearsal: over HTTP, as people use it, and in AWS with all permissions."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from local.lambda_events import scheduled_event
from testing.people import Visitor
from testing.rehearsal import DeployedStack, Rehearsal, eventually


@dataclass(frozen=True)
class DeployedStage:
    """A deployed stage with its owner signed in. Nothing may take longer than `patience` seconds."""

    rehearsal: Rehearsal
    name: str
    stack: DeployedStack
    patience: float = 45.0

    @property
    def outputs(self) -> dict[str, str]:
        return self.rehearsal.outputs(self.name)

    def eventually(self, fact: Callable[[], Any]) -> Any:
        return eventually(fact, seconds=self.patience)

    def finished(self, visitor: Visitor, redeemed: httpx.Response, *until: str) -> dict[str, Any]:
        """The redemption, when it is `until` (done)."""
        return visitor.waits(redeemed, until=until or ("done",), seconds=self.patience)

    def redeemer(self) -> tuple[Visitor, str]:
        """A person who redeemed an invite, and their account's id."""
        visitor = self.stack.visitor()
        return visitor, self.finished(visitor, visitor.redeems(self.stack.invite()))["user"]["id"]

    def signs_in(self, account: dict[str, Any]) -> str:
        """With Plex, in a new browser; gives the session's token."""
        browser = self.stack.client()
        started = ok(browser.post("/auth/plex")).json()
        self.stack.plex.approve(started["auth_url"], account)
        return str(ok(browser.post(f"/auth/plex/{started['sign_in_id']}")).json()["token"])

    def table(self, entity: str) -> str:
        return f"streamarr-{self.name}-{entity}"

    def row(self, entity: str, **key: str) -> dict[str, Any]:
        keys = {name: {"S": value} for name, value in key.items()}
        found = self.rehearsal.client("dynamodb").get_item(TableName=self.table(entity), Key=keys, ConsistentRead=True)
        item: dict[str, Any] = found.get("Item", {})
        return item

    def set(self, entity: str, key: dict[str, str], **values: dict[str, Any]) -> None:
        self.rehearsal.client("dynamodb").update_item(
            TableName=self.table(entity),
            Key={name: {"S": value} for name, value in key.items()},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        )

    def invoke(self, function: str) -> None:
        """As a schedule does. Fails as the function does."""
        full_name = f"streamarr-{self.name}-{function}"
        event = json.dumps(scheduled_event(f"{full_name}-event", region="us-east-1", now=datetime.now(UTC)))
        answer = self.rehearsal.client("lambda").invoke(FunctionName=full_name, Payload=event)
        assert "FunctionError" not in answer, answer["Payload"].read()

    def owner_token(self) -> str:
        return secret(self.rehearsal.client("ssm"), f"/streamarr-{self.name}/plex-owner-token")

    def set_owner_token(self, value: str) -> None:
        name = f"/streamarr-{self.name}/plex-owner-token"
        self.rehearsal.client("ssm").put_parameter(Name=name, Value=value, Overwrite=True)

    def objects(self, code: str = "") -> list[str]:
        """The QR images' keys."""
        found = self.rehearsal.client("s3").list_objects_v2(Bucket=self.outputs["QrBucketName"], Prefix="qr/")
        return [each["Key"] for each in found.get("Contents", []) if code in each["Key"]]

    def lose_all_messages(self) -> None:
        self.rehearsal.client("sqs").purge_queue(QueueUrl=self.outputs["ProvisionQueueUrl"])

    def has_work(self) -> bool:
        """Whether a message waits, or a function is at work on one."""
        counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        url = self.outputs["ProvisionQueueUrl"]
        asked = self.rehearsal.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(counts))
        return any(int(asked["Attributes"][name]) for name in counts)

    @contextmanager
    def queue_unread(self) -> Iterator[None]:
        """The queue function gets no message meanwhile."""
        client, function = self.rehearsal.client("lambda"), f"streamarr-{self.name}-provision"
        (mapping,) = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def ok(answer: httpx.Response) -> httpx.Response:
    assert answer.is_success, f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
    return answer


def secret(ssm: Any, name: str) -> str:
    """The parameter's value, as the client may read it."""
    return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])


def from_now(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
