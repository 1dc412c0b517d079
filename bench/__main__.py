"""`make bench`: measure everything and write docs/benchmarks.md; `make bench ONLY="growth cost"` prints some of it."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from bench import machine, measuring
from bench.report import Section, goals_of

SECTIONS = ("requests", "growth", "cold_start", "warm", "contention", "end_to_end", "cost")
"""Modules of this package in the page's order; each has `measure() -> Section`."""

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"

HEAD = """# Benchmarks

Written by `make bench` on {date}, in {minutes} minutes; do not edit. To repeat: `make bench` on a machine that does
nothing else, or `make bench ONLY="cold_start warm"` for a part of it, printed and not written.

Machine: {machine}.

Everything runs on the local stack, on one machine. Figures are counts, or ratios within one run; where seconds stand,
they are this machine's, the emulator's share included, and say how parts compare, not how fast AWS is.

## Goals

{goals}
"""


def main(names: list[str]) -> None:
    began = monotonic()
    sections = [_measured(name) for name in names or SECTIONS]
    if names:
        sys.stdout.write("\n\n".join(str(each) for each in [*sections, goals_of(sections)]) + "\n")
    else:
        PAGE.write_text(_page(sections, minutes=round((monotonic() - began) / 60)))
        sys.stderr.write(f"{PAGE.relative_to(Path.cwd())} is written.\n")


def _measured(name: str) -> Section:
    began = monotonic()
    sys.stderr.write(f"{name} … ")
    sys.stderr.flush()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        section = process.submit(measuring.section, name).result()
    sys.stderr.write(f"{monotonic() - began:.0f} s\n")
    return section


def _page(sections: list[Section], minutes: int) -> str:
    date = datetime.now(UTC).date().isoformat()
    head = HEAD.format(date=date, minutes=minutes, machine=machine.told(), goals=goals_of(sections))
    return "\n\n".join([head.strip(), *(str(section) for section in sections)]) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
