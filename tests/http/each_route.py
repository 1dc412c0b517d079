"""One telling request to each route, made by the house's people: what counting and measuring walk through."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from local.plex import demo
from tests.adapters.planting import a_mixture, planted
from tests.metering.calls import Call, counting
from tests.people import House, Visitor

Send = Callable[[], httpx.Response]
Scene = Callable[[House], AbstractContextManager[Send]]

NOTHING_ELSE = nullcontext()

PASSWORD = "correct horse battery"

SCENES: dict[str, Scene] = {}
"""By route (``GET /invites/{code}``), followed by what is special about it (``, again``) where one is not enough."""


def walk(
    house: House, name: str, *, units: bool = False, meanwhile: AbstractContextManager[Any] = NOTHING_ELSE
) -> list[Call]:
    """The calls that one request makes; whatever has to be there first is not among them, nor in ``meanwhile``."""
    with SCENES[name](house) as send, meanwhile, counting(units=units) as calls:
        answer = send()
    assert answer.is_success, f"{name}: {answer.text}"
    return calls


def route_of(name: str) -> str:
    return name.partition(",")[0]


def _scene(name: str) -> Callable[[Callable[[House], Iterator[Send]]], None]:
    def register(scene: Callable[[House], Iterator[Send]]) -> None:
        SCENES[name] = contextmanager(scene)

    return register


def _plain(*paths: str) -> None:
    """Routes that an admin simply reads."""

    def scene(path):
        def prepared(house):
            yield lambda: house.admin.get(path)

        return prepared

    for path in paths:
        _scene(f"GET {path}")(scene(path))


_plain("/health", "/openapi.json", "/setup", "/stats", "/audit", "/settings", "/libraries", "/auth/me", "/redemptions")


@_scene("GET /redemptions, in one state")
def _(house):
    yield lambda: house.admin.get("/redemptions", params={"state": "needs_attention"})


# Invitees


@_scene("GET /signup")
def _(house):
    address = f"{house.origin}/signup?icode={house.invite()}"
    yield lambda: house.client().get(address)


@_scene("GET /signup.css")
def _(house):
    yield lambda: house.client().get(f"{house.origin}/signup.css")


@_scene("GET /signup.js")
def _(house):
    yield lambda: house.client().get(f"{house.origin}/signup.js")


@_scene("GET /signup/{code}")
def _(house):
    code = house.invite()
    yield lambda: house.client().get(f"/signup/{code}")


@_scene("POST /signup/{code}/plex")
def _(house):
    code = house.invite()
    yield lambda: house.client().post(f"/signup/{code}/plex")


@_scene("POST /signup/{code}/plex/{sign_in_id}, waiting")
def _(house):
    visitor, code = house.visitor(), house.invite()
    sign_in_id = visitor.starts(code)["sign_in_id"]
    yield lambda: visitor.completes(code, sign_in_id)


@_scene("POST /signup/{code}/plex/{sign_in_id}, claiming")
def _(house):
    visitor, code = house.visitor(), house.invite()
    sign_in_id = visitor.signs_in(code)
    yield lambda: visitor.completes(code, sign_in_id)


@_scene("POST /signup/{code}/plex/{sign_in_id}, again")
def _(house):
    visitor, code = house.visitor(), house.invite()
    sign_in_id = visitor.signs_in(code)
    visitor.waits(visitor.completes(code, sign_in_id))
    yield lambda: visitor.completes(code, sign_in_id)


@_scene("POST /signup/{code}/local")
def _(house):
    code, number = house.invite(), datetime.now(UTC).timestamp()
    who = {"email": f"l{number}@example.org", "username": f"local {number}", "password": PASSWORD}
    with _settings(house, local_signin_enabled=True):
        yield lambda: house.client().post(f"/signup/{code}/local", json=who)


@_scene("GET /redemptions/{redemption_id}")
def _(house):
    visitor, redeemed = _redeemed(house)
    path, headers = f"/redemptions/{redeemed['redemption']['id']}", {"Authorization": f"Bearer {redeemed['token']}"}
    yield lambda: visitor.browser.get(path, headers=headers)


# Accounts


@_scene("POST /setup")
def _(house):
    yield lambda: house.admin.post("/setup")


@_scene("POST /setup/{sign_in_id}")
def _(house):
    owner = {"id": demo.OWNER.id}
    started = house.admin.post("/setup").json()
    house.plex.approve(started["auth_url"], owner)
    yield lambda: house.admin.post(f"/setup/{started['sign_in_id']}")


@_scene("PUT /setup/server")
def _(house):
    yield lambda: house.admin.put("/setup/server", json={"machine_id": demo.MACHINE_ID})


@_scene("POST /auth/plex")
def _(house):
    yield lambda: house.client().post("/auth/plex")


@_scene("POST /auth/plex/{sign_in_id}")
def _(house):
    account, browser = house.plex.account(), house.client()
    house.member("streamarr", plex_id=account["id"], name=account["username"])
    started = browser.post("/auth/plex").json()
    house.plex.approve(started["auth_url"], account)
    yield lambda: browser.post(f"/auth/plex/{started['sign_in_id']}")


@_scene("POST /auth/local")
def _(house):
    code, number = house.invite(), datetime.now(UTC).timestamp()
    who = {"email": f"l{number}@example.org", "username": f"local {number}", "password": PASSWORD}
    with _settings(house, local_signin_enabled=True):
        assert house.client().post(f"/signup/{code}/local", json=who).is_success
        asked = {"email": who["email"], "password": PASSWORD}
        yield lambda: house.client().post("/auth/local", json=asked)


@_scene("DELETE /auth/session")
def _(house):
    member = house.member("streamarr")
    yield lambda: member.http.delete("/auth/session")


@_scene("DELETE /auth/sessions")
def _(house):
    member = house.member("streamarr")
    yield lambda: member.http.delete("/auth/sessions")


@_scene("DELETE /auth/account")
def _(house):
    member = house.member("streamarr")
    yield lambda: member.http.delete("/auth/account")


# Admins


@_scene("GET /invites")
def _(house):
    """A full page of one's own."""
    with _many_invites(house) as inviter:
        yield lambda: inviter.http.get("/invites")


@_scene("GET /invites, everybody's")
def _(house):
    with _many_invites(house):
        yield lambda: house.admin.get("/invites")


@_scene("GET /invites, active")
def _(house):
    with _many_invites(house) as inviter:
        yield lambda: inviter.http.get("/invites", params={"status": "active"})


@_scene("GET /invites, expired")
def _(house):
    with _many_invites(house) as inviter:
        yield lambda: inviter.http.get("/invites", params={"status": "expired"})


@_scene("GET /invites, searched")
def _(house):
    with _many_invites(house) as inviter:
        yield lambda: inviter.http.get("/invites", params={"q": "cousins"})


@_scene("GET /invites, with redeemers")
def _(house):
    inviter, visitor = house.member("create_invites"), house.visitor()
    visitor.waits(visitor.redeems(inviter.http.post("/invites", json={}).json()["code"]))
    yield lambda: inviter.http.get("/invites")


@_scene("POST /invites")
def _(house):
    inviter = house.member("create_invites")
    yield lambda: inviter.http.post("/invites", json={"note": "For the cousins"})


@_scene("POST /invites, with all wishes")
def _(house):
    inviter, expiry = house.member("manage_invites"), {"value": 2, "unit": "weeks"}
    wishes = {"usage_limit": 5, "expires_in": expiry, "libraries": "all", "downloads": True, "note": "For the cousins"}
    yield lambda: inviter.http.post("/invites", json=wishes)


@_scene("GET /invites/{code}")
def _(house):
    _, redeemed = _redeemed(house)
    code = redeemed["redemption"]["code"]
    yield lambda: house.admin.get(f"/invites/{code}")


@_scene("PATCH /invites/{code}")
def _(house):
    code = house.invite()
    yield lambda: house.admin.patch(f"/invites/{code}", json={"note": "For the neighbours"})


@_scene("PATCH /invites/{code}, expiry")
def _(house):
    code = house.invite()
    changes = {"expires_in": {"value": 3, "unit": "days"}}
    yield lambda: house.admin.patch(f"/invites/{code}", json=changes)


@_scene("PATCH /invites/{code}, switch")
def _(house):
    code = house.invite()
    yield lambda: house.admin.patch(f"/invites/{code}", json={"enabled": False})


@_scene("DELETE /invites/{code}")
def _(house):
    code = house.invite()
    yield lambda: house.admin.delete(f"/invites/{code}")


@_scene("GET /invites/{code}/redemptions")
def _(house):
    _, redeemed = _redeemed(house)
    code = redeemed["redemption"]["code"]
    yield lambda: house.admin.get(f"/invites/{code}/redemptions")


@_scene("GET /invites/{code}/qr, drawn")
def _(house):
    code = house.invite()
    yield lambda: house.admin.get(f"/invites/{code}/qr")


@_scene("GET /invites/{code}/qr, again")
def _(house):
    code = house.invite()
    assert house.admin.get(f"/invites/{code}/qr").is_success
    yield lambda: house.admin.get(f"/invites/{code}/qr")


@_scene("DELETE /invites/{code}/qr")
def _(house):
    code = house.invite()
    assert house.admin.get(f"/invites/{code}/qr").is_success
    yield lambda: house.admin.delete(f"/invites/{code}/qr")


@_scene("POST /redemptions/{redemption_id}/retry")
def _(house):
    visitor = house.visitor(house.plex.account(confirmed=False))
    redemption = visitor.waits(visitor.redeems(house.invite()), until=("needs_attention",))
    yield lambda: house.admin.post(f"/redemptions/{redemption['id']}/retry")


@_scene("GET /users")
def _(house):
    yield lambda: house.admin.get("/users", params={"limit": 25})


@_scene("GET /users/{user_id}")
def _(house):
    member = house.member("create_invites")
    yield lambda: house.admin.get(f"/users/{member.id}")


@_scene("PATCH /users/{user_id}")
def _(house):
    member = house.member("create_invites")
    changes = {"permissions": ["create_invites", "advanced_invites"]}
    yield lambda: house.admin.patch(f"/users/{member.id}", json=changes)


@_scene("DELETE /users/{user_id}")
def _(house):
    member = house.member("create_invites")
    yield lambda: house.admin.delete(f"/users/{member.id}")


@_scene("PATCH /settings")
def _(house):
    title = house.admin.get("/settings").json()["application_title"]
    yield lambda: house.admin.patch("/settings", json={"application_title": f"{title}!"})
    assert house.admin.patch("/settings", json={"application_title": title}).is_success


@_scene("POST /libraries/refresh")
def _(house):
    yield lambda: house.admin.post("/libraries/refresh")


def _redeemed(house: House) -> tuple[Visitor, dict[str, Any]]:
    visitor = house.visitor()
    answer = visitor.redeems(house.invite())
    visitor.waits(answer)
    return visitor, answer.json()


@contextmanager
def _many_invites(house: House):
    """Newer than all others, so that everybody's list begins with them."""
    inviter, now = house.member("create_invites"), datetime.now(UTC)
    with planted(a_mixture(120, inviter.user.person, now + timedelta(days=1), now), now):
        yield inviter


@contextmanager
def _settings(house: House, **wanted):
    before = house.admin.get("/settings").json()
    assert house.admin.patch("/settings", json=wanted).is_success
    try:
        yield
    finally:
        assert house.admin.patch("/settings", json={name: before[name] for name in wanted}).is_success
