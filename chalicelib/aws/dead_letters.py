"""What a function could not handle, put into a queue that only people read."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.aws import clients


class DeadLetters:
    """The queue's address is asked for only when something is to be put there."""

    def __init__(self, queue_name: str) -> None:
        self._queue_name = queue_name

    def add(self, what: Mapping[str, Any], why: str) -> None:
        url = clients.sqs().get_queue_url(QueueName=self._queue_name)["QueueUrl"]
        clients.sqs().send_message(QueueUrl=url, MessageBody=json.dumps({"why": why, **what}, default=str))
