from collections.abc import Iterator

import httpx
import pytest
import requests

from local.plex.server import StandIn, running
from tests.local.test_plex_stand_in.scene import Detour, Scene


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    with running() as plex:
        yield plex


@pytest.fixture
def scene(stand_in: StandIn) -> Iterator[Scene]:
    """A stand-in in which nobody lives yet."""
    with requests.Session() as session, httpx.Client(base_url=stand_in.url, timeout=5) as control:
        session.mount("https://", Detour(stand_in.url))
        control.post("/_standin/reset").raise_for_status()
        yield Scene(stand_in.url, session, control)
