"""The machine that figures come from."""

import os
import platform
from pathlib import Path


def told() -> str:
    """``x86_64, 2 processors (…), 23 GB of memory, Linux, Python 3.11.7``."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.machine()}, {os.cpu_count()} processors ({_processor()}), {memory:.0f} GB of memory,"
        f" {platform.system()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "of an unknown kind"
