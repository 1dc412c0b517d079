"""Threads that watch one queue, clock or stream each, and invoke one function with what comes."""

import logging
import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.lambda_events import scheduled_event, sqs_event, stream_event
from local.sandbox import InvocationFailedError, Sandbox

log = logging.getLogger(__name__)

LONG_POLL_SECONDS = 1  # what stopping may have to wait for
STREAM_PAUSE_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 4.0
CRON_SECONDS = 3600.0
SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}


class Poller(threading.Thread):
    """Takes one turn after the other, also when one goes wrong, until it is told to stop.

    `source` is the configuration that Chalice keeps of the event source.
    """

    def __init__(self, source: Any, sandbox: Sandbox, stop: threading.Event) -> None:
        super().__init__(name=source.name, daemon=True)
        self.source = source
        self.sandbox = sandbox
        self.stop = stop
        self.listening = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self.turn()
            except InvocationFailedError as error:
                log.warning("%s failed: %s", self.name, error)
            except (BotoCoreError, ClientError) as error:
                log.warning("%s: %s; trying again", self.name, error)
                self.stop.wait(1)
            except Exception:
                log.exception("%s: trying again", self.name)
                self.stop.wait(1)
        self.sandbox.close()

    def turn(self) -> None:
        """Wait a little for something to come, and invoke the function with it."""
        raise NotImplementedError


class QueuePoller(Poller):
    """Deletes what was handled; what failed is left to the queue's visibility timeout and redrive."""

    def __init__(self, source: Any, sandbox: Sandbox, stop: threading.Event, sqs: Any) -> None:
        super().__init__(source, sandbox, stop)
        self._sqs = sqs

    @cached_property
    def _queue(self) -> tuple[str, str]:
        name = self.source.queue or self.source.queue_arn.rpartition(":")[2]
        url = self._sqs.get_queue_url(QueueName=name)["QueueUrl"]
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, answer["Attributes"]["QueueArn"]

    def turn(self) -> None:
        url, arn = self._queue
        self.listening.set()
        messages = self._sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(self.source.batch_size, 10),
            WaitTimeSeconds=LONG_POLL_SECONDS,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if messages:
            self.sandbox.invoke(sqs_event(messages, arn))
        for message in messages:
            self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


class Clock(Poller):
    """Fires after every interval; the first time one interval after the start."""

    def __init__(
        self, source: Any, sandbox: Sandbox, stop: threading.Event, *, region: str, seconds: float | None
    ) -> None:
        super().__init__(source, sandbox, stop)
        self._region = region
        self._seconds = seconds or interval_of(source.schedule_expression)
        self.listening.set()

    def turn(self) -> None:
        if not self.stop.wait(self._seconds):
            event = scheduled_event(self.source.name, region=self._region, now=datetime.now(UTC))
            self.sandbox.invoke(event)


def interval_of(expression: Any) -> float:
    """The seconds between two firings of a Chalice schedule; a cron expression counts as hourly."""
    text = expression if isinstance(expression, str) else expression.to_string()
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", text)
    return int(rate[1]) * SECONDS[rate[2]] if rate else CRON_SECONDS


class StreamPoller(Poller):
    """Gives the function batch after batch; one that fails is tried again, and holds back the later ones."""

    def __init__(self, source: Any, sandbox: Sandbox, stop: threading.Event, streams: Any) -> None:
        super().__init__(source, sandbox, stop)
        self._streams = streams
        self._arn: str = source.stream_arn
        self._iterators: dict[str, str] = {}
        self._handled: dict[str, str] = {}

    def turn(self) -> None:
        if not self._iterators:
            self._open_shards()
        self.listening.set()
        for shard in list(self._iterators):
            self._read(shard)
        self.stop.wait(STREAM_PAUSE_SECONDS)

    def _open_shards(self) -> None:
        self._arn = self._present_stream()
        stream = self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]
        for shard in stream["Shards"]:
            self._iterators[shard["ShardId"]] = self._open(shard["ShardId"])

    def _present_stream(self) -> str:
        """The stream of the table that the app named: an app imported before the stack was up names no stream of it."""
        table = self.source.stream_arn.split("/")[1]
        return str(self._streams.list_streams(TableName=table)["Streams"][-1]["StreamArn"])

    def _open(self, shard: str) -> str:
        position = {"ShardIteratorType": self.source.starting_position}
        if last := self._handled.pop(shard, None):
            position = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": last}
        answer = self._streams.get_shard_iterator(StreamArn=self._arn, ShardId=shard, **position)
        if last:  # if the stream forgot that record, this is not reached, and the next try starts anew
            self._handled[shard] = last
        iterator: str = answer["ShardIterator"]
        return iterator

    def _read(self, shard: str) -> None:
        try:
            answer = self._streams.get_records(ShardIterator=self._iterators[shard], Limit=self.source.batch_size)
        except ClientError:
            del self._iterators[shard]  # expired, as a rule: _open goes on after what was handled
            raise
        if records := answer["Records"]:
            self._deliver(stream_event(records, self._arn))
            self._handled[shard] = records[-1]["dynamodb"]["SequenceNumber"]
        del self._iterators[shard]
        if following := answer.get("NextShardIterator"):
            self._iterators[shard] = following

    def _deliver(self, event: Mapping[str, Any]) -> None:
        pause = STREAM_PAUSE_SECONDS
        while not self.stop.is_set():
            try:
                self.sandbox.invoke(event)
            except InvocationFailedError as error:
                log.warning("%s failed: %s; the same batch again", self.name, error)
                self.stop.wait(pause)
                pause = min(pause * 2, LONGEST_BACKOFF_SECONDS)
            else:
                return
