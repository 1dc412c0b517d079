"""`python -m local.audit`: which locked packages have known vulnerabilities, as PyPI and npm's registry tell."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt", "local/requirements-ministack.txt")
PIP_AUDIT = (sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--disable-pip", "--require-hashes")
NPM_AUDIT = ("npm", "audit", "--json", "--package-lock-only")


class NotAnsweredError(Exception):
    """A service did not answer, or not for every package. That nothing was found means nothing then."""


def main() -> None:
    try:
        lines = [line for lock in LOCKS for line in vulnerable_python_packages(lock, _ask_pypi(lock))]
        lines += vulnerable_npm_packages(_ask_npm())
    except NotAnsweredError as error:
        sys.exit(f"Not audited: {error}. This needs the network.")
    if lines:
        sys.exit("\n".join(lines))
    print(f"No known vulnerabilities in {', '.join(LOCKS)} and frontend/package-lock.json.")


def vulnerable_python_packages(lock: str, report: str) -> list[str]:
    """A line for each vulnerability in pip-audit's report (JSON)."""
    packages = _read("PyPI", report, "dependencies")
    for package in packages:
        if reason := package.get("skip_reason"):
            raise NotAnsweredError(f"PyPI did not answer for every package in {lock} ({reason})")
    return [
        f"{lock}: {package['name']} {package['version']}: {found['id']}"
        f" (fixed in: {', '.join(found['fix_versions']) or 'no version yet'})"
        for package in packages
        for found in package["vulns"]
    ]


def vulnerable_npm_packages(report: str) -> list[str]:
    """A line for each vulnerability in npm's report (JSON). A package that only uses a vulnerable one gives no line."""
    packages = _read("npm's registry", report, "vulnerabilities")
    return [
        f"frontend/package-lock.json: {name} {found['range']}: {found['title']} ({found['url']})"
        for name, package in packages.items()
        for found in package["via"]
        if isinstance(found, dict)
    ]


def _read(service: str, report: str, what: str) -> Any:
    try:
        return json.loads(report)[what]
    except (ValueError, KeyError) as error:
        raise NotAnsweredError(f"{service} did not answer the question for known vulnerabilities") from error


def _ask_pypi(lock: str) -> str:
    command = [*PIP_AUDIT, "--format=json", "--requirement", lock]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def _ask_npm() -> str:
    return subprocess.run(NPM_AUDIT, cwd=ROOT / "frontend", capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    main()
