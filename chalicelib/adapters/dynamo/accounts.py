"""Sessions and sign-ins."""

from datetime import datetime

from pynamodb.connection import Connection

from chalicelib.adapters.dynamo.mapping import (
    invite_of,
    session_of,
    session_record,
    settings_of,
    sign_in_of,
    sign_in_record,
    user_of,
)
from chalicelib.adapters.dynamo.models import InviteModel, SessionModel, SettingsModel, SignInModel, UserModel
from chalicelib.adapters.dynamo.transactions import get_all
from chalicelib.domain.invites import Invite
from chalicelib.domain.sessions import Session, SignIn, hashed
from chalicelib.domain.sessions import user_of as user_named_by
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import User


class DynamoSessions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        session_record(session).save()

    def find(self, token: str, now: datetime) -> tuple[Session, User | None] | None:
        user_id = user_named_by(token)
        if user_id is None:
            return None
        found, user = get_all(self._connection, (SessionModel, hashed(token)), (UserModel, user_id))
        if found is None:
            return None
        session = session_of(found)
        if session.user_id != user_id or session.expires_at <= now:
            return None
        return session, user and user_of(user)


class DynamoSignIns:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sign_in: SignIn) -> None:
        sign_in_record(sign_in).save()

    def get_with_invite(self, sign_in_id: str, code: str) -> tuple[SignIn | None, Invite | None, Settings]:
        sign_in, invite, settings = get_all(
            self._connection,
            (SignInModel, sign_in_id),
            (InviteModel, code),
            (SettingsModel, SettingsModel.ID),
        )
        return sign_in and sign_in_of(sign_in), invite and invite_of(invite), settings_of(settings)
