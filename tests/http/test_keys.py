"""API keys over HTTP: every scope at every route, and what becomes of a key."""

import re

import pytest

from app import app
from chalicelib.accounts.sessions import Scope
from chalicelib.web.http import SCOPES

ROUTES = sorted((method, path) for path, methods in app.routes.items() for method in methods)
WITHOUT_SIGN_IN = ("/health", "/openapi.json", "/setup", "/signup", "/auth/plex", "/auth/local", "/auth/password")
"""Where a key is not looked at. A redemption is read by the token that came with it: that has a test of its own."""


@pytest.fixture(scope="module")
def keys(stack):
    """A client of the admin's for each scope."""
    made = {scope: make(stack, scope) for scope in Scope}
    yield {scope: stack.client(each["key"]) for scope, each in made.items()}
    for each in made.values():
        stack.admin.delete(f"/keys/{each['id']}")


def make(stack, *scopes, http=None, **more):
    answer = (http or stack.admin).post("/keys", json={"name": "Trial", "scopes": list(scopes), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def key(stack):
    """Makes keys, which are gone afterwards."""
    made = []

    def keep(*scopes, http=None, **more):
        made.append((http or stack.admin, make(stack, *scopes, http=http, **more)))
        return made[-1][1]

    yield keep
    for http, each in made:
        http.delete(f"/keys/{each['id']}")


def is_refused_to_a_key(answer):
    return answer.status_code == 403 and answer.json()["Code"] == "KeyNotAllowed"


@pytest.mark.parametrize("scope", Scope)
def test_a_key_is_let_through_where_its_scope_is_named_and_nowhere_else(keys, scope):
    for method, path in ROUTES:
        if path.startswith(WITHOUT_SIGN_IN) or path == "/redemptions/{redemption_id}":
            continue
        answer = keys[scope].request(method, re.sub(r"{[a-z_]+}", "unknown", path), json={"note": 1})
        assert is_refused_to_a_key(answer) is (scope not in SCOPES[method, path]), (method, path, answer.text)


def test_the_contract_names_the_scopes_and_each_is_needed_somewhere(stack):
    contract = stack.admin.get("/openapi.json").json()["paths"]
    documented = {
        (method.upper(), path): {name for each in operation.get("security", ()) for name in each.get("key", ())}
        for path, operations in contract.items()
        for method, operation in operations.items()
        if method != "parameters"
    }
    in_force = {route: set(scopes) for route, scopes in SCOPES.items() if scopes}
    assert in_force == {route: scopes for route, scopes in documented.items() if scopes}
    assert set().union(*in_force.values()) == set(Scope)


def test_nothing_about_keys_sessions_settings_or_permissions_is_open_to_a_key():
    closed = ("/keys", "/me", "/auth", "/settings", "/setup", "/endpoints", "/audit")
    assert not [path for (_, path), scopes in SCOPES.items() if scopes and path.startswith(closed)]
    assert not SCOPES["PATCH", "/users/{user_id}"]


def test_a_program_makes_an_invite_and_reads_it(stack, key):
    http = stack.client(key("invites:create", "invites:read")["key"])
    made = http.post("/invites", json={"note": "by a program"})
    assert made.status_code == 201
    assert http.get(f"/invites/{made.json()['code']}").json()["note"] == "by a program"


def test_a_key_may_no_more_than_its_maker_at_that_moment(stack, key):
    maker = stack.member("create_invites")
    http = stack.client(make(stack, "invites:create", "people:read", http=maker.http)["key"])
    assert http.post("/invites", json={}).status_code == 201
    assert http.post("/invites", json={"usage_limit": 2}).json()["Code"] == "NotAllowed"
    assert http.get("/users").json()["Code"] == "NotAllowed"
    stack.admin.patch(f"/users/{maker.id}", json={"permissions": ["streamarr"]})
    assert http.post("/invites", json={}).json()["Code"] == "NotAllowed"


def test_keys_outlive_sessions_and_end_with_the_account(stack):
    maker = stack.member("create_invites")
    http = stack.client(make(stack, "invites:read", http=maker.http)["key"])
    assert maker.http.delete("/auth/sessions").status_code == 204
    assert http.get("/invites").status_code == 200
    assert stack.admin.delete(f"/users/{maker.id}").status_code == 204
    assert http.get("/invites").status_code == 401


def test_a_deleted_key_and_a_mistyped_one_open_nothing(stack):
    made = make(stack, "stats:read")
    assert stack.client(made["key"]).get("/stats").status_code == 200
    mistyped = made["key"][:-1] + ("a" if made["key"][-1] != "a" else "b")
    assert stack.client(mistyped).get("/stats").status_code == 401
    assert stack.admin.delete(f"/keys/{made['id']}").status_code == 204
    assert stack.client(made["key"]).get("/stats").status_code == 401


def test_a_key_is_shown_once_and_listed_with_its_last_use(stack, key):
    made = key("stats:read", expires_at="2099-01-01T00:00:00+01:00")
    assert made["expires_at"] == "2098-12-31T23:00:00.000000Z"
    assert made["last_used_at"] is None
    stack.client(made["key"]).get("/stats")
    (listed,) = [each for each in stack.admin.get("/keys").json()["keys"] if each["id"] == made["id"]]
    assert listed["last_used_at"]
    assert listed.keys() == made.keys() - {"key"}
    assert made["key"] not in stack.admin.get("/audit", params={"subject": f"key#{made['id']}"}).text


def test_a_key_that_asks_too_often_waits_and_no_other_does(stack, key):
    busy, other = (stack.client(key("stats:read")["key"]) for _ in range(2))
    answers = [busy.get("/seats") for _ in range(241)]  # two windows, should one end meanwhile
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert other.get("/stats").status_code == 200


def test_a_redemption_is_not_read_with_a_key(stack, key):
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    assert is_refused_to_a_key(stack.client(key("invites:read")["key"]).get(f"/redemptions/{redemption['id']}"))
