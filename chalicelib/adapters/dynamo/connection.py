"""How calls leave for DynamoDB: again and again where others were writing the same records, and told apart otherwise.

botocore tries again by itself what was throttled or not answered, three times; what crossed somebody else's transaction
it takes for final.
"""

import random
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError
from pynamodb.connection import Connection

from chalicelib.ports import Contention, Unreachable

_TRIES = 10
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0

_CROSSED = {"TransactionConflictException", "TransactionInProgressException"}
_CANCELLED = "TransactionCanceledException"
_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_TOO_FAST = {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
_OUT_OF_ORDER = {"InternalServerError", "ServiceUnavailable"}


class PatientConnection(Connection):
    """Raises Contention and Unreachable beside PynamoDB's own errors."""

    sleep: Callable[[float], None] = staticmethod(time.sleep)

    def _make_api_call(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        for attempt in range(_TRIES):
            try:
                return self._sent(operation_name, operation_kwargs)
            except ClientError as error:
                if not _crossed_others(error):
                    raise
                self.sleep(_pause(attempt))
        raise Contention

    def _sent(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = super()._make_api_call(operation_name, operation_kwargs)
        except HTTPClientError as error:
            raise Unreachable from error
        except ClientError as error:
            if _code(error) in _TOO_FAST:
                raise Contention from error
            if _code(error) in _OUT_OF_ORDER:
                raise Unreachable from error
            raise
        return answer


def _crossed_others(error: ClientError) -> bool:
    """Whether it was for others' writes alone: a condition that failed as well fails for good."""
    if _code(error) != _CANCELLED:
        return _code(error) in _CROSSED
    reasons = {reason.code for reason in error.cancellation_reasons if reason}  # type: ignore[attr-defined]  # PynamoDB's own
    return bool(reasons & _PASSING) and "ConditionalCheckFailed" not in reasons


def _code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code"))


def _pause(attempt: int) -> float:
    longest = min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)
    return random.uniform(0, longest)  # noqa: S311 - jitter, not a secret
