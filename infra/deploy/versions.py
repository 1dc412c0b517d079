"""Which version is deployed and which comes, and whether the stored data are of a schema that the new one knows."""

from dataclasses import dataclass
from typing import Any

import requests
from botocore.exceptions import ClientError

from chalicelib import __version__
from chalicelib.stores.migrations import SCHEMA
from infra.deploy.installation import DeploymentError, Installation
from infra.deploy.smoke import Site


@dataclass(frozen=True)
class Upgrade:
    """From the version ``was``, None where nothing answers that tells it, to that of this checkout."""

    was: str | None

    def __str__(self) -> str:
        if self.was == __version__:
            return f"version {__version__} again"
        return f"from {self.was} to {__version__}" if self.was else f"version {__version__}"


def prepare_upgrade(installation: Installation, outputs: dict[str, str]) -> Upgrade:
    """Raises DeploymentError where the data are of a schema that this checkout does not know."""
    upgrade = Upgrade(_version_at(outputs.get("DistributionDomain")))
    schema = schema_of_data(installation)
    if schema > SCHEMA:
        raise DeploymentError(
            f"The data of {installation.name} are of schema {schema}; this checkout, {__version__}, knows schema "
            f"{SCHEMA} and older ones. Check out {upgrade.was or 'the version that was deployed last'} or a newer one; "
            'docs/operations.md, "Rolling back", says how to go back all the same.'
        )
    return upgrade


def schema_of_data(installation: Installation) -> int:
    """The newest schema that an item may be of: that of the migration that is under way, if one is."""
    request: dict[str, Any] = {"Key": {"id": {"S": "settings"}}, "ConsistentRead": True}
    try:
        answer = installation.client("dynamodb").get_item(TableName=f"{installation.name}-settings", **request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return 0
        raise
    item = answer.get("Item", {})
    return int(item.get("schema_version", {"N": "1"})["N"]) + ("migration_cursor" in item)


def _version_at(domain: str | None) -> str | None:
    """CloudFront's own name is there whatever the DNS of an own domain says."""
    if domain is None:
        return None
    try:
        return str(Site(f"https://{domain}").get("/api/health").json()["version"])
    except (requests.RequestException, ValueError, KeyError):
        return None
