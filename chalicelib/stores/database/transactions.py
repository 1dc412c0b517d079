"""Transactions that tell which of their conditions failed."""

from collections.abc import Mapping
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite


class ConditionsFailed(Exception):
    """Some conditions did not hold, so nothing was written; ``names`` are those of the writes concerned."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names


class Transaction:
    """Writes to be done all or none, each under a name that says what its condition guards.

    PynamoDB sends checks, deletes, puts, updates, not in the order they were queued in; reasons are matched so.
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

    def write(self, name: str, model: Model, condition: Condition | None = None) -> None:
        """Put it, but keep attributes of the stored record that only a newer version of the program knows."""
        self.update(name, model, all_of(model), condition)

    def delete(self, name: str, model: Model, condition: Condition | None = None) -> None:
        self._deletes.append((name, model, condition))

    def commit(self) -> None:
        """Write it all. Raises ConditionsFailed, Contention when others kept writing the same records, Unreachable."""
        try:
            self._send()
        except TransactWriteError as error:
            if failed := self._failed(error):
                raise ConditionsFailed(failed) from error
            raise

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

    def _failed(self, error: TransactWriteError) -> frozenset[str]:
        """The names of the writes with a condition that failed."""
        names = [each[0] for each in self._checks] + [each[0] for each in self._deletes]
        names += [each[0] for each in self._puts] + [each[0] for each in self._updates]
        reasons = error.cancellation_reasons or [None] * len(names)
        named = zip(names, reasons, strict=True)
        return frozenset(name for name, reason in named if reason and reason.code == "ConditionalCheckFailed")


def get_all(connection: Connection, *keys: tuple[type[Model], *tuple[Any, ...]]) -> list[Any]:
    """Several records of several tables, consistently, in one round trip; None where there is none."""
    with TransactGet(connection=connection) as reading:
        futures = [reading.get(model, *key) for model, *key in keys]
    return [_found(future) for future in futures]


def _found(future: Any) -> Any:
    try:
        return future.get()
    except Model.DoesNotExist:
        return None


def setting(model: type[Model], values: Mapping[str, Any]) -> list[Action]:
    """The update that gives these attributes these values, None meaning absent."""
    attributes = {name: getattr(model, name) for name in values}
    return [
        attributes[name].remove() if value is None else attributes[name].set(value) for name, value in values.items()
    ]


def all_of(record: Model) -> list[Action]:
    """The update that gives every attribute that this version knows the value that it has in ``record``."""
    keys = {record._hash_keyname, record._range_keyname}  # noqa: SLF001 - PynamoDB has no other name for them
    return setting(type(record), {name: getattr(record, name) for name in record.get_attributes() if name not in keys})


def update_if(record: Model, actions: list[Any], condition: Condition) -> bool:
    """Update one record if the condition holds; whether it did."""
    try:
        record.update(actions, condition)
    except UpdateError as error:
        if is_condition_failed(error):
            return False
        raise
    return True


def write_if(record: Model, condition: Condition) -> bool:
    """As ``Transaction.write``, by itself: whether the condition held."""
    return update_if(record, all_of(record), condition)


def is_condition_failed(error: PynamoDBException) -> bool:
    """Whether a single write was refused because its condition did not hold."""
    return error.cause_response_code == "ConditionalCheckFailedException"
