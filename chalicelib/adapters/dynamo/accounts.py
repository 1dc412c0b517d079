"""Accounts that need no invite, sessions, and sign-ins."""

from datetime import datetime

from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError

from chalicelib.adapters.dynamo.identities import PLEX_ID, make_the_account
from chalicelib.adapters.dynamo.invite_records import living
from chalicelib.adapters.dynamo.mapping import (
    session_of,
    session_record,
    settings_of,
    sign_in_of,
    sign_in_record,
    user_of,
)
from chalicelib.adapters.dynamo.models import InviteModel, SessionModel, SettingsModel, SignInModel, UserModel
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction, get_all
from chalicelib.domain.invites import Invite
from chalicelib.domain.refusals import AddressTaken
from chalicelib.domain.sessions import Session, SignIn, hashed
from chalicelib.domain.sessions import user_of as user_named_by
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import User
from chalicelib.ports import PlexIdTaken


class DynamoSessions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        session_record(session).save()

    def find(self, token: str, now: datetime) -> tuple[Session, User | None] | None:
        if (user_id := user_named_by(token)) is None:
            return None
        found, user = get_all(self._connection, (SessionModel, hashed(token)), (UserModel, user_id))
        return _in_force(found, user, user_id, now)

    def find_with_settings(self, token: str, now: datetime) -> tuple[Session, User | None, Settings] | None:
        if (user_id := user_named_by(token)) is None:
            return None
        keys = (SessionModel, hashed(token)), (UserModel, user_id), (SettingsModel, SettingsModel.ID)
        session, user, settings = get_all(self._connection, *keys)
        found = _in_force(session, user, user_id, now)
        return (*found, settings_of(settings)) if found else None

    def end(self, token: str) -> None:
        SessionModel(token_hash=hashed(token)).delete()

    def end_all(self, user_id: str, now: datetime) -> None:
        """A mark on the user, which is read with each session anyway: no index that lags, no half-done batch."""
        try:
            UserModel(id=user_id).update([UserModel.signed_out_at.set(now)], UserModel.id.exists())
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise


def _in_force(
    found: SessionModel | None, user: UserModel | None, user_id: str, now: datetime
) -> tuple[Session, User | None] | None:
    session = session_of(found) if found else None
    if session is None or session.user_id != user_id or session.expires_at <= now:
        return None
    return session, None if user is None or _signed_out(user, session) else user_of(user)


def _signed_out(user: UserModel, session: Session) -> bool:
    return user.signed_out_at is not None and session.created_at <= user.signed_out_at


class DynamoAccounts:
    """ports.Accounts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, user: User, session: Session) -> None:
        transaction = Transaction(self._connection)
        make_the_account(transaction, user)
        transaction.put("session", session_record(session))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise (PlexIdTaken() if PLEX_ID in error.names else AddressTaken()) from error


class DynamoSignIns:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sign_in: SignIn) -> None:
        sign_in_record(sign_in).save()

    def get_with_settings(self, sign_in_id: str) -> tuple[SignIn | None, Settings]:
        sign_in, settings = get_all(self._connection, (SignInModel, sign_in_id), (SettingsModel, SettingsModel.ID))
        return sign_in and sign_in_of(sign_in), settings_of(settings)

    def get_with_invite(self, sign_in_id: str, code: str) -> tuple[SignIn | None, Invite | None, Settings]:
        sign_in, invite, settings = get_all(
            self._connection,
            (SignInModel, sign_in_id),
            (InviteModel, code),
            (SettingsModel, SettingsModel.ID),
        )
        return sign_in and sign_in_of(sign_in), living(invite), settings_of(settings)
