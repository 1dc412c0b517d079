"""What Chalice cannot say of a REST API: its limits and tags. Both outlive `chalice deploy`. Repeatable."""

from infra.deploy.installation import Installation

REQUESTS_PER_SECOND, BURST = 10, 50
"""Of the whole API. Thirty people who redeem at once need fewer (docs/operations.md, "Limits"); and so many around the
clock would cost some three hundred dollars a month rather than thousands."""


def finish(installation: Installation, api: str) -> None:
    """Bring limits and tags up to date."""
    _limit(installation, api)
    _tag(installation, api)


def _limit(installation: Installation, api: str) -> None:
    limits = {"rateLimit": REQUESTS_PER_SECOND, "burstLimit": BURST}
    operations = [
        {"op": "replace", "path": f"/*/*/throttling/{name}", "value": str(value)} for name, value in limits.items()
    ]
    stage = installation.template["api_gateway_stage"]
    installation.client("apigateway").update_stage(restApiId=api, stageName=stage, patchOperations=operations)


def _tag(installation: Installation, api: str) -> None:
    """Chalice tags functions only."""
    installation.client("apigateway").tag_resource(resourceArn=installation.arn_of_api(api), tags=installation.tags)
    tags = [{"Key": key, "Value": value} for key, value in installation.tags.items()]
    for name in installation.functions:
        installation.client("iam").tag_role(RoleName=f"{installation.name}-{name}", Tags=tags)
