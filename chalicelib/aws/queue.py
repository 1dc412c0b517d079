"""The work queue. A message names what to do and for which record, and nothing else: no token ever travels in it."""

import json

from chalicelib.aws import clients


class SqsWorkQueue:
    """plex.ports.WorkQueue."""

    def __init__(self, url: str) -> None:
        self._url = url

    def align(self, user_id: str, *, delay: int = 0) -> None:
        self._send({"kind": "align", "user_id": user_id}, delay)

    def finish_renewal(self, sign_in_id: str, *, delay: int = 0) -> None:
        self._send({"kind": "finish_renewal", "sign_in_id": sign_in_id}, delay)

    def batch(self, batch_id: str) -> None:
        self._send({"kind": "batch", "batch_id": batch_id}, 0)

    def look(self) -> None:
        self._send({"kind": "look"}, 0)

    def observe(self, plex_id: int) -> None:
        self._send({"kind": "observe", "plex_id": plex_id}, 0)

    def forget_tokens(self, key: str, *, delay: int = 0, only_expired: bool = False) -> None:
        self._send({"kind": "forget_tokens", "key": key, "only_expired": only_expired}, delay)

    def migrate(self, *, delay: int = 0) -> None:
        self._send({"kind": "migrate"}, delay)

    def refresh_libraries(self) -> None:
        self._send({"kind": "refresh_libraries"}, 0)

    def postpone(self, receipt_handle: str, seconds: int) -> None:
        """Let a message that is about to fail come again after ``seconds`` rather than the queue's own time."""
        clients.sqs().change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
        )

    def _send(self, message: dict[str, str | int], delay: int) -> None:
        clients.sqs().send_message(QueueUrl=self._url, MessageBody=json.dumps(message), DelaySeconds=delay)
