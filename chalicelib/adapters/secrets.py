"""The owner's Plex token in Secrets Manager: the API may write it, the queue function alone may read it."""

import json

from chalicelib.adapters import aws
from chalicelib.ports import PlexTokenRefused


class OwnerToken:
    def __init__(self, secret_id: str) -> None:
        self._secret_id = secret_id

    def read(self) -> str:
        """Raises PlexTokenRefused while none is set: to Plex, no token and a bad token come to the same."""
        answer = aws.secrets_manager().get_secret_value(SecretId=self._secret_id)
        token = json.loads(answer["SecretString"]).get("token")
        if not token:
            raise PlexTokenRefused("no owner's token is set")
        return str(token)

    def write(self, token: str) -> None:
        aws.secrets_manager().put_secret_value(SecretId=self._secret_id, SecretString=json.dumps({"token": token}))
