"""One section, measured in a process of its own: what one measurement leaves behind is not part of the next.

A spawned process never imports the `__main__` of a package, so this stands by itself.
"""

import importlib

from bench.report import Section


def section(name: str) -> Section:
    measured: Section = importlib.import_module(f"bench.{name}").measure()
    return measured
