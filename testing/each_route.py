"""One typical request to each route, sent by the stack's people. Tests count its calls, the benchmark measures it."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from local.plex import demo
from testing.metering.calls import Call, counting
from testing.people import Stack, Visitor
from testing.planting import a_mixture, planted
from testing.rehearsal import eventually

Send = Callable[[], httpx.Response]
Scenario = Callable[[Stack], AbstractContextManager[Send]]

NOTHING_ELSE = nullcontext()

PASSWORD = "correct horse battery"

SCENARIOS: dict[str, Scenario] = {}
"""By route (``GET /invites/{code}``), followed by what is special about it (``, again``) where one is not enough."""


def walk(
    stack: Stack, name: str, *, units: bool = False, meanwhile: AbstractContextManager[Any] = NOTHING_ELSE
) -> list[Call]:
    """The calls that one request makes. What the request needs is made before, outside of ``meanwhile``."""
    with SCENARIOS[name](stack) as send, meanwhile, counting(units=units) as calls:
        answer = send()
    assert answer.is_success, f"{name}: {answer.text}"
    return calls


def route_of(name: str) -> str:
    return name.partition(",")[0]


def _scenario(name: str) -> Callable[[Callable[[Stack], Iterator[Send]]], None]:
    def register(scenario: Callable[[Stack], Iterator[Send]]) -> None:
        SCENARIOS[name] = contextmanager(scenario)

    return register


def _plain(*paths: str) -> None:
    """Routes that an admin simply reads."""

    def scenario(path):
        def prepared(stack):
            yield lambda: stack.admin.get(path)

        return prepared

    for path in paths:
        _scenario(f"GET {path}")(scenario(path))


_plain("/health", "/openapi.json", "/setup", "/stats", "/audit", "/settings", "/libraries", "/auth/me", "/redemptions")


@_scenario("GET /redemptions, in one state")
def _(stack):
    yield lambda: stack.admin.get("/redemptions", params={"state": "needs_attention"})


# Invitees


@_scenario("GET /signup")
def _(stack):
    address = f"{stack.origin}/signup?icode={stack.invite()}"
    yield lambda: stack.client().get(address)


@_scenario("HEAD /signup")
def _(stack):
    address = f"{stack.origin}/signup?icode={stack.invite()}"
    yield lambda: stack.client().head(address)


@_scenario("GET /signup.css")
def _(stack):
    yield lambda: stack.client().get(f"{stack.origin}/signup.css")


@_scenario("GET /signup.js")
def _(stack):
    yield lambda: stack.client().get(f"{stack.origin}/signup.js")


@_scenario("GET /signup/{code}")
def _(stack):
    code = stack.invite()
    yield lambda: stack.client().get(f"/signup/{code}")


@_scenario("POST /signup/{code}/plex")
def _(stack):
    code = stack.invite()
    yield lambda: stack.client().post(f"/signup/{code}/plex")


@_scenario("POST /signup/{code}/plex/{sign_in_id}, waiting")
def _(stack):
    visitor, code = stack.visitor(), stack.invite()
    sign_in_id = visitor.starts(code)["sign_in_id"]
    yield lambda: visitor.completes(code, sign_in_id)


@_scenario("POST /signup/{code}/plex/{sign_in_id}, claiming")
def _(stack):
    visitor, code = stack.visitor(), stack.invite()
    sign_in_id = visitor.signs_in(code)
    yield lambda: visitor.completes(code, sign_in_id)


@_scenario("POST /signup/{code}/plex/{sign_in_id}, again")
def _(stack):
    visitor, code = stack.visitor(), stack.invite()
    sign_in_id = visitor.signs_in(code)
    visitor.waits(visitor.completes(code, sign_in_id))
    yield lambda: visitor.completes(code, sign_in_id)


@_scenario("POST /signup/{code}/local")
def _(stack):
    code, number = stack.invite(), datetime.now(UTC).timestamp()
    who = {"email": f"l{number}@example.org", "username": f"local {number}", "password": PASSWORD}
    with _settings(stack, local_signin_enabled=True):
        yield lambda: stack.client().post(f"/signup/{code}/local", json=who)


@_scenario("GET /redemptions/{redemption_id}")
def _(stack):
    visitor, redeemed = _redeemed(stack)
    path, headers = f"/redemptions/{redeemed['redemption']['id']}", {"Authorization": f"Bearer {redeemed['token']}"}
    yield lambda: visitor.browser.get(path, headers=headers)


# Accounts


@_scenario("POST /setup")
def _(stack):
    yield lambda: stack.admin.post("/setup")


@_scenario("POST /setup/{sign_in_id}")
def _(stack):
    owner = {"id": demo.OWNER.id}
    started = stack.admin.post("/setup").json()
    stack.plex.approve(started["auth_url"], owner)
    yield lambda: stack.admin.post(f"/setup/{started['sign_in_id']}")


@_scenario("PUT /setup/server")
def _(stack):
    yield lambda: stack.admin.put("/setup/server", json={"machine_id": demo.MACHINE_ID})


@_scenario("POST /auth/plex")
def _(stack):
    yield lambda: stack.client().post("/auth/plex")


@_scenario("POST /auth/plex/{sign_in_id}")
def _(stack):
    account, browser = stack.plex.account(), stack.client()
    stack.member("streamarr", plex_id=account["id"], name=account["username"], email=account["email"])
    started = browser.post("/auth/plex").json()
    stack.plex.approve(started["auth_url"], account)
    yield lambda: browser.post(f"/auth/plex/{started['sign_in_id']}")


@_scenario("POST /auth/local")
def _(stack):
    with _local_account(stack) as (email, _):
        yield lambda: stack.client().post("/auth/local", json={"email": email, "password": PASSWORD})


@_scenario("PUT /me/password")
def _(stack):
    with _local_account(stack) as (_, http):
        yield lambda: http.put("/me/password", json={"old": PASSWORD, "new": f"{PASSWORD} again"})


@_scenario("GET /me/sessions")
def _(stack):
    member = stack.member("streamarr")
    yield lambda: member.http.get("/me/sessions")


@_scenario("DELETE /me/sessions/{session_id}")
def _(stack):
    member = stack.member("streamarr")
    (listed,) = member.http.get("/me/sessions").json()["sessions"]
    yield lambda: member.http.delete(f"/me/sessions/{listed['id']}")


@_scenario("POST /users/{user_id}/password-reset")
def _(stack):
    with _local_account(stack) as (_, http):
        user_id = http.get("/auth/me").json()["user"]["id"]
        yield lambda: stack.admin.post(f"/users/{user_id}/password-reset")


@_scenario("PUT /auth/password/{token}")
def _(stack):
    with _local_account(stack) as (_, http):
        user_id = http.get("/auth/me").json()["user"]["id"]
        token = stack.admin.post(f"/users/{user_id}/password-reset").json()["url"].partition("#")[2]
        yield lambda: stack.client().put(f"/auth/password/{token}", json={"new": f"{PASSWORD} again"})


@_scenario("DELETE /auth/session")
def _(stack):
    member = stack.member("streamarr")
    yield lambda: member.http.delete("/auth/session")


@_scenario("DELETE /auth/sessions")
def _(stack):
    member = stack.member("streamarr")
    yield lambda: member.http.delete("/auth/sessions")


@_scenario("GET /me/export")
def _(stack):
    _, http = _joined(stack)
    yield lambda: http.get("/me/export")


@_scenario("DELETE /me")
def _(stack):
    member = stack.member("streamarr")
    yield lambda: member.http.delete("/me")


# Admins


@_scenario("GET /invites")
def _(stack):
    """A full page of one's own."""
    with _many_invites(stack) as inviter:
        yield lambda: inviter.http.get("/invites")


@_scenario("GET /invites, of all creators")
def _(stack):
    with _many_invites(stack):
        yield lambda: stack.admin.get("/invites")


@_scenario("GET /invites, active")
def _(stack):
    with _many_invites(stack) as inviter:
        yield lambda: inviter.http.get("/invites", params={"status": "active"})


@_scenario("GET /invites, expired")
def _(stack):
    with _many_invites(stack) as inviter:
        yield lambda: inviter.http.get("/invites", params={"status": "expired"})


@_scenario("GET /invites, searched")
def _(stack):
    with _many_invites(stack) as inviter:
        yield lambda: inviter.http.get("/invites", params={"q": "cousins"})


@_scenario("GET /invites, with redeemers")
def _(stack):
    inviter, visitor = stack.member("create_invites"), stack.visitor()
    visitor.waits(visitor.redeems(inviter.http.post("/invites", json={}).json()["code"]))
    yield lambda: inviter.http.get("/invites")


@_scenario("POST /invites")
def _(stack):
    inviter = stack.member("create_invites")
    yield lambda: inviter.http.post("/invites", json={"note": "For the cousins"})


@_scenario("POST /invites, with all options")
def _(stack):
    inviter, expiry = stack.member("manage_invites"), {"value": 2, "unit": "weeks"}
    options = {"usage_limit": 5, "expires_in": expiry, "libraries": "all", "downloads": True, "note": "For the cousins"}
    yield lambda: inviter.http.post("/invites", json=options)


@_scenario("GET /invites/{code}")
def _(stack):
    _, redeemed = _redeemed(stack)
    code = redeemed["redemption"]["code"]
    yield lambda: stack.admin.get(f"/invites/{code}")


@_scenario("PATCH /invites/{code}")
def _(stack):
    code = stack.invite()
    yield lambda: stack.admin.patch(f"/invites/{code}", json={"note": "For the neighbours"})


@_scenario("PATCH /invites/{code}, expiry")
def _(stack):
    code = stack.invite()
    changes = {"expires_in": {"value": 3, "unit": "days"}}
    yield lambda: stack.admin.patch(f"/invites/{code}", json=changes)


@_scenario("PATCH /invites/{code}, switch")
def _(stack):
    code = stack.invite()
    yield lambda: stack.admin.patch(f"/invites/{code}", json={"enabled": False})


@_scenario("DELETE /invites/{code}")
def _(stack):
    code = stack.invite()
    yield lambda: stack.admin.delete(f"/invites/{code}")


@_scenario("GET /invites/{code}/redemptions")
def _(stack):
    _, redeemed = _redeemed(stack)
    code = redeemed["redemption"]["code"]
    yield lambda: stack.admin.get(f"/invites/{code}/redemptions")


@_scenario("GET /invites/{code}/qr, drawn")
def _(stack):
    code = stack.invite()
    yield lambda: stack.admin.get(f"/invites/{code}/qr")


@_scenario("GET /invites/{code}/qr, again")
def _(stack):
    code = stack.invite()
    assert stack.admin.get(f"/invites/{code}/qr").is_success
    yield lambda: stack.admin.get(f"/invites/{code}/qr")


@_scenario("DELETE /invites/{code}/qr")
def _(stack):
    code = stack.invite()
    assert stack.admin.get(f"/invites/{code}/qr").is_success
    yield lambda: stack.admin.delete(f"/invites/{code}/qr")


@_scenario("POST /redemptions/{redemption_id}/retry")
def _(stack):
    visitor = stack.visitor(stack.plex.account(confirmed=False))
    redemption = visitor.waits(visitor.redeems(stack.invite()), until=("needs_attention",))
    yield lambda: stack.admin.post(f"/redemptions/{redemption['id']}/retry")


@_scenario("GET /users")
def _(stack):
    yield lambda: stack.admin.get("/users", params={"limit": 25})


@_scenario("GET /users, by the end of access")
def _(stack):
    _ending(stack, asked=False)
    yield lambda: stack.admin.get("/users", params={"ends": "any", "limit": 25})


@_scenario("GET /users/{user_id}")
def _(stack):
    member = stack.member("create_invites")
    yield lambda: stack.admin.get(f"/users/{member.id}")


@_scenario("PATCH /users/{user_id}")
def _(stack):
    member = stack.member("create_invites")
    changes = {"permissions": ["create_invites", "advanced_invites"]}
    yield lambda: stack.admin.patch(f"/users/{member.id}", json=changes)


@_scenario("GET /users/{user_id}/access")
def _(stack):
    user_id, _ = _joined(stack)
    yield lambda: stack.admin.get(f"/users/{user_id}/access")


@_scenario("PATCH /users/{user_id}/access")
def _(stack):
    user_id, _ = _joined(stack)
    version = stack.admin.get(f"/users/{user_id}/access").json()["version"]
    yield lambda: stack.admin.patch(f"/users/{user_id}/access", json={"version": version, "libraries": "all"})


@_scenario("POST /users/{user_id}/access/restore")
def _(stack):
    user_id, _ = _joined(stack)
    yield lambda: stack.admin.post(f"/users/{user_id}/access/restore", json={"version": 1})


@_scenario("POST /users/{user_id}/access/accept")
def _(stack):
    user_id, _ = _joined(stack)
    yield lambda: stack.admin.post(f"/users/{user_id}/access/accept", json={"version": 1})


@_scenario("POST /users/{user_id}/access/suspend")
def _(stack):
    user_id, _ = _joined(stack)
    yield lambda: stack.admin.post(f"/users/{user_id}/access/suspend", json={"version": 1})


@_scenario("POST /users/{user_id}/access/resume")
def _(stack):
    user_id, _ = _joined(stack)
    stack.admin.post(f"/users/{user_id}/access/suspend", json={"version": 1})
    while stack.admin.get(f"/users/{user_id}/access").json()["work"]:
        time.sleep(0.1)  # between two looks
    yield lambda: stack.admin.post(f"/users/{user_id}/access/resume", json={"version": 2})


@_scenario("POST /users/{user_id}/access/extend")
def _(stack):
    user_id, _ = _joined(stack)
    by = {"value": 1, "unit": "months"}
    yield lambda: stack.admin.post(f"/users/{user_id}/access/extend", json={"by": by})


def _ending(stack, *, asked=True):
    """The account's id and client of a member whose access ends, and who has asked for more time."""
    code, visitor = stack.invite(access_for={"value": 1, "unit": "months"}), stack.visitor()
    answer = visitor.redeems(code)
    redemption = visitor.waits(answer)
    http = stack.client(answer.json()["token"])
    while stack.admin.get(f"/users/{redemption['user']['id']}/access").json()["ends_at"] is None:
        time.sleep(0.1)  # between two looks
    if asked:
        http.post("/me/extension", json={"message": "please"}).raise_for_status()
    return redemption["user"]["id"], http


@_scenario("POST /me/extension")
def _(stack):
    _, http = _ending(stack, asked=False)
    yield lambda: http.post("/me/extension", json={"message": "please"})


@_scenario("GET /extensions")
def _(stack):
    _ending(stack)
    yield lambda: stack.admin.get("/extensions")


@_scenario("POST /extensions/{user_id}/approve")
def _(stack):
    user_id, _ = _ending(stack)
    yield lambda: stack.admin.post(f"/extensions/{user_id}/approve", json={"by": {"value": 1, "unit": "months"}})


@_scenario("POST /extensions/{user_id}/refuse")
def _(stack):
    user_id, _ = _ending(stack)
    yield lambda: stack.admin.post(f"/extensions/{user_id}/refuse", json={"message": "not this time"})


@_scenario("POST /users/{user_id}/access/delete-profile")
def _(stack):
    code, number = stack.invite(plex_home=True), datetime.now(UTC).timestamp()
    who = {"email": f"h{number}@example.org", "username": f"at home {number}", "password": PASSWORD}
    with _settings(stack, local_signin_enabled=True):
        redeemed = stack.client().post(f"/signup/{code}/local", json=who).json()
    stack.visitor().follows(redeemed, until=("done",), seconds=30)
    path = f"/users/{redeemed['redemption']['user']['id']}"
    stack.admin.delete(path)
    while (access := stack.admin.get(f"{path}/access").json())["state"] != "closed" or access["work"]:
        time.sleep(0.1)  # between two looks
    yield lambda: stack.admin.post(f"{path}/access/delete-profile", json={"version": access["version"]})


@_scenario("GET /access")
def _(stack):
    _joined(stack)
    yield lambda: stack.admin.get("/access")


@_scenario("GET /seats")
def _(stack):
    yield lambda: stack.admin.get("/seats")


@_scenario("POST /access/bulk")
def _(stack):
    user_id, _ = _joined(stack)
    yield lambda: stack.admin.post("/access/bulk", json={"user_ids": [user_id], "action": "restore"})


@_scenario("GET /batches/{batch_id}")
def _(stack):
    user_id, _ = _joined(stack)
    asked = stack.admin.post("/access/bulk", json={"user_ids": [user_id], "action": "restore"}).json()
    yield lambda: stack.admin.get(f"/batches/{asked['batch_id']}")


@_scenario("POST /access/look")
def _(stack):
    yield lambda: stack.admin.post("/access/look", json={})


@_scenario("GET /access/look")
def _(stack):
    yield lambda: stack.admin.get("/access/look")


@_scenario("GET /access/looks/{look_id}")
def _(stack):
    look_id = stack.admin.post("/access/look", json={}).json()["look_id"]
    yield lambda: stack.admin.get(f"/access/looks/{look_id}")


@_scenario("GET /access/unknown")
def _(stack):
    _stranger(stack)
    yield lambda: stack.admin.get("/access/unknown")


@_scenario("POST /access/adopt")
def _(stack):
    plex_id = _stranger(stack)
    yield lambda: stack.admin.post("/access/adopt", json={"plex_ids": [plex_id]})


def _stranger(stack):
    """The Plex id of a person who was there before, and whom a look has noted."""
    account = stack.plex.account()
    share = {"machine_id": demo.MACHINE_ID, "account_id": account["id"], "section_ids": [demo.MOVIES]}
    assert stack.plex.control.post("/_standin/shares", json=share).is_success
    stack.looks_at_everybody()
    return account["id"]


@_scenario("GET /me/access")
def _(stack):
    _, client = _joined(stack)
    yield lambda: client.get("/me/access")


def _joined(stack):
    """The account of a person who joined, and their client."""
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite())
    redemption = visitor.waits(answer)
    return redemption["user"]["id"], stack.client(answer.json()["token"])


@_scenario("DELETE /users/{user_id}")
def _(stack):
    member = stack.member("create_invites")
    yield lambda: stack.admin.delete(f"/users/{member.id}")


@contextmanager
def _endpoint(stack):
    """One that hears of nothing that happens here; gives its path."""
    wanted = {"name": "Trial", "events": ["trial.ended"], "url": f"{stack.running.inbox_url}/webhook"}
    answer = stack.admin.post("/endpoints", json=wanted)
    assert answer.is_success, answer.text
    path = f"/endpoints/{answer.json()['id']}"
    try:
        yield path
    finally:
        stack.admin.delete(path)


def _key(stack):
    return stack.admin.post("/keys", json={"name": "Trial", "scopes": ["stats:read"]})


@_scenario("GET /keys")
def _(stack):
    yield lambda: stack.admin.get("/keys")


@_scenario("POST /keys")
def _(stack):
    made = []

    def make():
        made.append(_key(stack))
        return made[-1]

    yield make
    stack.admin.delete(f"/keys/{made[-1].json()['id']}")


@_scenario("DELETE /keys/{key_id}")
def _(stack):
    path = f"/keys/{_key(stack).json()['id']}"
    yield lambda: stack.admin.delete(path)


@_scenario("GET /endpoints")
def _(stack):
    yield lambda: stack.admin.get("/endpoints")


@_scenario("POST /endpoints")
def _(stack):
    made = []
    wanted = {"name": "Trial", "events": ["trial.ended"], "url": f"{stack.running.inbox_url}/webhook"}

    def send():
        made.append(stack.admin.post("/endpoints", json=wanted))
        return made[-1]

    yield send
    stack.admin.delete(f"/endpoints/{made[-1].json()['id']}")


@_scenario("GET /endpoints/{endpoint_id}")
def _(stack):
    with _endpoint(stack) as path:
        yield lambda: stack.admin.get(path)


@_scenario("PATCH /endpoints/{endpoint_id}")
def _(stack):
    with _endpoint(stack) as path:
        yield lambda: stack.admin.patch(path, json={"name": "Another"})


@_scenario("DELETE /endpoints/{endpoint_id}")
def _(stack):
    with _endpoint(stack) as path:
        yield lambda: stack.admin.delete(path)


@_scenario("POST /endpoints/{endpoint_id}/test")
def _(stack):
    with _endpoint(stack) as path:
        yield lambda: stack.admin.post(f"{path}/test", json={})


@_scenario("POST /endpoints/{endpoint_id}/rotate")
def _(stack):
    with _endpoint(stack) as path:
        yield lambda: stack.admin.post(f"{path}/rotate", json={})


@_scenario("GET /endpoints/{endpoint_id}/deliveries")
def _(stack):
    with _endpoint(stack) as path:
        yield lambda: stack.admin.get(f"{path}/deliveries")


@_scenario("POST /deliveries/{delivery_id}/replay")
def _(stack):
    with _endpoint(stack) as path:
        delivery = stack.admin.post(f"{path}/test", json={}).json()["id"]
        eventually(lambda: stack.admin.get(f"{path}/deliveries").json()["deliveries"][0]["state"] == "delivered")
        yield lambda: stack.admin.post(f"/deliveries/{delivery}/replay", json={})


@_scenario("PATCH /settings")
def _(stack):
    title = stack.admin.get("/settings").json()["application_title"]
    yield lambda: stack.admin.patch("/settings", json={"application_title": f"{title}!"})
    assert stack.admin.patch("/settings", json={"application_title": title}).is_success


@_scenario("POST /libraries/refresh")
def _(stack):
    yield lambda: stack.admin.post("/libraries/refresh")


def _redeemed(stack: Stack) -> tuple[Visitor, dict[str, Any]]:
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite())
    visitor.waits(answer)
    return visitor, answer.json()


@contextmanager
def _local_account(stack: Stack):
    """An account with a password: its address, and its client."""
    code, number = stack.invite(), datetime.now(UTC).timestamp()
    who = {"email": f"l{number}@example.org", "username": f"local {number}", "password": PASSWORD}
    with _settings(stack, local_signin_enabled=True):
        joined = stack.client().post(f"/signup/{code}/local", json=who)
        assert joined.is_success, joined.text
        yield who["email"], stack.client(joined.json()["token"])


@contextmanager
def _many_invites(stack: Stack):
    """Newer than all others, so that the list of all invites begins with them."""
    inviter, now = stack.member("create_invites"), datetime.now(UTC)
    with planted(a_mixture(120, inviter.user.person, now + timedelta(days=4000), now), now):
        yield inviter


@contextmanager
def _settings(stack: Stack, **wanted):
    before = stack.admin.get("/settings").json()
    assert stack.admin.patch("/settings", json=wanted).is_success
    try:
        yield
    finally:
        assert stack.admin.patch("/settings", json={name: before[name] for name in wanted}).is_success
