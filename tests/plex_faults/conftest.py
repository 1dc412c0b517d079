import logging

import pytest

from chalicelib.plex.errors import PlexError
from local.plex import demo
from local.plex.server import running
from local.plex.world import World
from tests.plex_faults.doubles import Lines
from tests.plex_faults.scenario import Scene

TALKATIVE = ("streamarr-invites", "plexapi", "urllib3", "requests")


@pytest.fixture(scope="package")
def sky(stack):
    """One stand-in for the whole suite, and every line that was logged meanwhile."""
    lines, levels = Lines(), {}
    for name in TALKATIVE:
        talker = logging.getLogger(name)
        levels[name] = talker.level
        talker.addHandler(lines)
        talker.setLevel(logging.DEBUG)
        talker.propagate = False  # pytest would write it all down a second time
    with running(World(demo.furnish)) as stand_in, pytest.MonkeyPatch.context() as patched:
        scene = Scene(stand_in, lines.lines)
        patched.setattr(PlexError, "__init__", _noting(scene.emitted))
        yield scene
    for name, level in levels.items():
        logging.getLogger(name).removeHandler(lines)
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).propagate = True


def _noting(emitted):
    """Errors that are handled are emitted nowhere today; what they say must be fit for it all the same."""

    def make(error, *said):
        emitted.append(repr(said))
        Exception.__init__(error, *said)

    return make


@pytest.fixture
def scene(sky):
    sky.start_over()
    yield sky
    sky.tidy_up()


def pytest_collection_modifyitems(items):
    """The search for secrets looks at what all the others emitted."""
    items.sort(key=lambda item: item.path.name == "test_secrets.py")
