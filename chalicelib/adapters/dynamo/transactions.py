"""Transactions that tell which of their conditions failed."""

import random
import time
from collections.abc import Callable
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from chalicelib.ports import Contention

_TRIES = 10
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0

Sleep = Callable[[float], None]


class ConditionsFailed(Exception):
    """Some conditions did not hold, so nothing was written; ``names`` are those of the writes concerned."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names


class Transaction:
    """Writes to be done all or none, each under a name that says what its condition guards.

    PynamoDB sends checks, deletes, puts, updates, whatever the order they were queued in; reasons are matched so.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._checks: list[tuple[str, type[Model], Any, Condition]] = []
        self._puts: list[tuple[str, Model, Condition | None]] = []
        self._updates: list[tuple[str, Model, list[Action], Condition | None]] = []
        self._deletes: list[tuple[str, Model, Condition | None]] = []

    def check(self, name: str, model: type[Model], key: Any, condition: Condition) -> None:
        """Write nothing unless the condition holds of that record, which stays as it is."""
        self._checks.append((name, model, key, condition))

    def put(self, name: str, model: Model, condition: Condition | None = None) -> None:
        self._puts.append((name, model, condition))

    def update(self, name: str, model: Model, actions: list[Action], condition: Condition | None = None) -> None:
        self._updates.append((name, model, actions, condition))

    def delete(self, name: str, model: Model, condition: Condition | None = None) -> None:
        self._deletes.append((name, model, condition))

    def commit(self, *, sleep: Sleep = time.sleep) -> None:
        """Write it all. Raises ConditionsFailed, or Contention when others kept writing the same records."""
        for attempt in range(_TRIES):
            try:
                self._send()
            except TransactWriteError as error:
                codes = self._codes(error)
                if failed := [name for name, code in codes.items() if code == "ConditionalCheckFailed"]:
                    raise ConditionsFailed(frozenset(failed)) from error
                if not _may_pass(error, codes):
                    raise
                sleep(_pause(attempt))
            else:
                return
        raise Contention

    def _send(self) -> None:
        with TransactWrite(connection=self._connection) as write:
            for _, kind, key, check in self._checks:
                write.condition_check(kind, key, condition=check)
            for _, model, condition in self._deletes:
                write.delete(model, condition)
            for _, model, condition in self._puts:
                write.save(model, condition)
            for _, model, actions, condition in self._updates:
                write.update(model, actions, condition)

    def _codes(self, error: TransactWriteError) -> dict[str, str]:
        """The code of each named write that stood in the way; empty when it was the request as a whole."""
        names = [each[0] for each in self._checks] + [each[0] for each in self._deletes]
        names += [each[0] for each in self._puts] + [each[0] for each in self._updates]
        reasons = error.cancellation_reasons
        if not reasons:
            return {}
        return {name: reason.code for name, reason in zip(names, reasons, strict=True) if reason}


def get_all(connection: Connection, *keys: tuple[type[Model], Any]) -> list[Any]:
    """Several records of several tables, consistently, in one round trip; None where there is none."""
    with TransactGet(connection=connection) as reading:
        futures = [reading.get(model, key) for model, key in keys]
    return [_found(future) for future in futures]


def _found(future: Any) -> Any:
    try:
        return future.get()
    except Model.DoesNotExist:
        return None


def _may_pass(error: TransactWriteError, codes: dict[str, str]) -> bool:
    return error.cause_response_code == "TransactionInProgressException" or bool(
        {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"} & set(codes.values())
    )


def _pause(attempt: int) -> float:
    longest = min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)
    return random.uniform(0, longest)  # noqa: S311 - jitter, not a secret
