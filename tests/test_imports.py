"""What importing costs, held by what is not imported: times depend on the machine, names do not."""

import json
import subprocess
import sys

import pytest

LATE = {"plexapi", "qrcode", "boto3", "argon2", "requests", "png"}
"""Dear at a cold start, and needed by few requests."""


def _imported_by(statement: str) -> set[str]:
    """The top-level modules loaded by a statement in a clean interpreter with an empty environment."""
    program = f"{statement}; import json, sys; print(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": "."}
    )
    return set(json.loads(done.stdout))


def test_the_app_imports_nothing_dear():
    assert _imported_by("import app").isdisjoint(LATE)


@pytest.mark.parametrize("function", ["provision", "sweep", "remove_orphans", "tidy_qr"])
def test_each_function_is_found_as_lambda_imports_it(function):
    """Lambda imports chalicelib.entrypoints.events and never app.py (architecture.md, "Chalice facts that bite")."""
    statement = f"from chalicelib.entrypoints.events import {function} as f; assert callable(f)"
    imported = _imported_by(statement)
    assert "app" not in imported
    assert imported.isdisjoint(LATE)
