"""How much of the core's rules the unit tests hold: `make mutants`.

Some mutants of the core are drawn at random. One that fails a test is killed; one that passes all of them is shown.

Each runs in a fork of this process, which has pytest loaded already, and is imported in place of its module: nothing
is written to disk. (mutmut leaves out decorated functions, and with them most rules of the models; cosmic-ray writes
into the working tree and starts Python anew for each mutant.)
"""

import argparse
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from testing.mutations import Mutant, mutants_of

CONCEPTS = ("common", "plex", "events", "settings", "accounts", "invites", "qr_codes", "access", "setup", "redemptions")
LEFT_OUT = {"__init__.py", "ports.py"}
OPTIONS = ("-x", "-q", "-m", "not stack", "-p", "no:cacheprovider", "-o", "addopts=--strict-markers")
CPU_SECONDS, SECONDS = 120, 900
"""How long one mutant's tests may take. One that takes longer goes round in circles, and counts as killed."""


class Mutation(MetaPathFinder, Loader):
    """Imports a mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant, self._module = mutant, ".".join(mutant.path.with_suffix("").parts)

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self._module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._mutant.source, self._mutant.path, "exec"), vars(module))  # noqa: S102 - our own source


@dataclass
class Trial:
    """A mutant on its way through the tests: those that mirror its module, its concept's, all others."""

    mutant: Mutant
    rounds: list[list[str]]
    began: float = 0.0

    def begin_round(self) -> int:
        """Gives the process that runs it."""
        self.began = time.monotonic()
        return run_tests(self.rounds.pop(0), self.mutant)


def run_tests(paths: list[str], mutant: Mutant | None = None) -> int:
    """Have a fork run them until one fails; gives its process id."""
    if process := os.fork():
        return process
    if mutant:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        sys.meta_path.insert(0, Mutation(mutant))
    os._exit(pytest.main([*OPTIONS, *paths]))


def trial_of(mutant: Mutant, tests: list[str]) -> Trial:
    folder = Path("tests", mutant.path.parts[1])
    mirrored = [path for path in (folder / f"test_{mutant.path.name}", folder) if path.exists()]
    others = [path for path in tests if Path(path) != folder]
    return Trial(mutant, [rounds for rounds in ([str(path) for path in mirrored], others) if rounds])


def survivors_among(mutants: list[Mutant], tests: list[str], *, at_once: int) -> Iterator[Mutant]:
    """As they are found."""
    waiting = [trial_of(mutant, tests) for mutant in mutants]
    running: dict[int, Trial] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            trial = waiting.pop(0)
            running[trial.begin_round()] = trial
        process, status = wait_for_one(running)
        trial = running.pop(process)
        if status == 0 and trial.rounds:
            running[trial.begin_round()] = trial
        elif status == 0:
            yield trial.mutant


def wait_for_one(running: dict[int, Trial]) -> tuple[int, int]:
    """The process that ends next, and how; those that are overdue are stopped."""
    while True:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process:
            return process, status
        for number, trial in running.items():
            if time.monotonic() - trial.began > SECONDS:
                os.kill(number, signal.SIGKILL)
        time.sleep(0.02)


def draw(count: int, seed: int, only: str) -> list[Mutant]:
    """So many of all mutants of the core's models and use cases with ``only`` in their path."""
    modules = [path for concept in CONCEPTS for path in sorted(Path("chalicelib", concept).glob("*.py"))]
    chosen = [path for path in modules if path.name not in LEFT_OUT and only in str(path)]
    everything = [mutant for path in chosen for mutant in mutants_of(path, path.read_text())]
    drawn = random.Random(seed).sample(everything, min(count, len(everything)))  # noqa: S311 - not a secret
    say(f"{len(drawn)} of {len(everything)} mutants, seed {seed}")
    return drawn


def report(drawn: list[Mutant], survivors: list[Mutant]) -> float:
    """Gives how many were killed, in per cent."""
    survived, of = (Counter(str(mutant.path) for mutant in mutants) for mutants in (survivors, drawn))
    for path, number in sorted(survived.items()):
        say(f"{path}: {number} of {of[path]} survived")
    killed = 100 * (1 - len(survivors) / len(drawn))
    say(f"{killed:.1f} % of {len(drawn)} mutants were killed.")
    return killed


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200, help="how many mutants are drawn")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="a number draws the same ones again")
    parser.add_argument("--only", default="", help="of modules with this in their path")
    parser.add_argument("--at-least", type=float, default=85, help="per cent that must be killed")
    parser.add_argument("tests", nargs="+", help="paths of the unit tests")
    asked = parser.parse_args()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = False  # what one fork imported, the next finds compiled
    _, status = os.waitpid(run_tests(asked.tests), 0)
    if status:
        say("The tests fail as they are.")
        return 1
    drawn, survivors = draw(asked.count, asked.seed, asked.only), []
    for survivor in survivors_among(drawn, asked.tests, at_once=os.cpu_count() or 1):
        say(f"survived  {survivor}")
        survivors.append(survivor)
    return int(report(drawn, survivors) < asked.at_least)


if __name__ == "__main__":
    sys.exit(main())
