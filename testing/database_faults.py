"""Faults of DynamoDB: some of this process's calls to it are refused, or done and their answers lost.

No emulator does so by itself. The faults are put on the wire, below botocore, because botocore's own retries are part
of what is tested.
"""

import json
import random
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import Endpoint
from botocore.exceptions import ConnectionClosedError

TARGET = "X-Amz-Target"
OURS = "DynamoDB_20120810."
_SINGLE_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}

THROTTLED = ("ThrottlingException", "ProvisionedThroughputExceededException")
CONFLICT = "TransactionConflict"
REASONS = (CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded")
LOST = "answer lost"


@contextmanager
def trouble(
    share: float, *, of: Collection[str] = (), by: Collection[str] = (), seed: int = 1
) -> Iterator[Counter[str]]:
    """That share of the calls goes wrong, each in one of the ways that it can; counts them by what went wrong.

    ``of``: only of these operations, if any are named; ``by``: only in these ways.
    """
    one_at_a_time, hits = Lock(), Counter[str]()
    chance = random.Random(seed)  # noqa: S311 - no secret
    send = vars(Endpoint)["_send"]

    def sent(endpoint: Any, request: Any) -> Any:
        operation = _operation(request)
        with one_at_a_time:
            ways = [way for way in _ways(operation) if not by or way in by] if not of or operation in of else []
            kind = chance.choice(ways) if ways and chance.random() < share else None
            hits.update([kind] if kind else [])
        if kind is None:
            return send(endpoint, request)
        if kind == LOST:
            send(endpoint, request).content  # noqa: B018 - the effect takes place
            raise ConnectionClosedError(endpoint_url=request.url)
        return _refusal(request, kind)

    with patch.object(Endpoint, "_send", sent):
        yield hits


def _operation(request: Any) -> str:
    """What is asked of DynamoDB; nothing of other services."""
    said = request.headers.get(TARGET, b"")
    target = said.decode() if isinstance(said, bytes) else said
    return target.removeprefix(OURS) if target.startswith(OURS) else ""


def _ways(operation: str) -> tuple[str, ...]:
    if not operation:
        return ()
    if operation.startswith("Transact"):
        return (*THROTTLED, *REASONS, LOST)
    return (*THROTTLED, "TransactionConflictException", LOST) if operation in _SINGLE_WRITES else (*THROTTLED, LOST)


def _refusal(request: Any, kind: str) -> AWSResponse:
    if kind in REASONS:
        count = len(json.loads(request.body)["TransactItems"])
        reasons = [{"Code": kind, "Message": "injected"}, *[{"Code": "None"}] * (count - 1)]
        return _answer(request, {"__type": "TransactionCanceledException", "CancellationReasons": reasons})
    return _answer(request, {"__type": kind})


class _Body(BytesIO):
    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _answer(request: Any, error: dict[str, Any]) -> AWSResponse:
    body = json.dumps({**error, "message": "injected"}).encode()
    headers = HTTPHeaders.from_pairs([("content-type", "application/x-amz-json-1.0")])
    return AWSResponse(request.url, 400, headers, _Body(body))
