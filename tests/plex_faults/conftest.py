import logging

import pytest

from chalicelib.plex.errors import PlexError
from local.plex import demo
from local.plex.server import running
from local.plex.world import World
from tests.plex_faults.doubles import LogLines
from tests.plex_faults.scenario import Scenario

LOGGERS = ("streamarr-invites", "plexapi", "urllib3", "requests")


@pytest.fixture(scope="package")
def shared_scenario(stack):
    """One stand-in for the whole package, and every line that was logged meanwhile."""
    lines, levels = LogLines(), {}
    for name in LOGGERS:
        logger = logging.getLogger(name)
        levels[name] = logger.level
        logger.addHandler(lines)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False  # pytest would keep it all a second time
    with running(World(demo.furnish)) as stand_in, pytest.MonkeyPatch.context() as patched:
        scenario = Scenario(stand_in, lines.lines)
        patched.setattr(PlexError, "__init__", _noting(scenario.emitted))
        yield scenario
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
def scenario(shared_scenario):
    shared_scenario.reset()
    yield shared_scenario
    shared_scenario.clean_up()


def pytest_collection_modifyitems(items):
    """The search for secrets looks at what all the others emitted."""
    items.sort(key=lambda item: item.path.name == "test_secrets.py")
