"""Signing in and out: with Plex, with a password, and what a session is."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from nacl.pwhash import argon2id

from chalicelib.settings.model import Quota
from local.plex import demo
from testing.metering.calls import counting

RUTH = {"id": demo.HAS_ACCESS.id}
PASSWORD = "correct horse battery"


class Person:
    """A person at the sign-in page."""

    def __init__(self, stack, account) -> None:
        self.stack, self.account = stack, account
        self.http = stack.client()

    def begins(self) -> str:
        """Up to and with the approval at Plex; gives the sign-in's id."""
        started = self.http.post("/auth/plex")
        assert started.status_code == 201, started.text
        self.stack.plex.approve(started.json()["auth_url"], self.account)
        return started.json()["sign_in_id"]

    def signs_in(self):
        return self.http.post(f"/auth/plex/{self.begins()}")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def member(stack):
    """A person who redeemed an invite."""
    visitor = stack.visitor()
    visitor.waits(visitor.redeems(stack.invite()))
    return Person(stack, visitor.account)


def test_a_person_with_an_account_signs_in_with_plex(stack, member):
    answer = member.signs_in()
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["plex_id"] == member.account["id"]
    me = stack.client(answer.json()["token"]).get("/auth/me")
    assert me.status_code == 200
    assert me.json()["user"] == answer.json()["user"]


def test_the_sign_in_waits_until_plex_approves(stack):
    browser = stack.client()
    started = browser.post("/auth/plex").json()
    assert started["auth_url"].startswith(f"{stack.running.plex_url}/auth#?")
    answer = browser.post(f"/auth/plex/{started['sign_in_id']}")
    assert (answer.status_code, answer.json()) == (202, {"state": "waiting"})


def test_completing_again_within_moments_gives_the_same_session(stack, member):
    sign_in_id = member.begins()
    first, again = (member.http.post(f"/auth/plex/{sign_in_id}") for _ in range(2))
    assert first.json() == again.json()
    assert stack.client(first.json()["token"]).get("/auth/me").status_code == 200
    assert "Max-Age=60" in first.headers["set-cookie"]


def test_twelve_completions_at_once_make_one_session(stack, member):
    sign_in_id = member.begins()
    with ThreadPoolExecutor(12) as hands:
        answers = list(hands.map(lambda _: member.http.post(f"/auth/plex/{sign_in_id}"), range(12)))
    done = [answer for answer in answers if answer.status_code == 200]
    assert done
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert len({answer.json()["token"] for answer in done}) == 1
    sessions = stack.client(done[0].json()["token"]).get("/me/sessions").json()["sessions"]
    assert len(sessions) == 2  # and the one that came with the redemption


@pytest.mark.parametrize("path", ["/auth/session", "/auth/sessions"])
def test_a_completed_sign_in_opens_nothing_after_a_sign_out(stack, member, path):
    sign_in_id = member.begins()
    token = member.http.post(f"/auth/plex/{sign_in_id}").json()["token"]
    assert stack.client(token).delete(path).status_code == 204
    again = member.http.post(f"/auth/plex/{sign_in_id}")
    assert (again.status_code, again.json()["Code"]) == (404, "SignInNotFound")
    assert stack.client(token).get("/auth/me").status_code == 401


def test_a_redeemed_sign_in_opens_nothing_after_a_sign_out(stack):
    code, visitor = stack.invite(), stack.visitor()
    sign_in_id = visitor.signs_in(code)
    token = visitor.completes(code, sign_in_id).json()["token"]
    assert visitor.completes(code, sign_in_id).json()["token"] == token
    assert stack.client(token).delete("/auth/session").status_code == 204
    again = visitor.completes(code, sign_in_id)
    assert (again.status_code, again.json()["Code"]) == (404, "SignInNotFound")


@pytest.mark.parametrize("number", range(3))
def test_a_password_session_that_is_begun_while_plex_is_asked_does_not_survive_the_link(
    stack, settings, local_account, number
):
    address = local_account(PASSWORD)
    person = Person(stack, stack.plex.account(email=address))
    stack.plex.control.patch("/_standin/options", json={"latency_seconds": 0.25})
    try:
        with settings(local_signin_enabled=True), ThreadPoolExecutor(8) as hands:
            sign_in_id = person.begins()
            linking = hands.submit(person.http.post, f"/auth/plex/{sign_in_id}")
            stolen: list[Any] = []
            while not linking.done():
                stolen += hands.map(
                    lambda browser: browser.post("/auth/local", json={"email": address, "password": PASSWORD}),
                    [stack.client() for _ in range(4)],
                )
    finally:
        stack.plex.control.patch("/_standin/options", json={"latency_seconds": 0})
    linked = linking.result()
    assert linked.status_code == 200, linked.text
    tokens = [answer.json()["token"] for answer in stolen if answer.status_code == 200]
    assert tokens
    assert {stack.client(token).get("/auth/me").status_code for token in tokens} == {401}
    assert stack.client(linked.json()["token"]).get("/auth/me").status_code == 200


def test_a_stranger_is_told_that_there_is_no_account(stack):
    answer = Person(stack, stack.plex.account()).signs_in()
    assert (answer.status_code, answer.json()["Code"]) == (403, "NoAccount")


def test_a_person_with_access_to_the_server_needs_new_plex_sign_in_to_be_on(stack, settings):
    with settings(new_plex_signin_enabled=False):
        answer = Person(stack, stack.plex.account()).signs_in()
    assert (answer.status_code, answer.json()["Code"]) == (403, "NoAccount")


def test_new_plex_sign_in_opens_one_account_with_the_default_permissions(stack, settings):
    account = stack.plex.account()
    share = {"machine_id": demo.MACHINE_ID, "account_id": account["id"], "section_ids": [demo.MOVIES]}
    assert stack.plex.control.post("/_standin/shares", json=share).is_success
    people = [Person(stack, account), Person(stack, account)]
    with settings(new_plex_signin_enabled=True), ThreadPoolExecutor(2) as hands:
        sign_ins = [person.begins() for person in people]
        answers = list(
            hands.map(lambda pair: pair[0].http.post(f"/auth/plex/{pair[1]}"), zip(people, sign_ins, strict=True))
        )
        stranger = Person(stack, stack.plex.account()).signs_in()
    done = [answer.json() for answer in answers if answer.status_code == 200]
    assert done, [answer.text for answer in answers]
    assert len({each["user"]["id"] for each in done}) == 1
    assert done[0]["user"]["permissions"] == ["streamarr"]
    assert done[0]["user"]["trial_ends_at"] is None
    assert (stranger.status_code, stranger.json()["Code"]) == (403, "NoAccount")


@pytest.mark.parametrize("left_out", [[], ["confirmed"], ["restricted"], ["confirmed", "restricted"]])
def test_an_address_that_has_an_account_is_not_taken_over_by_a_plex_account(stack, settings, local_account, left_out):
    """Plex did not verify it, or does not say so: a person can name an address at Plex that is not theirs."""
    address = local_account(PASSWORD)
    account = stack.plex.account(email=address, confirmed=bool(left_out))
    share = {"machine_id": demo.MACHINE_ID, "account_id": account["id"], "section_ids": [demo.MOVIES]}
    assert stack.plex.control.post("/_standin/shares", json=share).is_success
    stack.plex.control.patch("/_standin/options", json={"left_out": left_out})
    try:
        with settings(new_plex_signin_enabled=True, local_signin_enabled=True):
            answer = Person(stack, account).signs_in()
            theirs = stack.client().post("/auth/local", json={"email": address, "password": PASSWORD})
    finally:
        stack.plex.control.patch("/_standin/options", json={"left_out": []})
    assert (answer.status_code, theirs.status_code) == (200, 200), answer.text
    assert answer.json()["user"]["id"] != theirs.json()["user"]["id"]


@pytest.mark.parametrize("left_out", [["ownerId"], ["owned", "ownerId"]])
def test_a_server_that_is_not_said_to_be_the_owner_s_lets_no_one_in(stack, settings, left_out):
    account = stack.plex.account()
    share = {"machine_id": demo.MACHINE_ID, "account_id": account["id"], "section_ids": [demo.MOVIES]}
    assert stack.plex.control.post("/_standin/shares", json=share).is_success
    stack.plex.control.patch("/_standin/options", json={"left_out": left_out})
    try:
        with settings(new_plex_signin_enabled=True):
            answer = Person(stack, account).signs_in()
    finally:
        stack.plex.control.patch("/_standin/options", json={"left_out": []})
    assert (answer.status_code, answer.json()["Code"]) == (403, "NoAccount")


def test_a_foldable_address_takes_no_account(stack, settings):
    """``ß`` folds to ``ss``, and full-width letters to ASCII ones: equal addresses prove, and no others."""
    code, number = stack.invite(usage_limit=None), time.time_ns()
    with settings(local_signin_enabled=True):
        foldable = (f"x{number}@stra\u00dfe.example", f"\uff58{number}@strasse.example")
        for email in (*foldable, "\ufdfa" * 240 + "@example.org"):
            who = {"email": email, "username": f"local {number}", "password": PASSWORD}
            refused = stack.client().post(f"/signup/{code}/local", json=who)
            assert (refused.status_code, refused.json()["Field"]) == (400, "email")
        who = {"email": f"x{number}@strasse.example", "username": f"local {number}", "password": PASSWORD}
        assert stack.client().post(f"/signup/{code}/local", json=who).status_code == 202
        long = stack.client().post("/auth/local", json={"email": "\ufdfa" * 200, "password": PASSWORD})
        assert (long.status_code, long.json()["Code"]) == (401, "SignInFailed")
    for folding in foldable:
        answer = Person(stack, stack.plex.account(email=folding)).signs_in()
        assert (answer.status_code, answer.json()["Code"]) == (403, "NoAccount")


@pytest.mark.parametrize("name", ["Ol\u0456via", "Oliv\u200bia", "\u3164", "\ufdfa" * 60])
def test_a_name_that_could_pass_for_another_s_is_not_taken(stack, settings, name):
    who = {"email": f"n{time.time_ns()}@example.org", "username": name, "password": PASSWORD}
    with settings(local_signin_enabled=True):
        refused = stack.client().post(f"/signup/{stack.invite()}/local", json=who)
    assert (refused.status_code, refused.json()["Field"]) == (400, "username")


def test_an_address_that_no_one_verified_keeps_its_rightful_owner_from_nothing(stack, local_account):
    visitor = stack.visitor(stack.plex.account(email=local_account(PASSWORD)))
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    assert stack.admin.get(f"/users/{redemption['user']['id']}").json()["plex_id"] == visitor.account["id"]


def test_a_local_account_is_linked_by_signing_in_with_a_confirmed_plex_account(stack, local_account):
    account = stack.plex.account(email=local_account(PASSWORD))
    answers = [Person(stack, account).signs_in() for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    user, again = (answer.json()["user"] for answer in answers)
    assert (user["kind"], user["plex_id"]) == ("local", account["id"])
    assert again == user


def test_an_account_made_for_another_person_s_address_is_theirs_once_they_link_it(stack, settings, local_account):
    address = local_account(PASSWORD)
    with settings(local_signin_enabled=True):
        stranger = stack.client().post("/auth/local", json={"email": address, "password": PASSWORD}).json()["token"]
        linked = Person(stack, stack.plex.account(email=address)).signs_in()
        again = stack.client().post("/auth/local", json={"email": address, "password": PASSWORD})
    assert stack.client(stranger).get("/auth/me").status_code == 401
    assert (again.status_code, again.json()["Code"]) == (401, "SignInFailed")
    assert stack.client(linked.json()["token"]).get("/auth/me").status_code == 200


def test_plex_out_of_reach_is_said_and_asking_again_goes_on(stack, member):
    sign_in_id = member.begins()
    stack.plex.fault(method="GET", path="/api/v2/user", when="before", kind="status", status=503)
    answer = member.http.post(f"/auth/plex/{sign_in_id}")
    assert (answer.status_code, answer.json()["Code"]) == (503, "PlexUnavailable")
    assert member.http.post(f"/auth/plex/{sign_in_id}").status_code == 200


def test_a_password_signs_in_however_its_address_is_written(stack, settings, local_account):
    address = local_account(PASSWORD, email=f"Mueller{time.time_ns()}@example.org")
    with settings(local_signin_enabled=True):
        for written in (address, address.upper(), f"  {address} "):
            answer = stack.client().post("/auth/local", json={"email": written, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["kind"] == "local"
    assert stack.client(answer.json()["token"]).get("/auth/me").status_code == 200


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(stack, settings, local_account, member):
    address = local_account(PASSWORD)
    tries = [(address, "wrong"), ("nobody@example.org", PASSWORD), (member.account["email"], PASSWORD)]
    with settings(local_signin_enabled=True):
        answers = [
            stack.client().post("/auth/local", json={"email": email, "password": password}) for email, password in tries
        ]
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (401, '{"Code":"SignInFailed","Message":"The e-mail address or the password is wrong."}')
    }
    assert len({tuple(sorted(set(answer.headers) - {"date"})) for answer in answers}) == 1


def test_a_wrong_password_and_an_unknown_address_take_the_same_work(stack, settings, local_account, monkeypatch):
    """And so the same time: one verification of argon2id, and the same calls in the same order."""
    work: list[list[str]] = []
    verify = argon2id.verify

    def verified(*arguments):
        work[-1].append("verify")
        return verify(*arguments)

    monkeypatch.setattr(argon2id, "verify", verified)
    with settings(local_signin_enabled=True):
        for email in (local_account(PASSWORD), "nobody-at-all@example.org"):
            browser = stack.client()
            work.append([])
            with counting() as calls:
                answer = browser.post("/auth/local", json={"email": email, "password": "wrong"})
            assert answer.status_code == 401
            work[-1] += [call.operation for call in calls]
    known, unknown = work
    assert known == unknown
    assert known.count("verify") == 1


def test_passwords_are_of_no_use_while_local_sign_in_is_off(stack, local_account):
    body = {"email": local_account(PASSWORD), "password": PASSWORD}
    answer = stack.client().post("/auth/local", json=body)
    assert (answer.status_code, answer.json()["Code"]) == (403, "LocalSigninDisabled")


def test_me_is_who_i_am_what_i_may_do_and_how_my_quota_stands(stack):
    member = stack.member("create_invites", quota=Quota(limit=3, days=30))
    me = member.http.get("/auth/me").json()
    assert set(me) == {"user", "permissions", "quota", "trial_ends_at", "signup_enabled"}
    assert set(me["quota"]) == {"limit", "days", "used", "remaining", "renews_at"}
    assert me["permissions"] == ["create_invites"]
    assert (me["quota"]["used"], me["quota"]["remaining"]) == (0, 3)
    assert member.http.post("/invites").status_code == 201
    quota = member.http.get("/auth/me").json()["quota"]
    assert (quota["used"], quota["remaining"], quota["limit"], quota["days"]) == (1, 2, 3, 30)


def test_signing_out_ends_this_session_and_no_other(stack, member):
    one, other = (stack.client(member.signs_in().json()["token"]) for _ in range(2))
    assert one.delete("/auth/session").status_code == 204
    assert one.get("/auth/me").status_code == 401
    assert other.get("/auth/me").status_code == 200
    assert one.delete("/auth/session").status_code == 401


def test_signing_out_everywhere_ends_all_sessions_and_the_next_sign_in_works(stack, member):
    clients = [stack.client(member.signs_in().json()["token"]) for _ in range(3)]
    assert clients[0].delete("/auth/sessions").status_code == 204
    assert [client.get("/auth/me").status_code for client in clients] == [401, 401, 401]
    assert stack.client(member.signs_in().json()["token"]).get("/auth/me").status_code == 200


def test_a_session_that_is_too_old_is_none(stack):
    from chalicelib import wiring
    from chalicelib.accounts.sessions import SESSION_LIFETIME, new_session
    from chalicelib.stores.accounts.records import session_record

    member = stack.member("streamarr")
    token, session = new_session(member.id, new_id=wiring.ports.new_id, now=wiring.now() - SESSION_LIFETIME)
    session_record(session).save()
    assert stack.client(token).get("/auth/me").status_code == 401


def test_what_is_stored_of_a_session_does_not_sign_in(stack):
    from chalicelib.accounts.sessions import hash_secret
    from chalicelib.stores.accounts.records import SessionModel

    member = stack.member("streamarr")
    stored = SessionModel.get(hash_secret(member.token))
    assert member.token not in str(stored.serialize())
    assert stack.client(stored.token_hash).get("/auth/me").status_code == 401
    assert stack.client(f"{member.id}.{stored.token_hash}").get("/auth/me").status_code == 401


def test_a_permission_change_takes_effect_on_the_next_request(stack):
    member = stack.member("streamarr")
    assert member.http.get("/users").status_code == 403
    assert stack.admin.patch(f"/users/{member.id}", json={"permissions": ["manage_users"]}).status_code == 200
    assert member.http.get("/users").status_code == 200


def test_session_and_user_are_checked_in_one_round_trip(stack):
    member = stack.member("streamarr")
    with counting() as calls:
        assert member.http.get("/users").status_code == 403
    assert [call.operation for call in calls] == ["TransactGetItems"]
