"""What Chalice packages, unzipped for a look inside."""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.deploy import configuring
from infra.deploy.installation import Installation
from testing.rehearsal import copy_checkout

MACHINES = {62: "x86_64", 183: "arm64"}
"""By the number that ELF has for each."""

OUTPUTS = dict.fromkeys(("LogGroups", "SecretParameters", "Tables", "Functions"), "any")
OUTPUTS |= dict.fromkeys(
    ("ProvisionQueueArn", "ProvisionQueueUrl", "ParkedQueueArn", "QrBucketArn", "QrBucketName"), "any"
)
OUTPUTS |= {"JournalStreamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/streamarr-prod-audit/stream/2026"}
OUTPUTS |= {"QrStreamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/streamarr-prod-qr_images/stream/2026"}
"""Of a stack that does not exist: enough to configure a checkout and to package it."""

ALONE = """
import importlib, json, sys
sys.path[:0] = [sys.argv[1]]
module, _, name = sys.argv[2].rpartition(".")
assert callable(getattr(importlib.import_module(module), name))
files = sorted({getattr(each, "__file__", None) or "" for each in sys.modules.values()} - {""})
print(json.dumps({"files": files, "prefixes": [sys.base_prefix, sys.base_exec_prefix]}))
"""


@dataclass(frozen=True)
class Package:
    zip: Path
    folder: Path
    template: dict[str, Any]

    @property
    def functions(self):
        return {
            name: resource["Properties"]
            for name, resource in self.template["Resources"].items()
            if resource["Type"] == "AWS::Serverless::Function"
        }

    def machines(self):
        """The machines for which its libraries were compiled."""
        return {MACHINES[file.read_bytes()[18]] for file in self.folder.rglob("*.so*")}

    def tags(self):
        """The platforms of the wheels in it."""
        lines = (line for file in self.folder.rglob("*.dist-info/WHEEL") for line in file.read_text().splitlines())
        return {line.rpartition("-")[2] for line in lines if line.startswith("Tag: ")}

    def foreign_imports(self, handler, python=sys.executable):
        """What importing the handler, in a bare interpreter, loads from elsewhere than the package and Python."""
        command = [python, "-I", "-S", "-c", ALONE, str(self.folder), handler]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env={}, timeout=60)
        assert done.returncode == 0, done.stderr
        loaded = json.loads(done.stdout)
        own = (str(self.folder), *loaded["prefixes"])
        assert not any("site-packages" in file for file in loaded["files"])
        return [file for file in loaded["files"] if not file.startswith(own)]


def packaged(project: Path, out: Path, *, environment, chalice) -> Package:
    """Run `chalice package` for prod."""
    command = [chalice, "package", "--stage", "prod", str(out)]
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = out / "unzipped"
    with zipfile.ZipFile(out / "deployment.zip") as archive:
        archive.extractall(folder)
    return Package(out / "deployment.zip", folder, json.loads((out / "sam.json").read_text()))


def package_checkout(folder: Path) -> Package:
    """This checkout, packaged for prod in ``folder``; no stack is needed."""
    project = folder / "checkout"
    copy_checkout(project)
    configuring.write(Installation("prod", project=project), OUTPUTS)
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"} or name.startswith("PIP_")}
    environment = {**kept, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    return packaged(project, folder / "out", environment=environment, chalice=Path(sys.executable).with_name("chalice"))
