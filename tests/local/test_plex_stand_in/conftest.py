from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests

from local.plex.server import running
from tests.local.test_plex_stand_in.scene import Detour, Scene


@pytest.fixture(scope="session")
def plex() -> Iterator[Scene]:
    """One stand-in and its clients for all tests: connections live on as in a warm process."""
    with running() as it, requests.Session() as session, httpx.Client(base_url=it.url, timeout=5) as control:
        session.mount("https://", Detour(it.url))
        yield Scene(it.url, session, control)


@pytest.fixture
def scene(plex: Scene) -> Scene:
    """A stand-in in which nobody lives yet."""
    plex.told("POST", "/_standin/reset")
    return plex


@pytest.fixture
def olivia(scene: Scene) -> dict[str, Any]:
    return scene.person("olivia")


@pytest.fixture
def maya(scene: Scene) -> dict[str, Any]:
    return scene.person("maya")


@pytest.fixture
def server(scene: Scene, olivia: dict[str, Any]) -> dict[str, Any]:
    return scene.server(olivia, "Movies", "Shows", name="Olivia's Plex")
