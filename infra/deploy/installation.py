"""One installation: an app's name and stage in one AWS account and region, and the checkout it is deployed from."""

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("dev", "prod")
API = "api_handler"
"""What Chalice calls the function behind all routes."""


class DeploymentError(Exception):
    """What went wrong, in a sentence for the operator, with what to do about it."""


@dataclass(frozen=True)
class Installation:
    """``project`` is what Chalice packages: the checkout, or a copy of it."""

    stage: str
    app: str = "streamarr"
    project: Path = ROOT

    @property
    def name(self) -> str:
        """The stack's name, and how every other name begins."""
        return f"{self.app}-{self.stage}"

    @property
    def tags(self) -> dict[str, str]:
        return {"app": self.app, "stage": self.stage}

    @property
    def template(self) -> dict[str, Any]:
        """What is the same for every installation of .chalice/config.json."""
        content: dict[str, Any] = json.loads((self.project / ".chalice" / "config.template.json").read_text())
        return content

    @property
    def functions(self) -> dict[str, str]:
        """Each function's name in Lambda, by its name in the code."""
        return {name: self.name if name == API else f"{self.name}-{name}" for name in self.template["lambda_functions"]}

    @property
    def record(self) -> Path:
        """Where Chalice keeps what it deployed."""
        return self.project / ".chalice" / "deployed" / f"{self.stage}.json"

    @cached_property
    def session(self) -> boto3.Session:
        """Credentials and region as for any AWS tool: the environment, or AWS_PROFILE."""
        return boto3.Session()

    @cached_property
    def account(self) -> str:
        """The AWS account's number."""
        number: str = self.client("sts").get_caller_identity()["Account"]
        return number

    def arn_of_api(self, api: str) -> str:
        region = self.session.region_name
        return f"arn:{self.session.get_partition_for_region(region)}:apigateway:{region}::/restapis/{api}"

    def client(self, service: str, *, region: str | None = None) -> Any:
        return self.session.client(service, region_name=region)  # type: ignore[call-overload]  # by name: not every service has stubs here


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
