"""The package for other machines and newer Pythons, where those interpreters are at hand.

`make rehearse-packages` runs this; its name keeps it out of `make test`: a package takes up to a minute to build.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.deploy import configuring
from infra.deploy.installation import Installation
from local.aws import ROOT
from testing.packages import packaged
from testing.rehearsal import copy_checkout
from tests.deploy.test_package import HANDLERS

OUTPUTS = dict.fromkeys(("KeyArn", "KeyId", "LogGroups", "Tables", "PlexSecretArn", "PlexSecretName"), "any")
OUTPUTS |= dict.fromkeys(
    ("ProvisionQueueArn", "ProvisionQueueUrl", "ParkedQueueArn", "QrBucketArn", "QrBucketName"), "any"
)
OUTPUTS |= {"QrStreamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/streamarr-prod-qr_images/stream/2026"}
NEWER = ("python3.12", "python3.13", "python3.14")


@pytest.fixture
def checkout(tmp_path):
    copy_checkout(tmp_path / "checkout")
    configuring.write(Installation("prod", project=tmp_path / "checkout"), OUTPUTS)
    return tmp_path / "checkout"


@pytest.fixture
def environment():
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"} or name.startswith("PIP_")}
    return {**kept, "AWS_DEFAULT_REGION": "us-east-1"}


def test_arm64_gets_libraries_for_arm64(checkout, environment, tmp_path):
    template = checkout / ".chalice" / "config.template.json"
    template.write_text(json.dumps({**json.loads(template.read_text()), "lambda_architecture": "arm64"}))
    configuring.write(Installation("prod", project=checkout), OUTPUTS)
    package = packaged(checkout, tmp_path / "out", environment=environment, chalice=_tool(Path(sys.executable).parent))
    assert package.machines() == {"arm64"}
    assert {tuple(function["Architectures"]) for function in package.functions.values()} == {("arm64",)}
    assert package.zip.stat().st_size < 10_000_000
    assert not [tag for tag in package.tags() if re.search(r"(^|\.)linux_", tag)]


@pytest.mark.parametrize("name", NEWER)
def test_newer_pythons_get_a_package_that_they_import(name, checkout, environment, tmp_path):
    python = _at_hand(name)
    if python is None:
        pytest.skip(f"{name} is not at hand")
    venv = tmp_path / "venv"
    subprocess.run([python, "-m", "venv", venv], check=True, timeout=120)
    own = venv / "bin" / "python"
    said = subprocess.run([own, "--version"], capture_output=True, text=True, check=True, timeout=20)
    assert said.stdout.lower().startswith(f"{name.replace('python', 'python ')}.")
    pinned = (ROOT / "requirements-dev.txt").read_text()
    chalice = re.search(r"^chalice==\S+", pinned, re.MULTILINE)
    assert chalice
    install = [venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, chalice[0], "setuptools", "-r", ROOT / "requirements.txt"], check=True, timeout=300)
    package = packaged(checkout, tmp_path / "out", environment=environment, chalice=_tool(venv / "bin"))
    assert {function["Runtime"] for function in package.functions.values()} == {name}
    assert package.zip.stat().st_size < 10_000_000
    for handler in HANDLERS:
        assert package.foreign_imports(handler, python=str(own)) == []


def _tool(folder):
    return str(folder / "chalice")


def _at_hand(name):
    """Its path, if it runs: a version manager may offer more than it has."""
    found = shutil.which(name)
    if found and subprocess.run([found, "--version"], capture_output=True, check=False, timeout=20).returncode == 0:
        return found
    own = sorted(Path.home().glob(f".pyenv/versions/{name.removeprefix('python')}.*/bin/{name}"))
    return str(own[-1]) if own else None
