"""What bench/cold_start.py runs in a bare interpreter: an import, perhaps one event, and what they took.

Reads what to do from standard input as JSON, and prints what it took as its last line. Imports nothing beyond what
Lambda's own runtime has imported before a handler.
"""

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

CONTEXT = SimpleNamespace(aws_request_id="8a8f3a2e", get_remaining_time_in_millis=lambda: 30_000)

asked = json.load(sys.stdin)
sys.path[:0] = [asked["folder"]]
began = time.process_time()
exec(asked["statement"], {})  # noqa: S102 - bench/cold_start.py's own
if "event" in asked:
    module, _, name = asked["handler"].rpartition(".")
    answer = getattr(sys.modules[module], name)(asked["event"], CONTEXT)
    assert not isinstance(answer, dict) or answer.get("statusCode", 200) == 200, answer
seconds = time.process_time() - began
(peak,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
memory = int(peak.split()[1]) / 1024  # of this program: ru_maxrss begins with that of the process that started it
sys.stdout.write("\n" + json.dumps({"seconds": seconds, "memory": memory, "modules": len(sys.modules)}) + "\n")
