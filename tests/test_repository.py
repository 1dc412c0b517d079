"""The files that GitHub and Git read fit the repository."""

import yaml

from local.aws import ROOT

LOCKED = {
    "uv": {"/": "requirements.txt", "/local": "requirements-ministack.txt"},
    "npm": {"/frontend": "package-lock.json"},
    "github-actions": {"/": ".github/workflows/ci.yml"},
}


def test_the_workflow_runs_the_ci_script_and_nothing_else():
    workflow = _read(".github/workflows/ci.yml")
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    assert {step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step} == {
        "actions/checkout",
        "actions/setup-node",
    }


def test_the_workflow_may_only_read():
    workflow = _read(".github/workflows/ci.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in workflow["jobs"].values())


def test_dependabot_looks_where_versions_are_locked():
    updates = _read(".github/dependabot.yml")["updates"]
    watched = {each["package-ecosystem"]: set(each.get("directories") or [each["directory"]]) for each in updates}
    assert watched == {ecosystem: set(files) for ecosystem, files in LOCKED.items()}
    for files in LOCKED.values():
        assert all((ROOT / folder.strip("/") / name).is_file() for folder, name in files.items())


def test_hooks_fetch_nothing():
    repositories = _read(".pre-commit-config.yaml")["repos"]
    assert [each["repo"] for each in repositories] == ["local"]
    assert {hook["language"] for hook in repositories[0]["hooks"]} == {"system"}


def _read(path):
    return yaml.safe_load((ROOT / path).read_text())
