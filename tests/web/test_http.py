"""What all routes share: how refusals, failures and bodies are answered, and in which language."""

import json
from dataclasses import dataclass

import msgspec
import pytest
from chalice.config import Config
from chalice.local import LocalGateway

from chalicelib.common import refusals
from chalicelib.common.ports import Contention
from chalicelib.web.http import SECURITY_HEADERS, Api, Site, body, ok

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}
RAISED = {
    "refusal": refusals.InviteNotFound(),
    "field": refusals.BadInput("unknown_library", field="libraries", library="7"),
    "later": refusals.TryAgain(retry_after=7),
    "contention": Contention(),
    "failure": RuntimeError("secret"),
}


@dataclass(frozen=True)
class Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self):
        return json.loads(self.content)


@dataclass(frozen=True)
class Client:
    """Requests as API Gateway hands them over. (chalice.test would have app.py believe that it is deployed.)"""

    gateway: LocalGateway

    def get(self, path, headers=None):
        return self._ask("GET", path, headers, b"")

    def post(self, path, headers, content):
        return self._ask("POST", path, headers, content)

    def _ask(self, method, path, headers, content):
        answer = self.gateway.handle_request(method, path, headers or {}, content)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])


class Note(msgspec.Struct, forbid_unknown_fields=True):
    text: str


@pytest.fixture
def client():
    api = Api("made_up")

    @api.route("/raises/{what}", methods=["GET"])
    def raise_it(what):
        raise RAISED[what]

    @api.route("/notes", methods=["POST"])
    def take_note():
        return ok({"text": body(api.current_request, Note).text})

    site = Site(app_name="made-up")
    site.register_blueprint(api)
    return Client(LocalGateway(site, Config()))


@pytest.mark.parametrize(
    ("what", "status", "content"),
    [
        ("refusal", 404, {"Code": "InviteNotFound", "Message": "Invite code not found"}),
        ("field", 400, {"Code": "BadInput", "Message": "There is no library 7.", "Field": "libraries"}),
        (
            "later",
            503,
            {"Code": "TryAgain", "Message": "This is taking longer than usual. Please try again in a moment."},
        ),
        (
            "contention",
            503,
            {"Code": "TryAgain", "Message": "This is taking longer than usual. Please try again in a moment."},
        ),
        (
            "failure",
            500,
            {"Code": "InternalError", "Message": "Something went wrong on our side. Please try again."},
        ),
    ],
)
def test_what_a_view_raises_is_answered_with_its_status_and_its_sentence(client, what, status, content):
    answer = client.get(f"/raises/{what}")
    assert (answer.status_code, answer.json()) == (status, content)
    assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize("what", RAISED)
def test_it_is_answered_in_the_reader_s_language(client, what):
    english, german = client.get(f"/raises/{what}"), client.get(f"/raises/{what}", headers=GERMAN)
    assert german.headers["Content-Language"] == "de"
    assert german.json()["Code"] == english.json()["Code"]
    assert german.json()["Message"] != english.json()["Message"]


def test_a_refusal_that_passes_says_when_to_come_again(client):
    assert client.get("/raises/later").headers["Retry-After"] == "7"
    assert "Retry-After" not in client.get("/raises/refusal").headers


def test_a_body_that_is_no_json_by_its_type_is_refused_in_the_reader_s_language(client):
    headers = {"Content-Type": "text/plain"}
    english = client.post("/notes", headers=headers, content=b"x")
    german = client.post("/notes", headers=headers | GERMAN, content=b"x")
    assert {english.status_code, german.status_code} == {415}
    assert english.json() == {
        "Code": "UnsupportedMediaType",
        "Message": "The body of this request has to be JSON.",
    }
    assert german.json()["Message"] == "Der Inhalt dieser Anfrage muss JSON sein."
    assert german.headers["Content-Language"] == "de"


def test_a_bad_body_names_its_field_and_says_what_it_takes(client):
    answer = client.post("/notes", headers={"Content-Type": "application/json"}, content=b'{"texts": "a"}')
    assert answer.status_code == 400
    assert answer.json() == {
        "Code": "BadInput",
        "Message": "Only these fields are known: text.",
        "Field": "texts",
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "The body of this request is not JSON."),
        (b'{"text": "' + b"x" * 70_000 + b'"}', "The request is too large."),
        (b'{"text": "a\\u0000b"}', "This has characters in it that cannot be used."),
        (b'{"text": 1}', "The request is not well formed."),
        (b"", "The field text is missing."),
    ],
    ids=["no JSON", "too large", "control characters", "a field without limits", "empty"],
)
def test_a_body_that_cannot_be_taken_is_refused_with_its_reason(client, content, message):
    answer = client.post("/notes", headers={"Content-Type": "application/json"}, content=content)
    assert (answer.status_code, answer.json()["Message"]) == (400, message)


def test_every_answer_has_the_security_headers(client):
    answers = [client.get(f"/raises/{what}") for what in RAISED]
    answers.append(client.post("/notes", headers={"Content-Type": "text/plain"}, content=b"x"))
    for answer in answers:
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
