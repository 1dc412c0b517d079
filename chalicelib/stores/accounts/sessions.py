"""Sessions, and sign-ins under way."""

from datetime import datetime

from pynamodb.connection import Connection

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session, SignIn, hash_secret, user_id_in
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
from chalicelib.stores.database.transactions import get_all, update_if
from chalicelib.stores.settings.records import SettingsModel, read_settings


class DynamoSessions:
    """accounts.ports.SessionStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        session_record(session).save()

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

    def end(self, token: str) -> None:
        SessionModel(token_hash=hash_secret(token)).delete()

    def end_all(self, user_id: str, *, now: datetime) -> None:
        """A time on the account, which is read with each session anyway: no index that lags, no unfinished batch."""
        update_if(UserModel(id=user_id), [UserModel.signed_out_at.set(now)], UserModel.id.exists())

    def add_sign_in(self, sign_in: SignIn) -> None:
        sign_in_record(sign_in).save()

    def get_sign_in_with_settings(self, sign_in_id: str) -> tuple[SignIn | None, Settings]:
        sign_in, settings = get_all(self._connection, (SignInModel, sign_in_id), (SettingsModel, SettingsModel.ID))
        return sign_in and read_sign_in(sign_in), read_settings(settings)


def _in_force(
    found: SessionModel | None, user: UserModel | None, user_id: str, now: datetime
) -> tuple[Session, User | None] | None:
    session = read_session(found) if found else None
    if session is None or session.user_id != user_id or session.expires_at <= now:
        return None
    return session, None if user is None or _signed_out(user, session) else read_user(user)


def _signed_out(user: UserModel, session: Session) -> bool:
    return user.signed_out_at is not None and session.created_at <= user.signed_out_at
