"""Trials that are over."""

from collections.abc import Iterator
from datetime import datetime

from pynamodb.connection import Connection

from chalicelib.adapters.dynamo.audit import audit_record
from chalicelib.adapters.dynamo.mapping import user_of
from chalicelib.adapters.dynamo.models import UserModel
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction
from chalicelib.domain.audit import Entry
from chalicelib.domain.users import AccountState, User
from chalicelib.ports import OutOfDate


class DynamoTrials:
    """ports.Trials. The index holds active accounts that have an end of trial, and no others."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def over(self, now: datetime) -> Iterator[User]:
        ended = UserModel.trials.query(AccountState.ACTIVE.value, UserModel.trial_ends_at <= now)
        return (user_of(record) for record in ended)

    def end(self, user: User, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        is_still = (UserModel.state == AccountState.ACTIVE.value) & (UserModel.trial_ends_at == user.trial_ends_at)
        transaction.update("user", UserModel(id=user.id), [UserModel.trial_ends_at.remove()], is_still)
        transaction.put("audit", audit_record(entry))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise OutOfDate from error
