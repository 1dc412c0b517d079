"""What becomes of a redemption: the good end, and every way round to it."""

import httpx

from local.plex import demo
from testing.people import Visitor
from testing.stay import Stay, ok

PASSWORD = "correct horse battery staple"


def a_person_redeems(stay: Stay) -> None:
    """The main job: an invite, a sign-in with Plex, exactly the granted libraries, each step on the page."""
    stack, visitor = stay.stack, stay.stack.visitor()
    code = stack.invite(libraries=[str(demo.MOVIES), str(demo.MUSIC)], downloads=True)
    page = visitor.browser.get(f"{stack.origin}/signup", params={"icode": code})
    assert "Movies" in ok(page).text
    for part in ("signup.css", "signup.js"):
        ok(visitor.browser.get(f"{stack.origin}/{part}"))
    assert ok(visitor.browser.get(f"/signup/{code}")).json()["libraries"]
    redemption = stay.finished(visitor, visitor.redeems(code))
    (share,) = stack.plex.shares(visitor.account)
    assert sorted(share["section_ids"]) == [demo.MOVIES, demo.MUSIC]
    assert share["accepted"]
    assert [step["state"] for step in redemption["steps"]] == ["done", "done", "done"]
    assert stack.shown(code)["status"] == "redeemed"


def somebody_joins_without_plex(stay: Stay) -> None:
    person = stay.stack.visitor()
    _joins_without_plex(stay, person)
    credentials = {"email": person.account["email"], "password": PASSWORD}
    mine = stay.stack.client(ok(stay.stack.client().post("/auth/local", json=credentials)).json()["token"])
    ok(mine.get("/auth/me"))
    ok(mine.delete("/auth/session"))
    assert mine.get("/auth/me").status_code == 401


def somebody_without_plex_links_it_later(stay: Stay) -> None:
    """The grant follows; the password, which anybody could have set for that address, is void from then on."""
    person = stay.stack.visitor()
    joined = _joins_without_plex(stay, person)
    assert joined.json()["redemption"]["reason"]["Code"] == "LinkPlex"
    started = ok(person.browser.post("/auth/plex")).json()
    stay.stack.plex.approve(started["auth_url"], person.account)
    linked = ok(person.browser.post(f"/auth/plex/{started['sign_in_id']}")).json()
    assert linked["user"]["id"] == joined.json()["redemption"]["user"]["id"]
    stay.finished(person, joined)
    (share,) = stay.stack.plex.shares(person.account)
    assert share["accepted"]
    credentials = {"email": person.account["email"], "password": PASSWORD}
    assert stay.stack.client().post("/auth/local", json=credentials).status_code == 401


def plex_is_unwell_for_a_moment(stay: Stay) -> None:
    """The message is postponed, not lost (and comes again at its own time, which nobody waits for here)."""
    visitor = stay.stack.visitor()
    stay.stack.plex.fault(method="POST", path=".*shared_servers.*", kind="status", status=503, retry_after="1")
    stay.finished(visitor, visitor.redeems(stay.stack.invite()))


def plex_refuses(stay: Stay) -> None:
    """The use is given back and the account closed."""
    stack, visitor = stay.stack, stay.stack.visitor()
    code = stack.invite()
    stack.plex.fault(method="POST", path=".*shared_servers.*", kind="status", status=403, times=5)
    answer = visitor.redeems(code)
    stay.finished(visitor, answer, "failed")
    stack.plex.control.delete("/_standin/faults")
    assert stack.shown(code)["uses"] == 0


def what_was_lost_is_sent_again(stay: Stay) -> None:
    """A message is gone although the work is not done; the sweep sends it anew."""
    visitor = stay.stack.visitor()
    with stay.nobody_at_the_queue():
        redeemed = visitor.redeems(stay.stack.invite())
        assert redeemed.status_code == 202, redeemed.text
        stay.lose_all_messages()
        stay.set("redemptions", {"id": redeemed.json()["redemption"]["id"]}, due_at={"N": "1"})
        stay.invoke("sweep")
    stay.finished(visitor, redeemed)


def a_manager_tries_again(stay: Stay) -> None:
    visitor = stay.stack.visitor()
    with stay.nobody_at_the_queue():
        redeemed = visitor.redeems(stay.stack.invite())
        stay.lose_all_messages()
        ok(stay.stack.admin.post(f"/redemptions/{redeemed.json()['redemption']['id']}/retry"))
    stay.finished(visitor, redeemed)


def _joins_without_plex(stay: Stay, person: Visitor) -> httpx.Response:
    wish = {"email": person.account["email"], "username": person.account["username"], "password": PASSWORD}
    joined = person.browser.post(f"/signup/{stay.stack.invite()}/local", json=wish)
    assert joined.status_code == 202, joined.text
    return joined
