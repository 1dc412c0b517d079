"""Sending webhooks, to a receiver on this machine."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chalicelib.vendors.webhooks import WebhookSender


@pytest.fixture
def receiver():
    """Gives its address and what it got; a path says what it answers."""
    got, release = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            if self.path == "/hangs":
                release.wait(10)
            status = int(self.path.strip("/")) if self.path.strip("/").isdigit() else 200
            self.send_response(status)
            self.send_header("Location", "/200")
            self.send_header("Retry-After", "90")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 1000)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", got
    release.set()
    server.shutdown()
    server.server_close()


def test_body_and_headers_arrive_and_the_answer_is_cut(receiver):
    host, got = receiver
    answer = WebhookSender((host,)).send(f"http://{host}/a?b=c", '{"ü": 1}', {"webhook-id": "1"})
    ((path, headers, body),) = got
    assert (path, headers["webhook-id"], headers["Content-Type"]) == ("/a?b=c", "1", "application/json")
    assert body.decode() == '{"ü": 1}'
    assert (answer.status, len(answer.said), answer.retry_after) == (200, 200, timedelta(seconds=90))


def test_a_redirect_is_an_answer_and_is_not_followed(receiver):
    host, got = receiver
    assert WebhookSender((host,)).send(f"http://{host}/302", "{}", {}).status == 302
    assert len(got) == 1


def test_one_that_hangs_is_left_to_itself(receiver):
    host, _ = receiver
    answer = WebhookSender((host,), longest=0.2).send(f"http://{host}/hangs", "{}", {})
    assert answer == (None, "no answer in time", None)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://nowhere.invalid/", "https://127.0.0.1:99999/"])
def test_what_does_not_answer_says_why(url):
    answer = WebhookSender(("127.0.0.1:1",)).send(url, "{}", {})
    assert answer.status is None
    assert answer.said
