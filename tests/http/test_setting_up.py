"""The first run, from the set-up token to the libraries, in a stack that is not set up. The tests tell one story:
each begins where the one before ended, so they run in the order in which they stand.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from local.plex import demo
from tests.http.empty_stack import SETUP_TOKEN

OLIVIA = {"id": demo.OWNER.id}


class Browser:
    """A person at the set-up page."""

    def __init__(self, stack, account=None) -> None:
        self.stack, self.account = stack, account
        self.http = stack.client()

    def starts(self, **body):
        answer = self.http.post("/setup", json=body or {"setup_token": SETUP_TOKEN})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def signs_in(self, **body) -> httpx.Response:
        started = self.starts(**body)
        self.stack.plex.approve(started["auth_url"], self.account)
        return self.http.post(f"/setup/{started['sign_in_id']}")

    def becomes(self, token: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {token}"


def living_tokens(olivia) -> set[str]:
    """Those that plex.tv takes from this installation in her name."""
    tokens = olivia.stack.plex.control.get("/_standin/tokens").json()["tokens"]
    theirs = [each for each in tokens if each["live"] and each["account_id"] == olivia.account["id"]]
    return {each["token"] for each in theirs if each["client_identifier"].startswith("streamarr-")}


@pytest.fixture(scope="module")
def olivia(new_stack):
    return Browser(new_stack, OLIVIA)


def test_the_new_stack_says_that_it_needs_setting_up(new_stack):
    assert new_stack.client().get("/setup").json() == {"needed": True, "state": "needed"}


def test_a_wrong_set_up_token_begins_nothing(new_stack):
    for body in ({"setup_token": "a guess"}, {"setup_token": SETUP_TOKEN + "x"}, {"setup_token": SETUP_TOKEN.upper()}):
        answer = new_stack.client().post("/setup", json=body)
        assert (answer.status_code, answer.json()["Code"]) == (403, "SetupTokenRefused")
    assert "Set-Cookie" not in answer.headers


def test_without_a_token_and_without_a_session_nothing_begins(new_stack):
    assert new_stack.client().post("/setup").status_code == 401


def test_guessing_set_up_tokens_is_stopped(new_stack):
    guesser = new_stack.client()
    answers = [guesser.post("/setup", json={"setup_token": f"guess {number}"}) for number in range(20)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert sum(answer.status_code == 403 for answer in answers) <= 20 / 5
    right = guesser.post("/setup", json={"setup_token": SETUP_TOKEN})
    assert right.status_code == 429


def test_plex_sends_the_owner_back_to_the_site_s_own_root(olivia):
    auth_url = olivia.starts()["auth_url"]
    (forward,) = parse_qs(auth_url.split("#?")[1])["forwardUrl"]
    assert forward == f"{olivia.stack.origin}/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Referer": "https://evil.example/"},
        {"Forwarded": "host=evil.example"},
    ],
)
def test_no_header_changes_where_plex_sends_people(new_stack, headers):
    answer = new_stack.client().post("/setup", json={"setup_token": SETUP_TOKEN}, headers=headers)
    assert "evil" not in answer.text
    assert answer.status_code == 201


def test_no_field_changes_where_plex_sends_people(new_stack):
    for field in ("forward_url", "forwardUrl", "return_to", "application_url"):
        body = {"setup_token": SETUP_TOKEN, field: "https://evil.example/"}
        answer = new_stack.client().post("/setup", json=body)
        assert (answer.status_code, answer.json()["Field"]) == (400, field)


def test_the_sign_in_waits_until_plex_approves(olivia):
    answer = olivia.http.post(f"/setup/{olivia.starts()['sign_in_id']}")
    assert (answer.status_code, answer.json()) == (202, {"state": "waiting"})


def test_a_person_without_a_server_does_not_become_the_owner(new_stack):
    noah = Browser(new_stack, {"id": demo.NOAH.id})
    answer = noah.signs_in()
    assert (answer.status_code, answer.json()["Code"]) == (409, "OwnsNoServer")
    assert new_stack.client().get("/setup").json()["needed"]


def test_a_set_up_stolen_from_another_browser_opens_nothing(new_stack, olivia):
    started = olivia.starts()
    new_stack.plex.approve(started["auth_url"], OLIVIA)
    answer = new_stack.client().post(f"/setup/{started['sign_in_id']}")
    assert (answer.status_code, answer.json()["Code"]) == (404, "SignInNotFound")


def test_a_set_up_cannot_be_completed_as_a_sign_in_nor_a_sign_in_as_a_set_up(new_stack):
    browser = Browser(new_stack, OLIVIA)
    set_up, sign_in = browser.starts(), browser.http.post("/auth/plex").json()
    for started in (set_up, sign_in):
        new_stack.plex.approve(started["auth_url"], OLIVIA)
    assert browser.http.post(f"/auth/plex/{set_up['sign_in_id']}").status_code == 404
    assert browser.http.post(f"/setup/{sign_in['sign_in_id']}").status_code == 404


def test_of_two_who_have_the_token_at_once_one_becomes_the_owner(new_stack, olivia):
    """Both own a server and both have the token: this is a race, and it is won once."""
    rival = Browser(new_stack, new_stack.plex.account())
    new_stack.plex.control.post("/_standin/servers", json={"owner_id": rival.account["id"], "name": "Rival's"})
    browsers = [Browser(new_stack, OLIVIA), rival]
    started = [browser.starts() for browser in browsers]
    new_stack.plex.approve(started[0]["auth_url"], OLIVIA)
    new_stack.plex.approve(started[1]["auth_url"], rival.account)

    def completes(pair):
        browser, begun = pair
        return browser.http.post(f"/setup/{begun['sign_in_id']}")

    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(completes, zip(browsers, started, strict=True)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 403]
    (won,) = [browser for browser, answer in zip(browsers, answers, strict=True) if answer.status_code == 200]
    (answer,) = [answer for answer in answers if answer.status_code == 200]
    olivia.account, olivia.http = won.account, won.http
    olivia.becomes(answer.json()["token"])
    olivia.servers, olivia.sign_in_id = answer.json()["servers"], started[browsers.index(won)]["sign_in_id"]
    (lost,) = [answer for answer in answers if answer.status_code == 403]
    assert lost.json()["Code"] == "NotTheOwner"


def test_completing_again_gives_the_same_owner_another_session(olivia):
    again = olivia.http.post(f"/setup/{olivia.sign_in_id}")
    assert again.status_code == 200
    assert again.json()["servers"] == olivia.servers
    me = olivia.http.get("/auth/me", headers={"Authorization": f"Bearer {again.json()['token']}"})
    assert me.json()["user"]["plex_id"] == olivia.account["id"]


def test_the_owner_is_an_admin_under_their_plex_name(olivia):
    me = olivia.http.get("/auth/me").json()
    assert me["permissions"] == ["admin"]
    assert me["user"]["state"] == "active"


def test_the_set_up_token_is_spent(new_stack):
    answer = new_stack.client().post("/setup", json={"setup_token": SETUP_TOKEN})
    assert (answer.status_code, answer.json()["Code"]) == (403, "SetupTokenRefused")


def test_only_the_owner_s_servers_can_be_chosen(olivia):
    theirs = {server["machine_id"] for server in olivia.servers}
    others = [
        server["machine_id"]
        for server in olivia.stack.plex.control.get("/_standin/servers").json()["servers"]
        if server["machine_id"] not in theirs
    ]
    for machine_id in (*others, "made-up", "../settings"):
        answer = olivia.http.put("/setup/server", json={"machine_id": machine_id})
        assert (answer.status_code, answer.json()["Field"]) == (400, "machine_id")
    assert olivia.http.get("/setup").json()["needed"]


def test_only_the_owner_chooses_the_server(new_stack, olivia):
    machine_id = olivia.servers[0]["machine_id"]
    assert new_stack.client().put("/setup/server", json={"machine_id": machine_id}).status_code == 401


def test_the_libraries_arrive_through_the_queue(new_stack, olivia):
    answer = olivia.http.put("/setup/server", json={"machine_id": olivia.servers[0]["machine_id"]})
    assert answer.status_code == 202, answer.text
    deadline = time.monotonic() + 30
    while (setup := new_stack.client().get("/setup").json())["state"] != "done":
        assert setup == {"needed": False, "state": "fetching_libraries"}
        assert time.monotonic() < deadline
        time.sleep(0.2)
    libraries = olivia.http.get("/libraries").json()["libraries"]
    servers = new_stack.plex.control.get("/_standin/servers").json()["servers"]
    (server,) = [each for each in servers if each["machine_id"] == olivia.servers[0]["machine_id"]]
    assert {library["title"] for library in libraries} == {section["title"] for section in server["sections"]}
    assert all(library["enabled"] for library in libraries)


def test_choosing_the_same_server_again_changes_nothing(olivia):
    before = olivia.http.get("/settings").json()
    assert olivia.http.put("/setup/server", json={"machine_id": olivia.servers[0]["machine_id"]}).status_code == 202
    assert olivia.http.get("/settings").json() == before


def test_sign_up_is_off_until_it_is_switched_on_and_links_begin_with_the_site_s_address(olivia):
    settings = olivia.http.get("/settings").json()
    assert settings["signup_enabled"] is False
    assert settings["application_url"] == olivia.stack.origin
    changed = olivia.http.patch("/settings", json={"version": settings["version"], "signup_enabled": True})
    assert changed.status_code == 200, changed.text
    assert changed.json()["signup_enabled"] is True


def test_the_owner_renews_the_plex_token_with_their_session_and_it_is_used_at_once(new_stack, olivia):
    """Once the earlier token is dead, reading the libraries anew shows that the new one is."""
    before = living_tokens(olivia)
    started = olivia.http.post("/setup")
    assert started.status_code == 201, started.text
    new_stack.plex.approve(started.json()["auth_url"], olivia.account)
    renewed = olivia.http.post(f"/setup/{started.json()['sign_in_id']}")
    assert renewed.status_code == 200
    assert renewed.json()["servers"] == olivia.servers
    assert olivia.http.get("/setup").json()["state"] == "done"
    for token in before:
        new_stack.plex.control.post("/_standin/tokens/revoke", json={"token": token})
    read_at = olivia.http.get("/libraries").json()["libraries_refreshed_at"]
    assert olivia.http.post("/libraries/refresh").status_code == 202
    _until(lambda: olivia.http.get("/libraries").json()["libraries_refreshed_at"] > read_at)


def test_a_sign_in_of_the_owner_does_not_kill_the_stored_token(new_stack, olivia):
    before = living_tokens(olivia)
    browser = new_stack.client()
    started = browser.post("/auth/plex").json()
    new_stack.plex.approve(started["auth_url"], olivia.account)
    assert browser.post(f"/auth/plex/{started['sign_in_id']}").status_code == 200
    assert before < living_tokens(olivia)
    _until(lambda: living_tokens(olivia) == before)


def test_renewing_with_another_plex_account_is_refused(new_stack, olivia):
    started = olivia.http.post("/setup").json()
    other = new_stack.plex.account()
    new_stack.plex.control.post("/_standin/servers", json={"owner_id": other["id"], "name": "Another"})
    new_stack.plex.approve(started["auth_url"], other)
    answer = olivia.http.post(f"/setup/{started['sign_in_id']}")
    assert (answer.status_code, answer.json()["Code"]) == (403, "NotTheOwner")


def test_a_renewal_whose_browser_never_comes_back_is_finished_by_the_server(new_stack, olivia):
    before = living_tokens(olivia)
    started = olivia.http.post("/setup").json()
    new_stack.plex.approve(started["auth_url"], olivia.account)
    for token in before:
        new_stack.plex.control.post("/_standin/tokens/revoke", json={"token": token})
    read_at = olivia.http.get("/libraries").json()["libraries_refreshed_at"]
    _until(lambda: olivia.http.get("/libraries").json()["libraries_refreshed_at"] > read_at)


def test_after_another_server_was_chosen_nothing_is_given_until_an_admin_has_chosen(new_stack, olivia):
    """And the members of the old one keep what they have."""
    plex, now_shared = new_stack.plex.control, olivia.servers[0]["machine_id"]
    plex.post(f"/_standin/servers/{now_shared}/sections", json={"title": "Films", "type": "movie"})
    assert olivia.http.post("/libraries/refresh").status_code == 202
    _until(lambda: "Films" in [each["title"] for each in olivia.http.get("/libraries").json()["libraries"]])
    code, member = olivia.http.post("/invites", json={"usage_limit": None}).json()["code"], new_stack.visitor()
    member.waits(member.redeems(code))
    added = plex.post("/_standin/servers", json={"owner_id": olivia.account["id"], "name": "Attic"}).json()
    section = plex.post(f"/_standin/servers/{added['machine_id']}/sections", json={"title": "Plays", "type": "movie"})
    renewal = olivia.http.post("/setup").json()
    new_stack.plex.approve(renewal["auth_url"], olivia.account)
    assert olivia.http.post(f"/setup/{renewal['sign_in_id']}").status_code == 200
    assert olivia.http.put("/setup/server", json={"machine_id": added["machine_id"]}).status_code == 202
    _until(lambda: [each["title"] for each in olivia.http.get("/libraries").json()["libraries"]] == ["Plays"])
    assert not any(each["enabled"] for each in olivia.http.get("/libraries").json()["libraries"])
    refused = new_stack.client().get(f"/signup/{code}")
    assert (refused.status_code, refused.json()["Code"]) == (409, "GrantUnavailable")
    assert olivia.http.get(f"/invites/{code}").json()["libraries_available"] is False

    chosen = {"enabled_libraries": [str(section.json()["id"])], "default_libraries": [str(section.json()["id"])]}
    assert olivia.http.patch("/settings", json=chosen).status_code == 200
    assert new_stack.client().get(f"/signup/{code}").status_code == 200
    newcomer = new_stack.visitor()
    newcomer.waits(newcomer.redeems(code))
    renewed = member.waits(member.redeems(olivia.http.post("/invites").json()["code"]))
    assert renewed["state"] == "done"
    shares = [
        each for each in plex.get("/_standin/shares").json()["shares"] if each["account_id"] == member.account["id"]
    ]
    assert {each["machine_id"] for each in shares} == {now_shared, added["machine_id"]}


def test_the_log_and_the_output_hold_no_secret(new_stack, olivia):
    """Every token that Plex ever gave out, every session's token, the set-up token, and every address."""
    secrets = new_stack.plex.control.get("/_standin/tokens").json()["ever_issued"]
    secrets += [olivia.http.headers["Authorization"].removeprefix("Bearer ")]
    written = new_stack.running.log.read_text()
    before_ready, _, after = written.partition("Set-up token")
    logs = [before_ready, after.split("\n", 2)[2]]  # but for the token and the link that has it
    logs += [file.read_text() for file in new_stack.running.run_dir.glob("*.log")]
    logs.append((new_stack.running.run_dir.parent / "ministack.log").read_text())
    assert re.search(r'"route":\s*"/setup/server"', logs[1]), "the API's log should be among them"
    for log in logs:
        assert not [secret for secret in [*secrets, SETUP_TOKEN] if secret in log]
        assert "@example.org" not in log


def _until(fact, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_address_bar_never_holds_a_token(new_stack):
    started = new_stack.client().post("/auth/plex").json()
    assert urlsplit(started["auth_url"]).query == ""  # what Plex needs travels in the fragment
