"""A secret as a SecureString parameter of SSM. Each function's policy says whether it may read or write it.

The deployment makes them (infra/deploy/secret_parameters.py), under the key of SSM that AWS manages. That key's own
policy admits every principal of the account that may use the parameter, so that no function's policy speaks of KMS.
"""

from chalicelib.aws import clients


class SecretParameter:
    def __init__(self, name: str) -> None:
        self._name = name

    def read(self) -> str:
        return clients.ssm().get_parameter(Name=self._name, WithDecryption=True)["Parameter"]["Value"]

    def version(self) -> str:
        """Changes with each write, and reveals nothing of the value: it is not decrypted."""
        return str(clients.ssm().get_parameter(Name=self._name)["Parameter"]["Version"])

    def write(self, value: str) -> None:
        clients.ssm().put_parameter(Name=self._name, Value=value, Type="SecureString", Overwrite=True)
