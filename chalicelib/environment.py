"""Where the resources of this deployment are: from the environment, naming what is missing."""

import os
from collections.abc import Mapping

from chalicelib.common.records import dataclass

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
    def look_apart_seconds(self) -> int:
        """How far apart two looks must see a difference before it counts."""
        return int(self.variables.get("LOOK_APART") or 600)

    @property
    def look_every_seconds(self) -> int:
        """The sweep comes every five minutes, and not to the second: a quarter of an hour by default."""
        return int(self.variables.get("LOOK_EVERY") or 870)

    @property
    def parking_queue_name(self) -> str:
        """The queue of what a function could not handle; for people to read."""
        return f"{self.table_prefix}parked"

    @property
    def provision_queue_url(self) -> str:
        return self._needed("PROVISION_QUEUE_URL")

    @property
    def tokens_public_key(self) -> str:
        """Invitees' tokens are encrypted to it; in Base64."""
        return self._needed("TOKENS_PUBLIC_KEY")

    @property
    def tokens_private_key_name(self) -> str:
        """The parameter that holds what decrypts them."""
        return self._parameter("tokens-private-key")

    @property
    def owner_token_name(self) -> str:
        """The parameter that holds the owner's Plex token."""
        return self._parameter("plex-owner-token")

    @property
    def qr_bucket(self) -> str:
        return self._needed("QR_BUCKET")

    @property
    def qr_stream_arn(self) -> str:
        """Read when the app is imported, packaged and deployed: without a stack it names no stream."""
        unset = f"arn:aws:dynamodb:us-east-1:000000000000:table/{self.table_prefix}qr_images/stream/unset"
        return self.variables.get("QR_STREAM_ARN") or unset

    @property
    def journal_stream_arn(self) -> str:
        """As above."""
        unset = f"arn:aws:dynamodb:us-east-1:000000000000:table/{self.table_prefix}audit/stream/unset"
        return self.variables.get("JOURNAL_STREAM_ARN") or unset

    @property
    def deliver_function(self) -> str:
        return f"{self.table_prefix}deliver"

    @property
    def delivery_public_key(self) -> str:
        """Endpoints' addresses and secrets are encrypted to it; in Base64."""
        return self._needed("DELIVERY_PUBLIC_KEY")

    @property
    def delivery_private_key_name(self) -> str:
        """The parameter that holds what decrypts them."""
        return self._parameter("delivery-private-key")

    @property
    def webhook_targets(self) -> tuple[str, ...]:
        """Hosts with ports that webhooks reach though they are private: the local stack's inbox, and trials."""
        return tuple(each for each in self.variables.get("WEBHOOK_TARGETS", "").split(",") if each)

    @property
    def in_lambda(self) -> bool:
        return "AWS_LAMBDA_FUNCTION_NAME" in self.variables

    @property
    def function(self) -> str:
        """The handler that Lambda calls, by its own name; empty elsewhere."""
        return self.variables.get("_HANDLER", "").rpartition(".")[2]

    @property
    def application_url(self) -> str:
        """Where the site is, as the deployment knows it; empty when it does not say. The settings' own goes first."""
        return (self.variables.get("APPLICATION_URL") or "").rstrip("/")

    @property
    def setup_token_hash(self) -> str | None:
        """SHA-256 of the set-up token, in hex: the function never knows the token. None: no token counts."""
        return self.variables.get("SETUP_TOKEN_HASH") or None

    @property
    def origin_secret_hash(self) -> str | None:
        """SHA-256 of what CloudFront alone sends in X-Origin-Secret, in hex. None: there is no CloudFront."""
        return self.variables.get("ORIGIN_SECRET_HASH") or None

    def _parameter(self, name: str) -> str:
        return f"/{self.app}-{self.stage}/{name}"

    def _needed(self, name: str) -> str:
        value = self.variables.get(name)
        if not value:
            raise Misconfigured(f"The environment variable {name} is not set.")
        return value


def environment() -> Environment:
    return Environment(os.environ)
