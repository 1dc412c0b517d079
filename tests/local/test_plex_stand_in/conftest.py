from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests

from local.plex.server import running
from tests.local.test_plex_stand_in.client import Detour, StandInClient


@pytest.fixture(scope="session")
def plex() -> Iterator[StandInClient]:
    """One stand-in and its clients for all tests: connections live on as in a warm process."""
    with running() as it, requests.Session() as session, httpx.Client(base_url=it.url, timeout=5) as control:
        session.mount("https://", Detour(it.url))
        yield StandInClient(it.url, session, control)


@pytest.fixture
def stand_in(plex: StandInClient) -> StandInClient:
    """A stand-in without any account."""
    plex.ask("POST", "/_standin/reset")
    return plex


@pytest.fixture
def olivia(stand_in: StandInClient) -> dict[str, Any]:
    return stand_in.person("olivia")


@pytest.fixture
def maya(stand_in: StandInClient) -> dict[str, Any]:
    return stand_in.person("maya")


@pytest.fixture
def server(stand_in: StandInClient, olivia: dict[str, Any]) -> dict[str, Any]:
    return stand_in.server(olivia, "Movies", "Shows", name="Olivia's Plex")
