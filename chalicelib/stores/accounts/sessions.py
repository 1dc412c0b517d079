"""Sessions, and sign-ins under way."""

from datetime import datetime
from typing import Any

from pynamodb.connection import Connection

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session, SignIn, hash_secret, user_id_in
from chalicelib.common.ports import StaleWrite
from chalicelib.events.model import Entry
from chalicelib.settings.model import Settings
from chalicelib.stores.accounts.records import (
    SessionModel,
    SignInModel,
    UserModel,
    read_session,
    read_sign_in,
    read_user,
    session_record,
    sign_in_record,
)
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, get_all, update_if
from chalicelib.stores.events.journal import entry_record
from chalicelib.stores.settings.records import SettingsModel, read_settings

_MOST_LISTED = 100


def complete_sign_in(transaction: Transaction, sign_in: SignIn, session: Session) -> None:
    """Under the name ``sign-in``: it leads to that session, and to no other."""
    led_to: list[Any] = [
        SignInModel.user_id.set(session.user_id),
        SignInModel.completed_at.set(session.created_at),
    ]
    if session.redemption_id:
        led_to.append(SignInModel.redemption_id.set(session.redemption_id))
    is_open = SignInModel.id.exists() & SignInModel.user_id.does_not_exist()
    transaction.update("sign-in", SignInModel(id=sign_in.id), led_to, is_open)


class DynamoSessions:
    """accounts.ports.SessionStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        transaction.put("session", session_record(session))
        transaction.put("journal", entry_record(entry))
        transaction.commit()

    def complete(self, sign_in: SignIn, session: Session, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        complete_sign_in(transaction, sign_in, session)
        transaction.put("session", session_record(session))
        transaction.put("journal", entry_record(entry))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise StaleWrite from error

    def find(self, token: str, *, now: datetime) -> tuple[Session, User | None] | None:
        if (user_id := user_id_in(token)) is None:
            return None
        found, user = get_all(self._connection, (SessionModel, hash_secret(token)), (UserModel, user_id))
        return _in_force(found, user, user_id, now)

    def find_with_settings(self, token: str, *, now: datetime) -> tuple[Session, User | None, Settings] | None:
        if (user_id := user_id_in(token)) is None:
            return None
        keys = (SessionModel, hash_secret(token)), (UserModel, user_id), (SettingsModel, SettingsModel.ID)
        session, user, settings = get_all(self._connection, *keys)
        found = _in_force(session, user, user_id, now)
        return (*found, read_settings(settings)) if found else None

    def of_user(self, user_id: str) -> list[Session]:
        found = SessionModel.by_user.query(user_id, scan_index_forward=False, limit=_MOST_LISTED)
        return [read_session(record) for record in found]

    def end(self, token_hash: str) -> None:
        SessionModel(token_hash=token_hash).delete()

    def delete_key(self, key: Session, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        transaction.delete("key", SessionModel(token_hash=key.token_hash), SessionModel.token_hash.exists())
        transaction.put("journal", entry_record(entry))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise StaleWrite from error

    def note_use(self, key: Session, now: datetime) -> None:
        used = [SessionModel.used_at.set(now)]
        update_if(SessionModel(token_hash=key.token_hash), used, SessionModel.token_hash.exists())

    def end_all(self, user_id: str) -> None:
        """A number on the account, which is read with each session anyway: no index that lags, no unfinished batch."""
        update_if(UserModel(id=user_id), [UserModel.epoch.add(1)], UserModel.id.exists())

    def add_sign_in(self, sign_in: SignIn) -> None:
        sign_in_record(sign_in).save()

    def get_sign_in_with_settings(self, sign_in_id: str) -> tuple[SignIn | None, Settings]:
        sign_in, settings = get_all(self._connection, (SignInModel, sign_in_id), (SettingsModel, SettingsModel.ID))
        return read_sign_in(sign_in), read_settings(settings)


def _in_force(
    found: SessionModel | None, user: UserModel | None, user_id: str, now: datetime
) -> tuple[Session, User | None] | None:
    session = read_session(found) if found else None
    if session is None or session.user_id != user_id or session.is_over(now):
        return None
    account = read_user(user) if user else None
    return session, account if account and session.speaks_at(account.epoch) else None
