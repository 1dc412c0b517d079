"""The libraries are there as wheels for whatever Lambda may run: for each of its Pythons and both processors.

`chalice deploy` packages for Lambda, whatever the machine is: macOS, arm64, another Linux. So pip is asked as for
Lambda, and resolves without installing; hashes and versions are those of requirements.txt.
tests/deploy/every_package.py builds and imports such packages.
"""

import subprocess
import sys

import pytest

from infra.deploy.account import RUNTIMES
from local.aws import ROOT

AMAZON_LINUX_2, AMAZON_LINUX_2023 = 26, 34
"""Their glibc is 2.26 and 2.34; Python 3.11 runs on the first, later ones on the second."""


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("version", [f"{major}.{minor}" for major, minor in RUNTIMES])
def test_every_library_has_a_wheel_that_lambda_can_run(version, machine, tmp_path):
    found = resolve(version, machine, tmp_path)
    assert found.returncode == 0, found.stderr
    assert "Would install" in found.stdout
    assert "cffi" in found.stdout


def test_a_python_without_wheels_would_be_noticed(tmp_path):
    found = resolve("3.5", "x86_64", tmp_path)
    assert found.returncode == 1
    assert "No matching distribution" in found.stderr


def resolve(version, machine, target):
    newest = AMAZON_LINUX_2 if version == "3.11" else AMAZON_LINUX_2023
    platforms = [f"manylinux2014_{machine}", *(f"manylinux_2_{minor}_{machine}" for minor in range(17, newest + 1))]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--require-hashes",
    ]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--target", str(target)]
    command += ["--python-version", version, "--implementation", "cp"]
    command += [part for platform in platforms for part in ("--platform", platform)]
    command += ["-r", str(ROOT / "requirements.txt")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
