"""What was taken stays taken: closed accounts, their Plex accounts, and the invites of closed inviters."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from local.plex import demo

UNSHARE = {"method": "DELETE", "path": "/api/v2/shared_servers/.*|/api/servers/.*/shared_servers/.*"}
WHICH_SERVERS = {"method": "GET", "path": "/api/v2/resources"}
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _plex_is_well_afterwards(stack):
    yield
    assert stack.plex.control.delete("/_standin/faults").is_success


@pytest.fixture
def member(stack):
    """A person who came in by an invite, with the redemption."""
    visitor = stack.visitor()
    return visitor, visitor.waits(visitor.redeems(stack.invite()))


def close(stack, redemption):
    answer = stack.admin.delete(f"/users/{redemption['user']['id']}")
    assert answer.status_code == 204, answer.text


def starts_to_sign_in(stack, visitor) -> str:
    """Up to and with the approval at Plex; gives the path that completes it."""
    started = visitor.browser.post("/auth/plex").json()
    stack.plex.approve(started["auth_url"], visitor.account)
    return f"/auth/plex/{started['sign_in_id']}"


def signs_in(stack, visitor):
    return visitor.browser.post(starts_to_sign_in(stack, visitor))


def wait_for(fact, seconds=30):
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def wait_until_gone(stack, account):
    """Until nothing is shared, and the product knows."""
    from chalicelib import wiring

    def is_over():
        tombstone = wiring.ports.accounts.tombstone_of(account["id"])
        return tombstone is not None and tombstone.ended_at is not None

    wait_for(lambda: not stack.plex.shares(account) and is_over())


def must_be_refused(answer, status, code):
    assert (answer.status_code, answer.json()["Code"]) == (status, code), answer.text


def test_a_closed_person_does_not_let_themselves_back_in_by_the_share_that_is_being_removed(stack, settings, member):
    visitor, redemption = member
    with settings(new_plex_signin_enabled=True):
        stack.plex.fault(kind="status", status=503, times=3, **UNSHARE)
        close(stack, redemption)
        for _ in range(3):
            must_be_refused(signs_in(stack, visitor), 409, "AccessEnding")
        wait_until_gone(stack, visitor.account)
        must_be_refused(signs_in(stack, visitor), 403, "NoAccount")
    assert stack.plex.shares(visitor.account) == []


def test_a_sign_in_during_which_the_account_is_closed_opens_nothing(stack, settings, member):
    visitor, redemption = member
    with settings(new_plex_signin_enabled=True), ThreadPoolExecutor(1) as hands:
        path, asked = starts_to_sign_in(stack, visitor), len(stack.plex.calls("/api/v2/user"))
        stack.plex.fault(kind="slow", when="after", seconds=4, method="GET", path="/api/v2/user")
        completing = hands.submit(visitor.browser.post, path)
        wait_for(lambda: len(stack.plex.calls("/api/v2/user")) > asked)
        close(stack, redemption)
        wait_until_gone(stack, visitor.account)
        answer = completing.result()
    must_be_refused(answer, 403, "NoAccount")
    assert stack.plex.shares(visitor.account) == []


def test_what_plex_said_before_the_end_is_worth_nothing_after_it(stack, settings, member):
    visitor, redemption = member
    with settings(new_plex_signin_enabled=True), ThreadPoolExecutor(1) as hands:
        stack.plex.fault(kind="status", status=503, **UNSHARE)
        close(stack, redemption)
        path, asked = starts_to_sign_in(stack, visitor), len(stack.plex.calls("/resources"))
        stack.plex.fault(kind="slow", when="after", seconds=4, **WHICH_SERVERS)
        completing = hands.submit(visitor.browser.post, path)
        wait_for(lambda: len(stack.plex.calls("/resources")) > asked)
        assert stack.plex.shares(visitor.account)
        wait_until_gone(stack, visitor.account)
        assert not completing.done()
        answer = completing.result()
    must_be_refused(answer, 409, "AccessEnding")


def test_what_an_admin_closed_comes_back_by_a_later_invite_and_by_no_older_one(stack, member):
    visitor, redemption = member
    older = stack.invite(usage_limit=None)
    stack.plex.fault(kind="status", status=503, times=2, **UNSHARE)
    close(stack, redemption)
    must_be_refused(visitor.redeems(older), 409, "AccessEnding")
    wait_until_gone(stack, visitor.account)
    must_be_refused(visitor.redeems(older), 403, "NotForYou")
    assert stack.shown(older)["uses"] == 0
    again = visitor.waits(visitor.redeems(stack.invite()))
    assert again["user"]["id"] == redemption["user"]["id"]
    assert len(stack.plex.shares(visitor.account)) == 1


def test_a_person_who_left_comes_back_to_the_same_account_with_its_trial_and_quota(stack, settings):
    visitor, code = stack.visitor(), stack.invite(usage_limit=None)
    with settings(trial={"enabled": True, "days": 9}):
        answer = visitor.redeems(code)
        redemption = visitor.waits(answer)
        before = _user(stack, redemption)
        quota = stack.admin.patch(f"/users/{before['id']}", json={"quota": {"limit": 2, "days": 30}})
        assert quota.status_code == 200, quota.text
        assert stack.client(answer.json()["token"]).delete("/me").status_code == 204
        wait_until_gone(stack, visitor.account)
        again = visitor.waits(visitor.redeems(code))
    after = _user(stack, again)
    assert after["trial_ends_at"] == before["trial_ends_at"]
    assert (after["id"], after["state"]) == (before["id"], "active")
    assert (after["quota"], after["permissions"]) == ({"limit": 2, "days": 30}, before["permissions"])


def test_what_the_owner_shared_by_hand_stays_and_lets_no_closed_person_in(stack, settings):
    visitor = stack.visitor()
    share = {"machine_id": demo.MACHINE_ID, "account_id": visitor.account["id"], "section_ids": [demo.MOVIES]}
    assert stack.plex.control.post("/_standin/shares", json=share).is_success
    with settings(new_plex_signin_enabled=True):
        user = signs_in(stack, visitor).json()["user"]
        assert stack.admin.delete(f"/users/{user['id']}").status_code == 204
        wait_for(lambda: signs_in(stack, visitor).json()["Code"] == "NotForYou")
    assert len(stack.plex.shares(visitor.account)) == 1


def test_a_place_in_the_home_that_was_there_before_is_not_taken(stack):
    visitor = stack.visitor(stack.plex.account(home_of=demo.OWNER.id))
    redemption = visitor.waits(visitor.redeems(stack.invite(plex_home=True)))
    close(stack, redemption)
    wait_until_gone(stack, visitor.account)
    assert _home_of(stack, visitor.account["id"]) == demo.OWNER.id


def test_a_place_in_the_home_that_was_given_is_taken(stack):
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite(plex_home=True)))
    assert _home_of(stack, visitor.account["id"]) == demo.OWNER.id
    close(stack, redemption)
    wait_until_gone(stack, visitor.account)
    assert _home_of(stack, visitor.account["id"]) is None


def test_an_account_with_a_profile_in_the_home_is_not_linked_and_closing_it_takes_its_libraries(stack, settings):
    visitor, code = stack.visitor(stack.plex.account(home_of=demo.OWNER.id)), stack.invite(plex_home=True)
    who = {"email": visitor.account["email"], "username": visitor.account["username"], "password": PASSWORD}
    with settings(local_signin_enabled=True):
        joined = visitor.browser.post(f"/signup/{code}/local", json=who)
        redemption = visitor.waits(joined)
        must_be_refused(signs_in(stack, visitor), 409, "HasHomeProfile")
    profiles = _profiles(stack, visitor)
    assert len(profiles) == 1
    close(stack, redemption)
    wait_for(lambda: not stack.plex.shares(profiles[0]))
    assert _profiles(stack, visitor) == profiles
    assert _home_of(stack, visitor.account["id"]) == demo.OWNER.id


@pytest.mark.parametrize("permissions", [["streamarr"], ["view_invites", "advanced_invites"]])
def test_the_invites_of_an_inviter_who_was_demoted_are_worth_nothing(stack, permissions):
    inviter = stack.member("create_invites")
    code = inviter.http.post("/invites", json={}).json()["code"]
    visitor = stack.visitor()
    sign_in_id = visitor.signs_in(code)
    assert stack.admin.patch(f"/users/{inviter.id}", json={"permissions": permissions}).status_code == 200
    must_be_refused(visitor.completes(code, sign_in_id), 409, "InviteNotActive")
    assert stack.shown(code)["uses"] == 0


def test_closing_an_inviter_says_how_many_invites_are_open_and_switches_them_off(stack):
    inviter = stack.member("create_invites")
    codes = [inviter.http.post("/invites", json={}).json()["code"] for _ in range(3)]
    visitor = stack.visitor()
    sign_in_id = visitor.signs_in(codes[0])
    assert stack.admin.get(f"/users/{inviter.id}").json()["open_invites"] == 3
    assert stack.admin.delete(f"/users/{inviter.id}").status_code == 204
    assert {stack.shown(code)["status"] for code in codes} == {"inactive"}
    must_be_refused(visitor.completes(codes[0], sign_in_id), 409, "InviteNotActive")
    must_be_refused(stack.client().get(f"/signup/{codes[1]}"), 409, "InviteNotActive")


def while_plex_is_asked(stack, visitor, code, meanwhile):
    """Complete a redemption while plex.tv takes its time, and have something happen in that time."""
    sign_in_id, asked = visitor.signs_in(code), len(stack.plex.calls("/resources"))
    stack.plex.fault(kind="slow", when="after", seconds=2, **WHICH_SERVERS)
    with ThreadPoolExecutor(1) as hands:
        completing = hands.submit(visitor.completes, code, sign_in_id)
        wait_for(lambda: len(stack.plex.calls("/resources")) > asked)
        meanwhile()
        assert not completing.done()
        return completing.result()


def test_sign_up_that_is_switched_off_while_plex_is_asked_is_off(stack, settings):
    visitor, code = stack.visitor(), stack.invite()
    with settings(signup_enabled=True):
        version = stack.admin.get("/settings").json()["version"]
        off = {"version": version, "signup_enabled": False}
        answer = while_plex_is_asked(stack, visitor, code, lambda: stack.admin.patch("/settings", json=off))
    must_be_refused(answer, 403, "SignupDisabled")
    assert stack.shown(code)["uses"] == 0


def test_libraries_that_are_narrowed_while_plex_is_asked_are_what_is_given(stack, settings):
    visitor, code = stack.visitor(), stack.invite()
    with settings(default_libraries="all"):
        version = stack.admin.get("/settings").json()["version"]
        narrower = {"version": version, "default_libraries": [str(demo.MOVIES)]}
        answer = while_plex_is_asked(stack, visitor, code, lambda: stack.admin.patch("/settings", json=narrower))
    assert [each["id"] for each in answer.json()["redemption"]["grant"]["libraries"]] == [str(demo.MOVIES)]
    visitor.waits(answer)
    assert [share["section_ids"] for share in stack.plex.shares(visitor.account)] == [[demo.MOVIES]]


def test_an_invite_that_expires_while_plex_is_asked_has_expired(stack):
    visitor, code = stack.visitor(), stack.invite()
    soon = (datetime.now(UTC) + timedelta(seconds=1.5)).isoformat().replace("+00:00", "Z")

    def expires():
        answer = stack.admin.patch(f"/invites/{code}", json={"expires_at": soon})
        assert answer.status_code == 200, answer.text

    expires()
    answer = while_plex_is_asked(stack, visitor, code, lambda: None)
    must_be_refused(answer, 410, "InviteExpired")
    assert stack.shown(code)["uses"] == 0


def _user(stack, redemption):
    return stack.admin.get(f"/users/{redemption['user']['id']}").json()


def _home_of(stack, account_id):
    accounts = stack.plex.control.get("/_standin/accounts").json()["accounts"]
    return next(account["home_of"] for account in accounts if account["id"] == account_id)


def _profiles(stack, visitor):
    """The managed users that bear the person's name."""
    accounts = stack.plex.control.get("/_standin/accounts").json()["accounts"]
    return [each for each in accounts if each["restricted"] and visitor.account["username"] in str(each)]
