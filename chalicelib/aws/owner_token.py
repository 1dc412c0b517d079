"""The owner's Plex token in Secrets Manager: the API may write it, the queue function alone may read it."""

import json

from chalicelib.aws import clients
from chalicelib.plex.errors import OwnerTokenRefused


class OwnerToken:
    def __init__(self, secret_id: str) -> None:
        self._secret_id = secret_id

    def read(self) -> str:
        """Raises OwnerTokenRefused while none is set: to Plex, no token and a bad token are the same."""
        answer = clients.secrets_manager().get_secret_value(SecretId=self._secret_id)
        token = json.loads(answer["SecretString"]).get("token")
        if not token:
            raise OwnerTokenRefused("no owner's token is set")
        return str(token)

    def version(self) -> str:
        """Changes with each new token, and reveals nothing about it."""
        return clients.secrets_manager().get_secret_value(SecretId=self._secret_id)["VersionId"]

    def write(self, token: str) -> None:
        clients.secrets_manager().put_secret_value(SecretId=self._secret_id, SecretString=json.dumps({"token": token}))
