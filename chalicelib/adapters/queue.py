"""The provisioning queue. A message names a redemption and nothing else: no token ever travels in it."""

import json

from chalicelib.adapters import aws


class SqsProvisionQueue:
    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, redemption_id: str, *, delay: int = 0) -> None:
        body = json.dumps({"redemption_id": redemption_id})
        aws.sqs().send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=delay)

    def postpone(self, receipt_handle: str, seconds: int) -> None:
        """Let a message that is about to fail come again after ``seconds`` rather than the queue's own time."""
        aws.sqs().change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)
