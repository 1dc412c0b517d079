"""`python -m local.plex --port 8001`: a plex.tv of your own, with a demo owner and server."""

import argparse
import signal
import sys
from types import FrameType

from local.plex import demo
from local.plex.server import listen
from local.plex.world import World


def main() -> None:
    asked = _arguments()
    stand_in = listen(World(None if asked.empty else demo.furnish), asked.host, asked.port)
    signal.signal(signal.SIGTERM, _leave)
    print(f"Plex stand-in on {stand_in.url}", flush=True)
    stand_in.serve()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.plex", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0 picks a free one (default: 8001)")
    parser.add_argument("--empty", action="store_true", help="start without the demo accounts and server")
    return parser.parse_args()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
