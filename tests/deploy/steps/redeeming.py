"""How redemptions end: well, after a failure of Plex, or refused."""

from typing import Any

import httpx

from local.plex import demo
from testing.deployed_stage import DeployedStage, ok
from testing.people import Visitor
from testing.rehearsal import eventually

PASSWORD = "correct horse battery staple"


def a_person_redeems(stage: DeployedStage) -> None:
    """The main job: an invite, a sign-in with Plex, exactly the granted libraries, each step on the page."""
    stack, visitor = stage.stack, stage.stack.visitor()
    code = stack.invite(libraries=[str(demo.MOVIES), str(demo.MUSIC)], downloads=True)
    page = visitor.browser.get(f"{stack.origin}/signup", params={"icode": code})
    assert "Movies" in ok(page).text
    assert ok(visitor.browser.head(f"{stack.origin}/signup", params={"icode": code})).content == b""
    for part in ("signup.css", "signup.js"):
        ok(visitor.browser.get(f"{stack.origin}/{part}"))
    assert ok(visitor.browser.get(f"/signup/{code}")).json()["libraries"]
    redemption = stage.finished(visitor, visitor.redeems(code))
    (share,) = stack.plex.shares(visitor.account)
    assert sorted(share["section_ids"]) == [demo.MOVIES, demo.MUSIC]
    assert share["accepted"]
    assert [step["state"] for step in redemption["steps"]] == ["done", "done", "done"]
    assert stack.shown(code)["status"] == "redeemed"


def a_person_joins_without_plex(stage: DeployedStage) -> None:
    person = stage.stack.visitor()
    _joins_without_plex(stage, person)
    credentials = {"email": person.account["email"], "password": PASSWORD}
    mine = stage.stack.client(ok(stage.stack.client().post("/auth/local", json=credentials)).json()["token"])
    ok(mine.get("/auth/me"))
    ok(mine.delete("/auth/session"))
    assert mine.get("/auth/me").status_code == 401


def a_person_sees_to_their_password_and_sessions(stage: DeployedStage) -> None:
    """Changed by themselves, then lost, and set anew by an admin's link; a session ended from another device."""
    person, stack = stage.stack.visitor(), stage.stack
    joined = _joins_without_plex(stage, person).json()
    mine, changed = stack.client(joined["token"]), f"{PASSWORD} changed"
    ok(mine.put("/me/password", json={"old": PASSWORD, "new": changed}))
    link = ok(stack.admin.post(f"/users/{joined['redemption']['user']['id']}/password-reset")).json()["url"]
    ok(stack.client().put(f"/auth/password/{link.partition('#')[2]}", json={"new": PASSWORD}))
    assert mine.get("/auth/me").status_code == 401
    credentials = {"email": person.account["email"], "password": PASSWORD}
    tokens = [ok(stack.client().post("/auth/local", json=credentials)).json()["token"] for _ in range(2)]
    mine, other = (stack.client(token) for token in tokens)
    for session in ok(mine.get("/me/sessions")).json()["sessions"]:
        if not session["current"]:
            ok(mine.delete(f"/me/sessions/{session['id']}"))
    assert (mine.get("/auth/me").status_code, other.get("/auth/me").status_code) == (200, 401)


def a_person_who_left_comes_back(stage: DeployedStage) -> None:
    """To the same account, by a new invite, once Plex showed that nothing was left."""
    stack, visitor = stage.stack, stage.stack.visitor()
    joined = visitor.redeems(stack.invite())
    before = stage.finished(visitor, joined)
    ok(stack.client(joined.json()["token"]).delete("/me"))
    again = eventually(lambda: _redeems_unless_ending(stage, visitor))
    after = stage.finished(visitor, again)
    assert after["user"]["id"] == before["user"]["id"]
    (share,) = stack.plex.shares(visitor.account)
    assert share["accepted"]


def a_profile_in_the_home_is_deleted(stage: DeployedStage) -> None:
    """That of an account without Plex, once it was closed and an admin says so."""
    person, admin = stage.stack.visitor(), stage.stack.admin
    joined = _joins_without_plex(stage, person, plex_home=True)
    path = f"/users/{stage.finished(person, joined)['user']['id']}"
    ok(admin.delete(path))
    closed = stage.eventually(lambda: _rests(stage, path))
    ok(admin.post(f"{path}/access/delete-profile", json={"version": closed["version"]}))
    stage.eventually(lambda: not ok(admin.get(f"{path}/access")).json()["managed_profile"])


def _rests(stage: DeployedStage, path: str) -> dict[str, Any] | None:
    access: dict[str, Any] = ok(stage.stack.admin.get(f"{path}/access")).json()
    return access if access["state"] == "closed" and access["work"] is None else None


def _redeems_unless_ending(stage: DeployedStage, visitor: Visitor) -> httpx.Response | None:
    answer = visitor.redeems(stage.stack.invite())
    return None if answer.status_code == 409 and answer.json()["Code"] == "AccessEnding" else answer


def a_person_without_plex_links_it_later(stage: DeployedStage) -> None:
    """The grant follows; the password, which a stranger could have set for that address, is void from then on."""
    person = stage.stack.visitor()
    joined = _joins_without_plex(stage, person)
    assert joined.json()["redemption"]["reason"]["Code"] == "LinkPlex"
    started = ok(person.browser.post("/auth/plex")).json()
    stage.stack.plex.approve(started["auth_url"], person.account)
    linked = ok(person.browser.post(f"/auth/plex/{started['sign_in_id']}")).json()
    assert linked["user"]["id"] == joined.json()["redemption"]["user"]["id"]
    stage.finished(person, joined)
    (share,) = stage.stack.plex.shares(person.account)
    assert share["accepted"]
    credentials = {"email": person.account["email"], "password": PASSWORD}
    assert stage.stack.client().post("/auth/local", json=credentials).status_code == 401


def plex_fails_once(stage: DeployedStage) -> None:
    """The message is postponed, not lost; it comes again."""
    visitor = stage.stack.visitor()
    stage.stack.plex.fault(method="POST", path=".*shared_servers.*", kind="status", status=503, retry_after="1")
    stage.finished(visitor, visitor.redeems(stage.stack.invite()))


def plex_refuses(stage: DeployedStage) -> None:
    """The use is given back and the account closed."""
    stack, visitor = stage.stack, stage.stack.visitor()
    code = stack.invite()
    stack.plex.fault(method="POST", path=".*shared_servers.*", kind="status", status=403, times=5)
    answer = visitor.redeems(code)
    stage.finished(visitor, answer, "failed")
    stack.plex.control.delete("/_standin/faults")
    assert stack.shown(code)["uses"] == 0


def what_was_lost_is_sent_again(stage: DeployedStage) -> None:
    """A message is gone although the work is not done; the sweep sends it anew."""
    visitor = stage.stack.visitor()
    with stage.queue_unread():
        redeemed = visitor.redeems(stage.stack.invite())
        assert redeemed.status_code == 202, redeemed.text
        stage.lose_all_messages()
        stage.set("access", {"user_id": redeemed.json()["redemption"]["user"]["id"]}, due_at={"N": "1"})
        stage.invoke("sweep")
    stage.finished(visitor, redeemed)


def a_manager_tries_again(stage: DeployedStage) -> None:
    visitor = stage.stack.visitor()
    with stage.queue_unread():
        redeemed = visitor.redeems(stage.stack.invite())
        stage.lose_all_messages()
        ok(stage.stack.admin.post(f"/redemptions/{redeemed.json()['redemption']['id']}/retry"))
    stage.finished(visitor, redeemed)


def _joins_without_plex(stage: DeployedStage, person: Visitor, **options: Any) -> httpx.Response:
    request = {"email": person.account["email"], "username": person.account["username"], "password": PASSWORD}
    joined = person.browser.post(f"/signup/{stage.stack.invite(**options)}/local", json=request)
    assert joined.status_code == 202, joined.text
    return joined
