"""What is sent for others reaches public addresses only."""

import os
import socket
import subprocess
import sys
import threading

import pytest

from chalicelib.vendors.guard import NotReachable, guarded, is_public
from chalicelib.vendors.webhooks import WebhookSender
from testing.rehearsal import eventually

PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "nonsense",
    "",
]
REACHED = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111"]

LOOPBACK_URLS = [
    "https://127.0.0.1:{port}/",
    "https://localhost:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://127.1:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://0:{port}/",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_everybody_s_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", REACHED)
def test_an_address_that_is_everybody_s_is_public(address):
    assert is_public(address)


@pytest.fixture
def listener():
    """Counts who connects."""
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept():
            while True:
                try:
                    connection, peer = server.accept()
                except OSError:
                    return
                connection.close()
                connections.append(peer)

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], connections


@pytest.mark.parametrize("url", LOOPBACK_URLS)
def test_however_it_is_written_this_machine_is_not_reached(listener, url):
    port, connections = listener
    answer = WebhookSender().send(url.format(port=port), "{}", {})
    assert answer.status is None
    assert connections == []


def test_an_address_that_is_allowed_is_reached_at_that_port_alone(listener):
    port, connections = listener
    with guarded(frozenset({("127.0.0.1", port)})):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        with pytest.raises(NotReachable):
            socket.create_connection(("127.0.0.1", port - 1), timeout=5)
    assert eventually(lambda: connections)


def test_what_a_name_means_is_looked_at_when_it_is_connected_to(listener, monkeypatch):
    """A name server may answer otherwise than it did a moment before."""
    port, connections = listener
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    answer = WebhookSender().send("https://example.org/", "{}", {})
    assert (answer.status, "not a public one" in answer.said) == (None, True)
    assert connections == []


def test_no_packet_is_sent_and_no_program_is_started():
    with guarded(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        with pytest.raises(NotReachable):
            udp.sendto(b"x", ("127.0.0.1", 9))
        with pytest.raises(NotReachable):
            subprocess.run([sys.executable, "-V"], check=False)
        with pytest.raises(NotReachable):
            os.system("true")  # noqa: S605 - it does not come to it


def test_outside_of_the_block_and_in_other_threads_nothing_is_forbidden(listener):
    port, _ = listener
    with guarded():
        other = threading.Thread(target=lambda: socket.create_connection(("127.0.0.1", port), timeout=5).close())
        other.start()
        other.join()
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
