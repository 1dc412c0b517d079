"""The stand-in as a Flask app, and as a server in a thread.

with running() as plex:
    httpx.post(f"{plex.url}/api/v2/pins?strong=true", headers=...)
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, request

from local.plex import errors
from local.plex.approval import approval
from local.plex.control import BLUEPRINTS as CONTROL
from local.plex.front import Front
from local.plex.routes import caller
from local.plex.routes.home import home
from local.plex.routes.invites import invites
from local.plex.routes.pins import pins
from local.plex.routes.user import user
from local.plex.routes.v1 import v1
from local.plex.routes.v1_shares import v1_shares
from local.plex.routes.v2_shares import v2_shares
from local.plex.wire import KeepAliveHandler, StandInServer
from local.plex.world import World

PLEX = (pins, user, v2_shares, v1, v1_shares, invites, home)


def create_app(world: World) -> Flask:
    """Make plex.tv, clients.plex.tv and app.plex.tv of one world, with the control API under `/_standin/`."""
    app = Flask(__name__, static_folder=None)
    app.config["WORLD"] = world
    app.url_map.strict_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    for blueprint in (*PLEX, *CONTROL, approval):
        app.register_blueprint(blueprint)
    errors.register(app)
    app.before_request(_v2_wants_to_know_its_client)
    app.wsgi_app = Front(world, app)  # type: ignore[method-assign]  # how Flask takes middleware
    return app


@dataclass(frozen=True)
class StandIn:
    """A running stand-in: where it listens, and its state."""

    url: str
    world: World
    server: StandInServer

    def serve(self) -> None:
        """Answer until `stop` is called from another thread."""
        self.server.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        """Stop at once, also while calls are held: those still connected are cut off."""
        self.server.shutdown()
        self.world.faults.clear()
        self.server.hang_up()


def listen(world: World, host: str = "127.0.0.1", port: int = 0) -> StandIn:
    """Take the port (0: a free one) and return what will serve on it."""
    server = StandInServer(host, port, create_app(world), KeepAliveHandler)
    return StandIn(f"http://{host}:{server.port}", world, server)


@contextmanager
def running(world: World | None = None, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[StandIn]:
    """Run a stand-in in a thread, with an empty world unless one is given."""
    stand_in = listen(world or World(), host, port)
    thread = threading.Thread(target=stand_in.serve, name="plex-stand-in", daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        stand_in.stop()
        thread.join()


def _v2_wants_to_know_its_client() -> None:
    if request.path.startswith("/api/v2/"):
        caller.client_identifier()
