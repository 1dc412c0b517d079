"""What `make audit` makes of the reports of pip-audit and npm. The services themselves are never asked in tests."""

import json

import pytest

from local import audit

SOUND = {"name": "six", "version": "1.17.0", "vulns": []}
VULNERABLE = {"name": "idna", "version": "3.6", "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"]}]}
UNKNOWN = {"name": "boto3", "skip_reason": "Dependency not found on PyPI and could not be audited: boto3 (1.44.5)"}

NPM_SOUND = json.dumps({"auditReportVersion": 2, "vulnerabilities": {}})
NPM_VULNERABLE = json.dumps(
    {
        "auditReportVersion": 2,
        "vulnerabilities": {
            "vite": {"via": [{"title": "Reads any file", "url": "GHSA-1", "range": "<8.0.1"}, "esbuild"]},
            "vitest": {"via": ["vite"]},
        },
    }
)
NPM_WITHOUT_NETWORK = json.dumps({"message": "connect ECONNREFUSED", "error": {"summary": "", "detail": ""}})


def _pip_audit(*packages):
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.fixture
def audited(monkeypatch, capsys):
    """Run the audit on the reports given; its exit and what it printed."""

    def run(pypi, npm):
        monkeypatch.setattr(audit, "_ask_pypi", lambda _: pypi)
        monkeypatch.setattr(audit, "_ask_npm", lambda: npm)
        audit.main()
        return capsys.readouterr().out

    return run


def test_packages_without_known_vulnerabilities_pass(audited):
    assert audited(_pip_audit(SOUND), NPM_SOUND).startswith("No known vulnerabilities in requirements.txt")


def test_a_vulnerable_python_package_is_named_with_the_version_that_mends_it(audited):
    with pytest.raises(SystemExit, match=r"requirements\.txt: idna 3\.6: PYSEC-2024-60 \(fixed in: 3\.7\)"):
        audited(_pip_audit(SOUND, VULNERABLE), NPM_SOUND)


def test_a_vulnerable_npm_package_is_named_once_and_not_for_those_that_use_it(audited):
    with pytest.raises(SystemExit) as stopped:
        audited(_pip_audit(SOUND), NPM_VULNERABLE)
    assert str(stopped.value) == "frontend/package-lock.json: vite <8.0.1: Reads any file (GHSA-1)"


@pytest.mark.parametrize(
    ("pypi", "npm"),
    [
        pytest.param("", NPM_SOUND, id="PyPI cannot be reached"),
        pytest.param(_pip_audit(SOUND, UNKNOWN), NPM_SOUND, id="PyPI's mirror knows no vulnerabilities"),
        pytest.param(_pip_audit(SOUND), NPM_WITHOUT_NETWORK, id="npm's registry cannot be reached"),
        pytest.param(_pip_audit(SOUND), "", id="npm said nothing"),
    ],
)
def test_an_audit_without_answers_fails_with_one_sentence(audited, pypi, npm):
    with pytest.raises(SystemExit, match=r"^Not audited: .*\. This needs the network\.$"):
        audited(pypi, npm)
