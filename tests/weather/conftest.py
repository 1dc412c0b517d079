import logging

import pytest

from local.plex import demo
from local.plex.server import running
from local.plex.world import World
from tests.weather.scene import Lines, Scene

TALKATIVE = ("streamarr-invites", "plexapi", "urllib3", "requests")


@pytest.fixture(scope="session")
def sky(house):
    """One stand-in for the whole suite, and every line that was logged meanwhile."""
    lines, levels = Lines(), {}
    for name in TALKATIVE:
        talker = logging.getLogger(name)
        levels[name] = talker.level
        talker.addHandler(lines)
        talker.setLevel(logging.DEBUG)
    with running(World(demo.furnish)) as stand_in:
        yield Scene(stand_in, lines.lines)
    for name, level in levels.items():
        logging.getLogger(name).removeHandler(lines)
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def scene(sky):
    sky.start_over()
    return sky


def pytest_collection_modifyitems(items):
    """The search for secrets looks at what all the others emitted."""
    items.sort(key=lambda item: item.path.name == "test_secrets.py")
