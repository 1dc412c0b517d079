from pynamodb.connection import Connection

from chalicelib.adapters.dynamo.identities import email_identity
from chalicelib.adapters.dynamo.mapping import settings_of
from chalicelib.adapters.dynamo.models import IdentityModel, SettingsModel
from chalicelib.adapters.dynamo.transactions import get_all
from chalicelib.domain.settings import Settings
from chalicelib.ports import Credential


class DynamoCredentials:
    """ports.Credentials. Whoever makes a local account puts the hash beside the e-mail address it claims."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, email: str) -> tuple[Credential | None, Settings]:
        identity, settings = get_all(
            self._connection, (IdentityModel, email_identity(email)), (SettingsModel, SettingsModel.ID)
        )
        return identity and Credential(identity.user_id, identity.password_hash), settings_of(settings)
