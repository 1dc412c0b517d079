"""Where this installation's resources are: frozen, from the environment, naming what is missing."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

PLEX_TV = "https://plex.tv"


class Misconfigured(Exception):
    """A needed environment variable is missing; the text names it."""


@dataclass(frozen=True, slots=True)
class Environment:
    """``table_prefix`` begins every table's name; ``plex_base_url`` None is the real plex.tv."""

    variables: Mapping[str, str]

    @property
    def app(self) -> str:
        return self.variables.get("APP_NAME", "streamarr")

    @property
    def stage(self) -> str:
        return self.variables.get("STAGE", "dev")

    @property
    def table_prefix(self) -> str:
        return f"{self.app}-{self.stage}-"

    @property
    def provision_queue_name(self) -> str:
        return f"{self.table_prefix}provision"

    @property
    def plex_base_url(self) -> str | None:
        return self.variables.get("PLEX_BASE_URL") or None

    @property
    def provision_queue_url(self) -> str:
        return self._needed("PROVISION_QUEUE_URL")

    @property
    def kms_key_id(self) -> str:
        return self._needed("KMS_KEY_ID")

    @property
    def plex_secret_id(self) -> str:
        return self._needed("PLEX_SECRET_ID")

    @property
    def qr_bucket(self) -> str:
        return self._needed("QR_BUCKET")

    @property
    def qr_stream_arn(self) -> str:
        """Read when the app is imported, packaged and deployed: without a stack it names no stream."""
        unset = f"arn:aws:dynamodb:us-east-1:000000000000:table/{self.table_prefix}qr_images/stream/unset"
        return self.variables.get("QR_STREAM_ARN") or unset

    def _needed(self, name: str) -> str:
        value = self.variables.get(name)
        if not value:
            raise Misconfigured(f"The environment variable {name} is not set.")
        return value


def environment() -> Environment:
    return Environment(os.environ)
