"""What bench/cold_start.py runs in a bare interpreter: one import, perhaps one event, and what they took.

Reads what to do from standard input as JSON, and prints what it took as its last line. Imports nothing beyond what
Lambda's own runtime has imported before a handler.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace


def main() -> None:
    asked = json.load(sys.stdin)
    sys.path[:0] = [asked["folder"]]
    began = time.process_time()
    exec(asked["statement"], {})  # noqa: S102 - bench/cold_start.py's own
    took = {"imported": time.process_time() - began, "memory": _peak(), "modules": len(sys.modules)}
    if "event" in asked:
        _handle(asked)
        took |= {"with_event": time.process_time() - began, "memory_with_event": _peak()}
    sys.stdout.write("\n" + json.dumps(took) + "\n")


def _handle(asked: dict) -> None:  # type: ignore[type-arg]  # JSON
    module, _, name = asked["handler"].rpartition(".")
    left = {"get_remaining_time_in_millis": lambda: 30_000}
    answer = getattr(importlib.import_module(module), name)(asked["event"], SimpleNamespace(**asked["context"], **left))
    if isinstance(answer, dict) and answer.get("statusCode", 200) != 200:
        sys.exit(f"the first event failed: {answer}")


def _peak() -> float:
    """MB at most so far, of this program alone: ru_maxrss begins with the peak of whoever started it."""
    (line,) = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
