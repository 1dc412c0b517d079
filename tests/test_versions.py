"""The version stands in chalicelib/__init__.py; what needs it elsewhere says the same."""

import json
import re
import tomllib
from datetime import date

import chalicelib
from local import openapi
from local.aws import ROOT

VERSION = chalicelib.__version__


def test_the_project_takes_its_version_from_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "chalicelib.__version__"}


def test_the_site_has_the_version_of_the_project():
    package, lock = (json.loads((ROOT / "frontend" / f"package{suffix}.json").read_text()) for suffix in ("", "-lock"))
    assert package["version"] == lock["version"] == lock["packages"][""]["version"] == VERSION


def test_the_contract_has_the_version_of_the_project():
    assert openapi.contract()["info"]["version"] == VERSION


def test_the_newest_release_in_the_changelog_is_this_version():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    version, day = headings[1].split(" - ")
    assert version == VERSION
    assert date.fromisoformat(day).isoformat() == day
