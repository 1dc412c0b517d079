"""The package for other machines and newer Pythons, where those interpreters are at hand.

`make rehearse-packages` runs this; its name keeps it out of `make test`: a package takes up to a minute to build.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from chalice.deploy.packager import Package

from infra.deploy import configuring
from infra.deploy.installation import Installation
from local.aws import ROOT
from testing.packages import OUTPUTS, packaged
from testing.rehearsal import copy_checkout
from tests.deploy.test_package import HANDLERS

LOCK = ROOT / "requirements-dev.txt"
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


@pytest.fixture
def checkout_for_arm64(checkout):
    template = checkout / ".chalice" / "config.template.json"
    template.write_text(json.dumps({**json.loads(template.read_text()), "lambda_architecture": "arm64"}))
    configuring.write(Installation("prod", project=checkout), OUTPUTS)
    return checkout


def test_arm64_gets_libraries_for_arm64(checkout_for_arm64, environment, tmp_path):
    out, chalice = tmp_path / "out", _tool(Path(sys.executable).parent)
    package = packaged(checkout_for_arm64, out, environment=environment, chalice=chalice)
    assert package.machines() == {"arm64"}
    assert {tuple(function["Architectures"]) for function in package.functions.values()} == {("arm64",)}
    assert package.zip.stat().st_size < 11_000_000
    assert not [tag for tag in package.tags() if re.search(r"(^|\.)linux_", tag)]


def test_a_build_without_a_listed_hash_is_not_packaged(checkout_for_arm64, environment, tmp_path):
    """Also where Chalice asks pip without naming hashes: for a build that fits Lambda and not this machine."""
    _list_only_what_this_machine_gets(checkout_for_arm64 / "requirements.txt", environment, tmp_path / "downloads")
    said = subprocess.run(
        [_tool(Path(sys.executable).parent), "package", "--stage", "prod", str(tmp_path / "out")],
        cwd=checkout_for_arm64,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert said.returncode == 1
    assert "no hash of it in requirements.txt" in said.stderr


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
    for wanted in ([_locked("pip")], ["-c", LOCK, "-r", ROOT / "requirements.txt", "chalice"]):
        install = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
        subprocess.run(install, check=True, timeout=300)
    package = packaged(checkout, tmp_path / "out", environment=environment, chalice=_tool(venv / "bin"))
    assert {function["Runtime"] for function in package.functions.values()} == {name}
    assert package.zip.stat().st_size < 11_000_000
    for handler in HANDLERS:
        assert package.foreign_imports(handler, python=str(own)) == []


def _list_only_what_this_machine_gets(requirements, environment, downloads):
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", downloads, "-r", requirements]
    subprocess.run(download, env=environment, check=True, timeout=300)
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in downloads.iterdir()}
    pinned = (f"{Package('', name).identifier} --hash=sha256:{digest}\n" for name, digest in hashes.items())
    requirements.write_text("".join(pinned))


def _locked(name):
    """Its version, as pip is to be asked for it."""
    found = re.search(rf"^{name}==\S+", LOCK.read_text(), re.MULTILINE)
    assert found
    return found[0]


def _tool(folder):
    return str(folder / "chalice")


def _at_hand(name):
    """Its path, if it runs: a version manager may offer more than it has."""
    found = shutil.which(name)
    if found and subprocess.run([found, "--version"], capture_output=True, check=False, timeout=20).returncode == 0:
        return found
    own = sorted(Path.home().glob(f".pyenv/versions/{name.removeprefix('python')}.*/bin/{name}"))
    return str(own[-1]) if own else None
