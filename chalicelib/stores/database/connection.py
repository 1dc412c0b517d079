"""How calls leave for DynamoDB: repeated where they crossed other writes, and told apart where they failed.

botocore repeats by itself what was throttled or not answered, three times; a call that crossed a transaction on the
same records it takes for final. Both are taught to it through its own events.
"""

import random
from typing import Any

from botocore.exceptions import HTTPClientError
from botocore.session import Session
from pynamodb.connection import Connection

from chalicelib.common.ports import Contention, Unreachable
from chalicelib.common.retrying import doubled

_TRIES = 10
"""Of one call. botocore's own limit, four tries where it was throttled or not answered, counts the same tries."""

_FIRST_WAIT, _LONGEST_WAIT = 0.02, 1.0
"""Seconds."""

_CROSSED = {"TransactionConflictException", "TransactionInProgressException"}
_CANCELLED = "TransactionCanceledException"
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_TOO_FAST = {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
_OUT_OF_ORDER = {"InternalServerError", "ServiceUnavailable"}

Answer = dict[str, Any]
"""botocore's reading of DynamoDB's answer."""


class RetryingConnection(Connection):
    """PynamoDB's connection, which repeats what crossed other writes and raises Contention and Unreachable beside
    PynamoDB's own errors.
    """

    @property
    def session(self) -> Session:
        """This thread's. PynamoDB makes its client from it, and makes another as long as it finds no credentials; so
        the session, and not one client, is taught.
        """
        session = super().session
        for event, handler in _HANDLERS.items():
            session.register(event, handler, unique_id=f"streamarr-{event}")
        return session


def _wait_before_retry(attempts: int, response: tuple[Any, Answer] | None = None, **_: Any) -> float | None:
    """Seconds to wait before the call is repeated, None where it is not."""
    if response is None or attempts >= _TRIES or not _crossed_others(response[1]):
        return None
    return random.uniform(0, doubled(_FIRST_WAIT, attempts - 1, longest=_LONGEST_WAIT))  # noqa: S311 - jitter, not a secret


def _raise_for_answer(parsed: Answer, **_: Any) -> None:
    code = _code(parsed)
    if code in _TOO_FAST or _crossed_others(parsed):
        raise Contention(code)
    if code in _OUT_OF_ORDER:
        raise Unreachable(code)


def _raise_for_silence(exception: Exception, **_: Any) -> None:
    if isinstance(exception, HTTPClientError):
        raise Unreachable from exception


def _crossed_others(answer: Answer) -> bool:
    """Whether it failed for other writes alone: where a condition failed as well, it fails for good."""
    if _code(answer) != _CANCELLED:
        return _code(answer) in _CROSSED
    reasons = {reason.get("Code") for reason in answer.get("CancellationReasons", [])}
    return bool(reasons & _PASSING) and "ConditionalCheckFailed" not in reasons


def _code(answer: Answer) -> str:
    return str(answer.get("Error", {}).get("Code"))


_HANDLERS: dict[str, Any] = {
    "needs-retry.dynamodb": _wait_before_retry,
    "after-call.dynamodb": _raise_for_answer,
    "after-call-error.dynamodb": _raise_for_silence,
}
