from collections.abc import Iterator
from functools import partial
from threading import Thread

import pytest

from chalicelib.plexapi_client.calls import PlexCalls
from chalicelib.plexapi_client.owner import PlexApiOwner
from chalicelib.plexapi_client.person import PlexApiPerson
from chalicelib.plexapi_client.transport import PlexSession
from tests.plexapi_client.plex_server import PlexServer


@pytest.fixture
def plex() -> Iterator[PlexServer]:
    with PlexServer() as server:
        thread = Thread(target=partial(server.serve_forever, poll_interval=0.02))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def calls(plex) -> PlexCalls:
    return PlexCalls(PlexSession("client", plex.url, timeout=2), "secret-token")


@pytest.fixture
def owner(plex) -> PlexApiOwner:
    return PlexApiOwner(token=lambda: "secret-token", client_id="owner", base_url=plex.url, timeout=2)


@pytest.fixture
def person(plex) -> PlexApiPerson:
    return PlexApiPerson(client_id="visitors", product="Streamarr", base_url=plex.url, timeout=2)
