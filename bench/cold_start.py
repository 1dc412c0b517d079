"""What a function's start takes: time of the processor and memory, imported from the package as Lambda does."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from bench.houses import stack
from bench.report import Goal, Section, Table
from bench.tapes import taped
from chalicelib.functions import handlers
from infra.deploy import configuring
from infra.deploy.installation import Installation
from local.sandbox import Context
from testing import each_function
from testing.packages import packaged
from testing.people import Stack
from testing.rehearsal import copy_checkout
from tests.deploy.every_package import OUTPUTS

ROUNDS = 7
COLD = Path(__file__).with_name("cold_process.py")

CLIENT, PYNAMODB = "`boto3.client('dynamodb')`", "PynamoDB alone"
PLEX = "; import " + ", ".join(f"chalicelib.adapters.plex.{each}" for each in ("sharing", "homes", "invitations"))
PROVISION_WITH_PLEX = "provision, plexapi included"

IMPORTS = {
    CLIENT: "import boto3; boto3.client('dynamodb')",
    PYNAMODB: "import pynamodb.models, pynamodb.transactions",
    "API": "import app",
    "provision": "import chalicelib.entrypoints.events",
    PROVISION_WITH_PLEX: "import chalicelib.entrypoints.events" + PLEX,
    "sweep": "import chalicelib.entrypoints.events",
    "tidy_qr": "import chalicelib.entrypoints.events",
    "remove_orphans": "import chalicelib.entrypoints.events",
}
"""What is imported, and what it is held against. Lambda imports the same module for all functions but the API."""

FIRST_EVENTS = {
    "provision": "provision, a friend",
    "sweep": "sweep, nothing due",
    "tidy_qr": "tidy_qr, an image given up",
    "remove_orphans": "remove_orphans, nothing to remove",
}
"""Scenes of tests/http/each_function.py. The API's first event is an admin's GET /auth/me."""

GOALS = {"API": 0.80, "tidy_qr": 0.75, "sweep": 0.80, PROVISION_WITH_PLEX: 1.15}
MOST_MEMORY = 100

HOW = f"""`chalice package` makes the package; unzipped, it is all that is on the path of a bare interpreter
(`python -I -S -B`). The time is the processor's, as a ratio to `boto3.client('dynamodb')` from the same package without
bytecode in the same run: the median of {ROUNDS} rounds, in each of which everything is measured once. *Import* is the
handler's module alone, without bytecode; the goals are held to it, provision's to the import with plexapi, which its
first message needs. *Start* is what Lambda does before the first event: the import and `wiring.warm_up`, which imports
PynamoDB and makes its client. *As packaged* is the same with bytecode, as it is deployed; *with its first
event* adds a real one to that, on the local stack: calls signed, and whatever is imported late. Memory is the
process's peak as packaged."""


FLOOR = """PynamoDB alone is {floor:.2f} here, before a line of ours; nearly every event needs it, and nothing does
before the first one. So the modules do not import it, and Lambda's start asks for it with its client: there a sandbox
has a whole processor, and with 512 MB less than a third of one afterwards.

Bytecode is what saves most: where a package lies, Lambda lets nobody write, so that without it each cold start compiles
anew whatever it imports (infra/packing.py). Whose modules take what of the API's start as packaged:"""


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds of the processor, MB, and how many modules there are then."""

    imported: float
    memory: float
    modules: int
    with_event: float = 0.0
    memory_with_event: float = 0.0


Rounds = Mapping[str, list[Started]]


@dataclass(frozen=True, slots=True)
class Measured:
    """The import alone; as Lambda would start it without bytecode; and as it is deployed, with the first event."""

    alone: Rounds
    started: Rounds
    deployed: Rounds

    def ratio(self, rounds: Rounds, name: str) -> float:
        return self.against_the_client([each.imported for each in rounds[name]])

    def against_the_client(self, seconds: list[float]) -> float:
        """The median of the rounds' ratios: what disturbs a round disturbs both."""
        clients = [each.imported for each in self.alone[CLIENT]]
        return median(each / client for each, client in zip(seconds, clients, strict=True))


def measure() -> Section:
    with TemporaryDirectory() as folder:
        packaged = _packaged(Path(folder))
        bare = _bare(packaged)
        alone: dict[str, list[Started]] = {name: [] for name in IMPORTS}
        started: dict[str, list[Started]] = {name: [] for name in IMPORTS}
        deployed: dict[str, list[Started]] = {name: [] for name in IMPORTS}
        with stack() as here:
            for _ in range(ROUNDS):
                for name in IMPORTS:
                    alone[name].append(_run(bare, name, in_lambda=False))
                    started[name].append(_run(bare, name))
                    deployed[name].append(_deployed(here, packaged, name))
        shares = _shares(packaged)
    measured = Measured(alone, started, deployed)
    return Section("Cold start", HOW, _findings(measured, shares), _goals(measured))


def _findings(measured: "Measured", shares: Table) -> list[str | Table]:
    return [_table(measured), FLOOR.format(floor=measured.ratio(measured.alone, PYNAMODB)), shares]


def _table(measured: "Measured") -> Table:
    columns = ("Function", "import", "start", "as packaged", "with its first event", "modules", "MB", "MB with event")
    return Table(columns, [_row(name, measured) for name in IMPORTS])


def _row(name: str, measured: "Measured") -> list[str | float]:
    began = measured.deployed[name]
    with_event = measured.against_the_client([each.with_event for each in began])
    memory = max(each.memory_with_event for each in began)
    return [
        name,
        *(f"{measured.ratio(rounds, name):.2f}" for rounds in (measured.alone, measured.started, measured.deployed)),
        f"{with_event:.2f}" if with_event else "",
        str(began[0].modules),
        f"{max(each.memory for each in began):.0f}",
        f"{memory:.0f}" if memory else "",
    ]


def _goals(measured: "Measured") -> list[Goal]:
    goals = [_goal(f"import, {name}", limit, measured.ratio(measured.alone, name)) for name, limit in GOALS.items()]
    memory = max(each.memory_with_event for each in measured.deployed["API"])
    told = f"{memory:.0f} MB after its first request"
    return [*goals, Goal("peak memory, API", f"under {MOST_MEMORY} MB", told, met=memory < MOST_MEMORY)]


def _goal(what: str, limit: float, ratio: float) -> Goal:
    return Goal(what, f"at most {limit:.2f}", f"{ratio:.2f}", met=round(ratio, 2) <= limit)


def _packaged(folder: Path) -> Path:
    checkout = folder / "checkout"
    copy_checkout(checkout)
    configuring.write(Installation("prod", project=checkout), OUTPUTS)
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"} or name.startswith("PIP_")}
    environment = {**kept, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    chalice = Path(sys.executable).with_name("chalice")
    return packaged(checkout, folder / "out", environment=environment, chalice=chalice).folder


def _bare(package: Path) -> Path:
    """A copy without bytecode."""
    return Path(shutil.copytree(package, package.with_name("bare"), ignore=shutil.ignore_patterns("__pycache__")))


def _deployed(here: Stack, package: Path, name: str) -> Started:
    """The import, and the first event where there is one."""
    if name == "API":
        tape = taped(here, "GET /auth/me")
        return _run(package, name, handler="app.app", event=tape.event)
    if name not in FIRST_EVENTS:
        return _run(package, name)
    found: list[Started] = []

    def invoke(event: Any, _: Any) -> None:
        found.append(_run(package, name, handler=f"chalicelib.entrypoints.events.{name}", event=event))

    with each_function.SCENES[FIRST_EVENTS[name]](here) as send, patch.object(handlers, name, invoke):
        send()
    return found[-1]


def _run(package: Path, name: str, *, in_lambda: bool = True, **event: Any) -> Started:
    asked = json.dumps({"folder": str(package), "statement": IMPORTS[name], "context": _context(name), **event})
    command = [sys.executable, "-I", "-S", "-B", str(COLD)]
    done = subprocess.run(
        command, input=asked, env=_environment(name, in_lambda=in_lambda), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Started(**json.loads(done.stdout.splitlines()[-1]))


def _context(name: str) -> dict[str, Any]:
    return asdict(
        Context(
            aws_request_id="8a8f3a2e-3c6f-4f57-8c0c-0d6ac1e3a001",
            function_name=f"streamarr-dev-{name}",
            memory_limit_in_mb=512,
            invoked_function_arn=f"arn:aws:lambda:us-east-1:000000000000:function:streamarr-dev-{name}",
            log_stream_name="cold",
            deadline_ms=0,
        )
    )


def _environment(name: str, *, in_lambda: bool = True) -> dict[str, str]:
    """Lambda's and the function's; the stack has put its own into this process's environment."""
    lambdas = {"AWS_LAMBDA_FUNCTION_NAME": f"streamarr-dev-{name}"} if in_lambda else {}
    ours = (*configuring.VARIABLES, *configuring.FOR_THE_API, "APP_NAME", "STAGE", "PLEX_BASE_URL")
    kept = {each: os.environ[each] for each in os.environ if each in ours or each.startswith("AWS_")}
    return {**kept, **lambdas, "LANG": "en_US.UTF-8", "TZ": ":UTC"}


def _shares(package: Path) -> Table:
    """Of the API's start, by whose modules they are, as -X importtime sees it: the least of some runs."""
    least: dict[str, int] = {}
    for _ in range(ROUNDS):
        for name, spent in _times(package).items():
            least[name] = min(spent, least.get(name, spent))
    spent_by: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for name, spent in least.items():
        spent_by[_whose(name)] += spent
        counted[_whose(name)] += 1
    whole = sum(least.values())
    rows = [(who, counted[who], f"{spent / whole:.0%}") for who, spent in spent_by.most_common()]
    return Table(("Whose", "modules", "of the API's start"), rows)


def _times(package: Path) -> dict[str, int]:
    """Microseconds of each module itself."""
    statement = f"import sys; sys.path[:0] = [{str(package)!r}]; {IMPORTS['API']}"
    command = [sys.executable, "-I", "-S", "-B", "-X", "importtime", "-c", statement]
    done = subprocess.run(command, env=_environment("API"), capture_output=True, text=True, check=True)
    found = re.findall(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", done.stderr, re.MULTILINE)
    return {name: int(spent) for spent, name in found}


def _whose(module: str) -> str:
    top = module.partition(".")[0]
    if top in {"app", "chalicelib"}:
        return "ours"
    if top in {"botocore", "urllib3", "dateutil", "jmespath", "six"}:
        return "botocore and what it needs"
    return top if top in {"pynamodb", "msgspec", "chalice", "aws_lambda_powertools"} else "Python's own"
