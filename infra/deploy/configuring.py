""".chalice/config.json and the functions' policies: what the repository says, with what the stack made put in.

Chalice reads nothing else, so `chalice deploy --stage prod` alone suffices once these files are there. They stay out
of git: they name one installation's resources. No secret is among them, only hashes of two.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from infra.deploy.installation import API, DeploymentError, Installation

VARIABLES = {
    "PROVISION_QUEUE_URL": "ProvisionQueueUrl",
    "QR_BUCKET": "QrBucketName",
    "QR_STREAM_ARN": "QrStreamArn",
    "JOURNAL_STREAM_ARN": "JournalStreamArn",
    "APPLICATION_URL": "SiteUrl",
}
"""The functions' environment (chalicelib/environment.py), and the stack's outputs that it comes from."""

FOR_THE_API = {"SETUP_TOKEN_HASH": "SetupTokenHash", "ORIGIN_SECRET_HASH": "OriginSecretHash"}


def write(installation: Installation, outputs: Mapping[str, str], **extra: str) -> None:
    """Write the configuration of this stage and keep those of others. ``extra``: further variables for all."""
    folder = installation.project / ".chalice"
    for name in installation.functions:
        policy = folder / _policy_file(installation, name)
        policy.parent.mkdir(parents=True, exist_ok=True)
        policy.write_text(policy_of(installation, name, outputs))
    (folder / "config.json").write_text(_config(installation, outputs, extra))
    _made_from(installation).write_text(json.dumps({"outputs": dict(outputs), "extra": extra}, indent=2) + "\n")


def bring_up_to_date(installation: Installation) -> None:
    """Write again what `write` wrote, should the repository say something else by now.

    For `chalice deploy`, which reads the policies afterwards, but has already read config.json: raises
    DeploymentError, telling to run it again, where that changed.
    """
    made_from, config = _made_from(installation), installation.project / ".chalice" / "config.json"
    if not made_from.exists():
        raise DeploymentError(f"{made_from} is missing; `make config STAGE={installation.stage}` writes it.")
    known, before = json.loads(made_from.read_text()), config.read_text()
    write(installation, known["outputs"], **known["extra"])
    if config.read_text() != before:
        raise DeploymentError(f"{config} was out of date and was written anew: run the same command again.")


def policy_of(installation: Installation, name: str, outputs: Mapping[str, str]) -> str:
    """A function's policy for this installation, from .chalice/policies."""
    source = installation.project / ".chalice" / "policies" / f"{name}.json"
    try:
        return Template(source.read_text()).substitute(outputs)
    except KeyError as error:
        raise DeploymentError(
            f"{source} speaks of ${{{error.args[0]}}}, which is no output of the stack;"
            f" `make deploy STAGE={installation.stage}` brings it up to date."
        ) from error


def _config(installation: Installation, outputs: Mapping[str, str], extra: Mapping[str, str]) -> str:
    file, template = installation.project / ".chalice" / "config.json", installation.template
    known = json.loads(file.read_text()).get("stages", {}) if file.exists() else {}
    stage = _stage(installation, template["stages"][installation.stage], outputs, extra)
    config = {**template, "app_name": installation.app, "stages": {**known, installation.stage: stage}}
    return json.dumps(config, indent=2) + "\n"


def _stage(
    installation: Installation, constant: Mapping[str, Any], outputs: Mapping[str, str], extra: Mapping[str, str]
) -> dict[str, Any]:
    functions = {
        name: {
            **constant.get("lambda_functions", {}).get(name, {}),
            "iam_policy_file": _policy_file(installation, name),
            **({"environment_variables": _given(FOR_THE_API, outputs)} if name == API else {}),
        }
        for name in installation.functions
    }
    variables = {"APP_NAME": installation.app, "STAGE": installation.stage, **_given(VARIABLES, outputs), **extra}
    return {**constant, "environment_variables": variables, "tags": installation.tags, "lambda_functions": functions}


def _given(names: Mapping[str, str], outputs: Mapping[str, str]) -> dict[str, str]:
    return {name: outputs[output] for name, output in names.items() if outputs.get(output, "none") != "none"}


def _made_from(installation: Installation) -> Path:
    return installation.project / ".chalice" / "generated" / f"{installation.stage}.json"


def _policy_file(installation: Installation, name: str) -> str:
    return f"generated/{installation.stage}/{name}.json"
