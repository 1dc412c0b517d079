"""`make bench`: measure everything and write docs/benchmarks.md; `make bench ONLY="growth cost"` prints some of it."""

import multiprocessing
import os
import platform
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import monotonic

from bench.report import Section, goals_of
from local.run import ROOT

SECTIONS = ("cold_start", "growth", "looking", "contention", "end_to_end", "cost")
"""Modules of this package in the page's order; each has `measure() -> Section`."""

HEAD = """# Benchmarks

Written by `make bench` on {date}, in {minutes} minutes; do not edit. To repeat: `make bench` on a machine that does
nothing else, or `make bench ONLY="cold_start cost"` for a part of it, printed and not written.

Machine: {machine}.

Everything runs on the local stack, on one machine. Figures are counts, or ratios within one run; where seconds stand,
they are this machine's, the emulator's share included, and say how parts compare, not how fast AWS is.

What is counted exactly is held by tests and not measured here: the calls to AWS and Plex of every route and every
function (tests/http/test_round_trips.py), how many modules a start loads, and which it never loads
(tests/test_imports.py), and a redemption's operations under the functions' own policies (tests/deploy/test_data.py).

## Goals

{goals}"""


def main(names: list[str]) -> None:
    began = monotonic()
    sections = [_measure(name) for name in names or SECTIONS]
    if names:
        sys.stdout.write("\n\n".join(str(each) for each in [*sections, goals_of(sections)]) + "\n")
    else:
        page = ROOT / "docs" / "benchmarks.md"
        page.write_text(_page(sections, minutes=round((monotonic() - began) / 60)))
        sys.stderr.write(f"{page} is written.\n")


def _measure(name: str) -> Section:
    """In a process of its own: what one measurement leaves behind is not part of the next."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        section: Section = process.submit(import_module(f"bench.{name}").measure).result()
    return section


def _page(sections: list[Section], minutes: int) -> str:
    date = datetime.now(UTC).date().isoformat()
    head = HEAD.format(date=date, minutes=minutes, machine=_machine(), goals=goals_of(sections))
    return "\n\n".join([head, *(str(section) for section in sections)]) + "\n"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    named = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return (
        f"{platform.machine()}, {os.cpu_count()} processors ({named[1] if named else 'unnamed'}), {memory:.0f} GB of"
        f" memory, {platform.system()}, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
