"""The lock files say exactly what is installed, and fit their sources; `make lock` makes them."""

import re

import pytest

from local.aws import ROOT

RUNTIME, DEVELOPMENT, LOCAL_AWS = "requirements", "requirements-dev", "local/requirements-ministack"
LOCKS = (RUNTIME, DEVELOPMENT, LOCAL_AWS)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock):
    packages = _locked(lock)
    assert len(packages) > 10
    assert all(hashes for _, hashes in packages.values())


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_download_addresses(lock):
    text = (ROOT / f"{lock}.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_the_versions_that_its_source_names(lock):
    named = re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)$", (ROOT / f"{lock}.in").read_text(), re.MULTILINE)
    locked = {name: version for name, (version, _) in _locked(lock).items()}
    assert named
    assert dict(named).items() <= locked.items(), "run: make lock"


def test_developers_install_what_is_packaged():
    assert _locked(RUNTIME).items() <= _locked(DEVELOPMENT).items(), "run: make lock"


def _locked(lock):
    """Each package's version and hashes."""
    entries = re.split(r"^(?=\w)", (ROOT / f"{lock}.txt").read_text(), flags=re.MULTILINE)[1:]
    pinned = [re.match(r"([\w.-]+)==(\S+)", entry) for entry in entries]
    assert all(pinned)
    hashes = [frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)) for entry in entries]
    return {found[1]: (found[2], each) for found, each in zip(pinned, hashes, strict=True) if found}
