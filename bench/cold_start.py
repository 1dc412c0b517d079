"""What a function's start takes: time of the processor and memory, imported from the package as Lambda does."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import botocore

from bench.report import Goal, Section, Table
from bench.stacks import stack_here
from testing import each_function, each_route
from testing.packages import package_checkout
from testing.people import Stack

ROUNDS, MOST_MEMORY = 7, 100

HANDLERS, PLEXAPI = "chalicelib.functions.handlers", "chalicelib.plexapi_client"
CLIENT, PYNAMODB, WITH_PLEXAPI = "`boto3.client('dynamodb')`", "PynamoDB alone", "provision, plexapi included"

IMPORTS = {
    CLIENT: "import boto3; boto3.client('dynamodb')",
    PYNAMODB: "import pynamodb.models, pynamodb.transactions",
    "API": "import app",
    "provision": f"import {HANDLERS}, chalicelib.functions.provision",
    WITH_PLEXAPI: f"import {HANDLERS}, chalicelib.functions.provision, {PLEXAPI}.owner, {PLEXAPI}.person",
    "sweep": f"import {HANDLERS}, chalicelib.functions.sweep",
    "tidy_qr": f"import {HANDLERS}, chalicelib.functions.qr_stream",
    "announce": f"import {HANDLERS}, chalicelib.functions.announce",
    "deliver": f"import {HANDLERS}, chalicelib.functions.deliver",
}
"""What is imported, and what it is compared with: Lambda's start has each function import its own work."""

FIRST_EVENTS = {
    "API": each_route.SCENARIOS["GET /auth/me"],
    "provision": each_function.SCENARIOS["provision, a friend"],
    "sweep": each_function.SCENARIOS["sweep, nothing due"],
    "tidy_qr": each_function.SCENARIOS["tidy_qr, an image given up"],
    "announce": each_function.SCENARIOS["announce, an entry that nobody hears"],
    "deliver": each_function.SCENARIOS["deliver, nothing due"],
}
GOALS = {"API": 0.45, "tidy_qr": 0.45, "sweep": 0.45, "announce": 0.45, "deliver": 1.00, WITH_PLEXAPI: 0.60}

HOW = f"""
`chalice package` makes the package; unzipped, it is all that is on the path of a bare interpreter
(`python -I -S -B`). The time is the processor's, as a ratio to `boto3.client('dynamodb')` without bytecode, and with
botocore's descriptions as they are shipped, in the same run: the median of {ROUNDS} rounds, in each of which everything
is measured once. *Import* is the handler's module and the function's own work, without bytecode. *Start* is what Lambda
does before the first event: the import and `wiring.warm_up`, which imports PynamoDB and makes its client. *As packaged*
is the same with bytecode, as it is deployed; the goals are about it, provision's about the import with plexapi, which
its first message needs. *With its first event* adds a real one to that, on the local stack: calls signed, and what is
imported late. Modules and memory (the process's peak) are those at the end, as packaged.
"""

FLOOR = """PynamoDB alone is {floor:.2f} here, before a line of ours; nearly every event needs it, and nothing does
before the first one. So the modules do not import it, and Lambda's start asks for it with its client: there a sandbox
has a whole processor, and with 512 MB less than a third of one afterwards.

Bytecode is what saves most: Lambda lets no function write where its package lies, so that without it each cold start
compiles all that it imports (infra/packing.py)."""

COLUMNS = IMPORT, START, PACKAGED, FIRST_EVENT = "import", "start", "as packaged", "with its first event"

Round = dict[tuple[str, str], dict[str, float]]  # by column and function: seconds, memory, modules


def measure() -> Section:
    with TemporaryDirectory() as folder, stack_here() as stack:
        package = package_checkout(Path(folder)).folder
        bare = Path(shutil.copytree(package, Path(folder) / "bare", ignore=shutil.ignore_patterns("__pycache__")))
        _describe_as_shipped(bare)
        rounds = [_round(stack, package, bare) for _ in range(ROUNDS)]
    table = Table(("Function", *COLUMNS, "modules", "MB"), [_row(rounds, name) for name in IMPORTS])
    floor = FLOOR.format(floor=_ratio(rounds, IMPORT, PYNAMODB))
    return Section("Cold start", HOW, [table, floor], list(_goals(rounds)))


def _describe_as_shipped(bare: Path) -> None:
    """Botocore's descriptions of DynamoDB and of all endpoints, as they are before packing shortens them."""
    shipped, ours = Path(botocore.__file__).parent / "data", bare / "botocore" / "data"
    shutil.copytree(shipped / "dynamodb", ours / "dynamodb", dirs_exist_ok=True)
    shutil.copy(shipped / "endpoints.json", ours)


def _round(stack: Stack, package: Path, bare: Path) -> Round:
    ways = ((IMPORT, bare, False), (START, bare, True), (PACKAGED, package, True))
    starts = {(column, name): _run(name, folder, in_lambda) for column, folder, in_lambda in ways for name in IMPORTS}
    return starts | {(FIRST_EVENT, name): _first_event(stack, package, name) for name in FIRST_EVENTS}


def _first_event(stack: Stack, package: Path, name: str) -> dict[str, float]:
    """The start and the event, caught where the stack here would have handled it."""
    handler = _handler(name)
    found: list[dict[str, float]] = []

    def catch(*given: Any) -> Any:
        found.append(_run(name, package, handler=handler, event=given[-2]))
        return {"statusCode": 200, "headers": {}, "multiValueHeaders": {}, "body": ""}

    scenario: Any = FIRST_EVENTS[name]
    with scenario(stack) as send, patch("chalicelib.web.http.Site.__call__" if name == "API" else handler, catch):
        send()
    return found[-1]


def _run(name: str, folder: Path, in_lambda: bool = True, **event: Any) -> dict[str, float]:
    asked = json.dumps({"folder": str(folder), "statement": IMPORTS[name], **event})
    lambdas = {"AWS_LAMBDA_FUNCTION_NAME": "streamarr-dev", "_HANDLER": _handler(name)} if in_lambda else {}
    command = [sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("cold_process.py"))]
    environment = os.environ | lambdas  # the stack has put its own into this process's environment
    done = subprocess.run(command, input=asked, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return took


def _handler(name: str) -> str:
    return "app.app" if name == "API" else f"{HANDLERS}.{name.partition(',')[0]}"


def _ratio(rounds: Sequence[Round], column: str, name: str) -> float:
    """The median of the rounds' ratios: what disturbs a round disturbs both."""
    return median(each[column, name]["seconds"] / each[IMPORT, CLIENT]["seconds"] for each in rounds)


def _row(rounds: Sequence[Round], name: str) -> list[str | float]:
    ratios = [f"{_ratio(rounds, each, name):.2f}" if (each, name) in rounds[0] else "" for each in COLUMNS]
    ends = [each.get((FIRST_EVENT, name), each[PACKAGED, name]) for each in rounds]
    return [name, *ratios, ends[0]["modules"], round(max(end["memory"] for end in ends))]


def _goals(rounds: Sequence[Round]) -> Iterator[Goal]:
    for name, limit in GOALS.items():
        ratio = round(_ratio(rounds, PACKAGED, name), 2)
        yield Goal(f"start as packaged, {name}", f"at most {limit:.2f}", f"{ratio:.2f}", ratio <= limit)
    memory = max(each[FIRST_EVENT, "API"]["memory"] for each in rounds)
    measured = f"{memory:.0f} MB after its first request"
    yield Goal("peak memory, API", f"under {MOST_MEMORY} MB", measured, memory < MOST_MEMORY)
