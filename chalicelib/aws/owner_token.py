"""The owner's Plex token, a parameter: the API may write it, the queue function alone may read it."""

from chalicelib.aws.secret_parameter import SecretParameter
from chalicelib.plex.errors import OwnerTokenRefused

NOT_SET = "none"
"""What the parameter holds until the set-up: AWS takes no empty one."""


class OwnerToken(SecretParameter):
    def read(self) -> str:
        """Raises OwnerTokenRefused while none is set: to Plex, no token and a bad token are the same."""
        token = super().read()
        if token == NOT_SET:
            raise OwnerTokenRefused("no owner's token is set")
        return token
