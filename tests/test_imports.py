"""What importing costs, held by what is imported: times depend on the machine (docs/benchmarks.md), names do not."""

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

LATE = {"pynamodb", "boto3", "plexapi", "requests", "qrcode", "png", "nacl"}
"""Dear at a cold start: imported where they run, and PynamoDB when Lambda's start warms up (wiring.warm_up)."""

NEVER = {"pydantic", "yaml"}
"""Dear, and not needed."""

NOT_PACKAGED = ("cryptography",)
"""What requests loads where it lies about, as it does here and not in the package (requirements.txt)."""

FUNCTIONS = {
    "provision": "provision",
    "sweep": "sweep",
    "tidy_qr": "qr_stream",
    "announce": "announce",
    "deliver": "deliver",
}
"""Each by the name that AWS has for it, with the module of chalicelib.functions that does its work."""

BUDGET = {
    "import app": {"ours": 157, "aws_lambda_powertools": 45, "others": 175},
    "from chalicelib.functions import handlers": {"ours": 9, "aws_lambda_powertools": 0, "others": 131},
    "import chalicelib.functions.provision": {"ours": 58, "aws_lambda_powertools": 45, "others": 165},
    "import chalicelib.functions.sweep": {"ours": 12, "aws_lambda_powertools": 45, "others": 165},
    "import chalicelib.functions.announce": {"ours": 30, "aws_lambda_powertools": 45, "others": 165},
    "import chalicelib.functions.deliver": {"ours": 30, "aws_lambda_powertools": 45, "others": 165},
    "import chalicelib.functions.qr_stream": {"ours": 36, "aws_lambda_powertools": 45, "others": 165},
}
"""How many modules each may load; each costs about a millisecond without bytecode, which Lambda does not have."""

FOR_PLEX = ("owner", "person")


@cache
def _modules_of(statement: str, **environment: str) -> frozenset[str]:
    """All modules loaded by a statement in a clean interpreter with that environment and no more."""
    program = (
        f"import json, sys; sys.modules |= dict.fromkeys({NOT_PACKAGED!r}); {statement};"
        "print(json.dumps(sorted(name for name, module in sys.modules.items() if module)))"
    )
    settings = {"PYTHONPATH": ".", "AWS_DEFAULT_REGION": "us-east-1", **environment}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=settings)
    return frozenset(json.loads(done.stdout))


@pytest.mark.parametrize("name", NOT_PACKAGED)
def test_what_would_be_loaded_for_nothing_is_not_packaged(name):
    pinned = Path("requirements.txt").read_text().replace("-", "_")
    assert f"\n{name}==" not in pinned


def _packages(modules: frozenset[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def _owner_of(module: str) -> str:
    top = module.partition(".")[0]
    return {"app": "ours", "chalicelib": "ours"}.get(top, top if top == "aws_lambda_powertools" else "others")


@pytest.mark.parametrize("statement", BUDGET)
def test_a_start_stays_within_its_budget(statement):
    loaded = Counter(_owner_of(module) for module in _modules_of(statement))
    over = {who: (loaded[who], most) for who, most in BUDGET[statement].items() if loaded[who] > most}
    assert not over, f"more modules than the budget allows (loaded, allowed): {over}"


@pytest.mark.parametrize("statement", BUDGET)
def test_a_start_loads_nothing_dear(statement):
    loaded = _modules_of(statement)
    assert _packages(loaded).isdisjoint(LATE | NEVER)
    assert "botocore.session" not in loaded  # Powertools asks for botocore's name and no more


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_is_found_as_lambda_imports_it(function):
    """Lambda imports chalicelib.functions.handlers and never app.py."""
    loaded = _modules_of(f"from chalicelib.functions.handlers import {function} as f; assert callable(f)")
    assert "app" not in loaded


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_starts_with_its_own_work_and_no_other(function):
    handler = f"chalicelib.functions.handlers.{function}"
    loaded = _modules_of("import chalicelib.functions.handlers", AWS_LAMBDA_FUNCTION_NAME="x", _HANDLER=handler)
    work = {f"chalicelib.functions.{module}" for module in FUNCTIONS.values()}
    assert loaded & work == {f"chalicelib.functions.{FUNCTIONS[function]}"}
    assert "chalicelib.web.http" not in loaded


def test_the_start_in_lambda_has_the_tables_client_ready():
    loaded = _modules_of("import app", AWS_LAMBDA_FUNCTION_NAME="api")
    assert {"pynamodb.connection.base", "botocore.client"} <= loaded


def test_what_speaks_to_plex_loads_plexapi_and_still_no_boto3():
    clients = ", ".join(f"chalicelib.plexapi_client.{each}" for each in FOR_PLEX)
    packages = _packages(_modules_of(f"import {clients}"))
    assert "plexapi" in packages
    assert packages.isdisjoint({"boto3", "qrcode", "nacl", *NEVER})
