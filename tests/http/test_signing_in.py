"""Signing in and out: with Plex, with a password, and what a session is."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from chalicelib.domain.quotas import Quota
from local.plex import demo
from tests.metering.calls import counting

RUTH = {"id": demo.HAS_ACCESS.id}
PASSWORD = "correct horse battery"


class Person:
    """Somebody at the sign-in page."""

    def __init__(self, house, account) -> None:
        self.house, self.account = house, account
        self.http = house.client()

    def begins(self) -> str:
        """Up to and with the approval at Plex; gives the sign-in's id."""
        started = self.http.post("/auth/plex")
        assert started.status_code == 201, started.text
        self.house.plex.approve(started.json()["auth_url"], self.account)
        return started.json()["sign_in_id"]

    def signs_in(self):
        return self.http.post(f"/auth/plex/{self.begins()}")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def member(house):
    """Somebody who redeemed an invite."""
    visitor = house.visitor()
    visitor.waits(visitor.redeems(house.invite()))
    return Person(house, visitor.account)


def test_somebody_with_an_account_signs_in_with_plex(house, member):
    answer = member.signs_in()
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["plex_id"] == member.account["id"]
    me = house.client(answer.json()["token"]).get("/auth/me")
    assert me.status_code == 200
    assert me.json()["user"] == answer.json()["user"]


def test_the_sign_in_waits_until_plex_approves(house):
    browser = house.client()
    started = browser.post("/auth/plex").json()
    assert started["auth_url"].startswith(f"{house.running.plex_url}/auth#?")
    answer = browser.post(f"/auth/plex/{started['sign_in_id']}")
    assert (answer.status_code, answer.json()) == (202, {"state": "waiting"})


def test_completing_again_gives_another_session_of_the_same_account(house, member):
    sign_in_id = member.begins()
    answers = [member.http.post(f"/auth/plex/{sign_in_id}").json() for _ in range(2)]
    assert answers[0]["user"] == answers[1]["user"]
    assert answers[0]["token"] != answers[1]["token"]
    for answer in answers:
        assert house.client(answer["token"]).get("/auth/me").status_code == 200


def test_a_stranger_is_told_that_there_is_no_account(house):
    answer = Person(house, house.plex.account()).signs_in()
    assert (answer.status_code, answer.json()["Code"]) == (403, "NoAccount")


def test_whoever_has_access_to_the_server_needs_new_plex_sign_in_to_be_on(house):
    answer = Person(house, RUTH).signs_in()
    assert (answer.status_code, answer.json()["Code"]) == (403, "NoAccount")


def test_new_plex_sign_in_opens_one_account_with_the_default_permissions(house, settings):
    account = house.plex.account()
    share = {"machine_id": demo.MACHINE_ID, "account_id": account["id"], "section_ids": [demo.MOVIES]}
    assert house.plex.control.post("/_standin/shares", json=share).is_success
    people = [Person(house, account), Person(house, account)]
    with settings(new_plex_signin_enabled=True), ThreadPoolExecutor(2) as hands:
        sign_ins = [person.begins() for person in people]
        answers = list(
            hands.map(lambda pair: pair[0].http.post(f"/auth/plex/{pair[1]}"), zip(people, sign_ins, strict=True))
        )
        stranger = Person(house, house.plex.account()).signs_in()
    done = [answer.json() for answer in answers if answer.status_code == 200]
    assert done, [answer.text for answer in answers]
    assert len({each["user"]["id"] for each in done}) == 1
    assert done[0]["user"]["permissions"] == ["streamarr"]
    assert done[0]["user"]["trial_ends_at"] is None
    assert (stranger.status_code, stranger.json()["Code"]) == (403, "NoAccount")


def test_an_address_that_has_an_account_is_not_taken_over_by_a_plex_account(house, settings, local_account):
    """Its Plex account is not confirmed: anybody can name an address at Plex that is not theirs."""
    address = local_account(PASSWORD)
    account = house.plex.account(email=address, confirmed=False)
    share = {"machine_id": demo.MACHINE_ID, "account_id": account["id"], "section_ids": [demo.MOVIES]}
    assert house.plex.control.post("/_standin/shares", json=share).is_success
    with settings(new_plex_signin_enabled=True):
        answer = Person(house, account).signs_in()
    assert (answer.status_code, answer.json()["Code"]) == (409, "AddressTaken")


def test_a_local_account_is_linked_by_signing_in_with_a_confirmed_plex_account(house, local_account):
    account = house.plex.account(email=local_account(PASSWORD))
    answers = [Person(house, account).signs_in() for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    user, again = (answer.json()["user"] for answer in answers)
    assert (user["kind"], user["plex_id"]) == ("local", account["id"])
    assert again == user


def test_whoever_made_an_account_for_somebody_else_s_address_is_out_once_its_owner_links_it(
    house, settings, local_account
):
    address = local_account(PASSWORD)
    with settings(local_signin_enabled=True):
        stranger = house.client().post("/auth/local", json={"email": address, "password": PASSWORD}).json()["token"]
        linked = Person(house, house.plex.account(email=address)).signs_in()
        again = house.client().post("/auth/local", json={"email": address, "password": PASSWORD})
    assert house.client(stranger).get("/auth/me").status_code == 401
    assert (again.status_code, again.json()["Code"]) == (401, "SignInFailed")
    assert house.client(linked.json()["token"]).get("/auth/me").status_code == 200


def test_plex_out_of_reach_is_said_and_asking_again_goes_on(house, member):
    sign_in_id = member.begins()
    house.plex.fault(method="GET", path="/api/v2/user", when="before", kind="status", status=503)
    answer = member.http.post(f"/auth/plex/{sign_in_id}")
    assert (answer.status_code, answer.json()["Code"]) == (503, "PlexUnavailable")
    assert member.http.post(f"/auth/plex/{sign_in_id}").status_code == 200


def test_a_password_signs_in_however_its_address_is_written(house, settings, local_account):
    address = local_account(PASSWORD, email=f"M\u00fcller{time.time_ns()}@example.org")
    with settings(local_signin_enabled=True):
        for written in (address, address.upper(), f"  {address.replace(chr(252), 'u' + chr(0x308))} "):
            answer = house.client().post("/auth/local", json={"email": written, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["kind"] == "local"
    assert house.client(answer.json()["token"]).get("/auth/me").status_code == 200


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(house, settings, local_account, member):
    address = local_account(PASSWORD)
    tries = [(address, "wrong"), ("nobody@example.org", PASSWORD), (member.account["email"], PASSWORD)]
    with settings(local_signin_enabled=True):
        answers = [
            house.client().post("/auth/local", json={"email": email, "password": password}) for email, password in tries
        ]
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (401, '{"Code":"SignInFailed","Message":"The e-mail address or the password is wrong."}')
    }
    assert len({tuple(sorted(set(answer.headers) - {"date"})) for answer in answers}) == 1


def test_a_wrong_password_and_an_unknown_address_take_the_same_work(house, settings, local_account, monkeypatch):
    """And so the same time: one verification of argon2id, and the same calls in the same order."""
    work: list[list[str]] = []
    verify = PasswordHasher.verify

    def verified(*arguments):
        work[-1].append("verify")
        return verify(*arguments)

    monkeypatch.setattr(PasswordHasher, "verify", verified)
    with settings(local_signin_enabled=True):
        for email in (local_account(PASSWORD), "nobody-at-all@example.org"):
            browser = house.client()
            work.append([])
            with counting() as calls:
                answer = browser.post("/auth/local", json={"email": email, "password": "wrong"})
            assert answer.status_code == 401
            work[-1] += [call.operation for call in calls]
    known, unknown = work
    assert known == unknown
    assert known.count("verify") == 1


def test_passwords_are_of_no_use_while_local_sign_in_is_off(house, local_account):
    body = {"email": local_account(PASSWORD), "password": PASSWORD}
    answer = house.client().post("/auth/local", json=body)
    assert (answer.status_code, answer.json()["Code"]) == (403, "LocalSigninDisabled")


def test_me_is_who_i_am_what_i_may_do_and_how_my_quota_stands(house):
    member = house.member("create_invites", quota=Quota(limit=3, days=30))
    me = member.http.get("/auth/me").json()
    assert set(me) == {"user", "permissions", "quota", "trial_ends_at"}
    assert set(me["quota"]) == {"limit", "days", "used", "remaining", "renews_at"}
    assert me["permissions"] == ["create_invites"]
    assert (me["quota"]["used"], me["quota"]["remaining"]) == (0, 3)
    assert member.http.post("/invites").status_code == 201
    quota = member.http.get("/auth/me").json()["quota"]
    assert (quota["used"], quota["remaining"], quota["limit"], quota["days"]) == (1, 2, 3, 30)


def test_signing_out_ends_this_session_and_no_other(house, member):
    one, other = (house.client(member.signs_in().json()["token"]) for _ in range(2))
    assert one.delete("/auth/session").status_code == 204
    assert one.get("/auth/me").status_code == 401
    assert other.get("/auth/me").status_code == 200
    assert one.delete("/auth/session").status_code == 401


def test_signing_out_everywhere_ends_all_sessions_and_the_next_sign_in_works(house, member):
    clients = [house.client(member.signs_in().json()["token"]) for _ in range(3)]
    assert clients[0].delete("/auth/sessions").status_code == 204
    assert [client.get("/auth/me").status_code for client in clients] == [401, 401, 401]
    assert house.client(member.signs_in().json()["token"]).get("/auth/me").status_code == 200


def test_a_session_that_is_too_old_is_none(house):
    from chalicelib import wiring
    from chalicelib.adapters.dynamo.mapping import session_record
    from chalicelib.domain.sessions import SESSION_LIFETIME, new_session, session_token

    member = house.member("streamarr")
    token = session_token(member.id, wiring.new_id())
    session_record(new_session(token, user_id=member.id, now=wiring.now() - SESSION_LIFETIME)).save()
    assert house.client(token).get("/auth/me").status_code == 401


def test_what_is_stored_of_a_session_does_not_sign_in(house):
    from chalicelib.adapters.dynamo.models import SessionModel
    from chalicelib.domain.sessions import hashed

    member = house.member("streamarr")
    stored = SessionModel.get(hashed(member.token))
    assert member.token not in str(stored.serialize())
    assert house.client(stored.token_hash).get("/auth/me").status_code == 401
    assert house.client(f"{member.id}.{stored.token_hash}").get("/auth/me").status_code == 401


def test_a_permission_change_takes_effect_on_the_next_request(house):
    member = house.member("streamarr")
    assert member.http.get("/users").status_code == 403
    assert house.admin.patch(f"/users/{member.id}", json={"permissions": ["manage_users"]}).status_code == 200
    assert member.http.get("/users").status_code == 200


def test_session_and_user_are_checked_in_one_round_trip(house, monkeypatch):
    import botocore.client

    member, calls = house.member("streamarr"), []
    original = vars(botocore.client.BaseClient)["_make_api_call"]

    def counted(client, operation, arguments):
        calls.append(operation)
        return original(client, operation, arguments)

    with monkeypatch.context() as patched:
        patched.setattr(botocore.client.BaseClient, "_make_api_call", counted)
        assert member.http.get("/users").status_code == 403
    assert calls == ["TransactGetItems"]
