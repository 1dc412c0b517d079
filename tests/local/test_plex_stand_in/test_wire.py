import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
import requests

from local.plex.server import running
from local.plex.world import World
from tests.local.test_plex_stand_in.client import StandInClient

CLIENT = {"X-Plex-Client-Identifier": "wire"}


def test_a_connection_serves_many_calls(stand_in: StandInClient) -> None:
    with httpx.Client(base_url=stand_in.url, headers=CLIENT) as client:
        streams = set()
        for _ in range(3):
            with client.stream("POST", "/api/v2/pins", json={"unread": "x" * 5000}) as answer:
                streams.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
                answer.read()

    assert len(streams) == 1


def test_a_hundred_and_twenty_call_at_once(stand_in: StandInClient) -> None:
    everyone_is_here = threading.Barrier(120)

    def call(_: int) -> int:
        everyone_is_here.wait()
        return requests.post(f"{stand_in.url}/api/v2/pins?strong=true", headers=CLIENT, timeout=10).status_code

    with ThreadPoolExecutor(120) as crowd:
        assert set(crowd.map(call, range(120))) == {201}


def test_a_held_call_does_not_hold_up_the_stop() -> None:
    with running() as plex, ThreadPoolExecutor(1) as caller:
        httpx.post(f"{plex.url}/_standin/faults", json={"kind": "timeout", "path": "/api/.*"})

        def wait_for_an_answer() -> None:
            with suppress(httpx.TransportError):
                httpx.get(f"{plex.url}/api/v2/ping", timeout=20)

        held = caller.submit(wait_for_an_answer)
        while not plex.world.faults.listed()[0].fired:
            time.sleep(0.01)
        plex.stop()
        held.result(timeout=5)


def test_a_stopped_stand_in_no_longer_answers_clients_that_stayed_connected() -> None:
    with running(World()) as plex, httpx.Client(base_url=plex.url) as client:
        client.get("/_standin/calls").raise_for_status()
        plex.stop()

        with pytest.raises(httpx.TransportError):
            client.get("/_standin/calls")


def test_it_starts_from_the_shell_and_says_where_it_is() -> None:
    command = [sys.executable, "-m", "local.plex", "--port", "0", "--empty"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            said = re.fullmatch(r"Plex stand-in on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
            assert said
            assert httpx.get(f"{said[1]}/_standin/accounts").json() == {"accounts": []}
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
