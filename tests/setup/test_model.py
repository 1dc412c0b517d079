"""How far the set-up is."""

import pytest

from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Refresh, Settings
from chalicelib.setup.model import SetupState, setup_state
from testing.invite_builders import NOW

SERVER = Server("machine", "Home", 1)
MOVIES = Library("1", "1", "Movies", "movie")


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        (Settings(), SetupState.NEEDED),
        (Settings(libraries=(MOVIES,)), SetupState.NEEDED),
        (Settings(server=SERVER), SetupState.FETCHING_LIBRARIES),
        (Settings(server=SERVER, libraries_refresh=Refresh(asked_at=NOW)), SetupState.FETCHING_LIBRARIES),
        (Settings(server=SERVER, libraries=(MOVIES,)), SetupState.DONE),
        (Settings(server=SERVER, libraries_refresh=Refresh(refreshed_at=NOW)), SetupState.DONE),
    ],
)
def test_the_set_up_is_done_once_a_server_was_read_even_one_without_libraries(settings, state):
    assert setup_state(settings) is state
