"""What a function could not handle, put aside in a queue that nothing reads by itself."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import aws


class SqsParking:
    """ports.Parking. The queue's address is asked for only when something is to be parked."""

    def __init__(self, queue_name: str) -> None:
        self._queue_name = queue_name

    def park(self, what: Mapping[str, Any], why: str) -> None:
        url = aws.sqs().get_queue_url(QueueName=self._queue_name)["QueueUrl"]
        aws.sqs().send_message(QueueUrl=url, MessageBody=json.dumps({"why": why, **what}, default=str))
