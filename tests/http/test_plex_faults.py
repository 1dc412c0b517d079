"""Redemptions while Plex has faults, over HTTP and through the real queue. Every fault there is: tests/plex_faults."""

import time

import pytest

from local.plex import demo


@pytest.fixture
def with_local_accounts(stack):
    _switch_local_accounts(stack, on=True)
    yield
    _switch_local_accounts(stack, on=False)


def _switch_local_accounts(stack, *, on):
    version = stack.admin.get("/settings").json()["version"]
    changed = stack.admin.patch("/settings", json={"local_signin_enabled": on, "version": version})
    assert changed.status_code == 200, changed.text


@pytest.fixture
def at_home(stack):
    """What stands in the demo owner's Plex Home now: account ids and titles."""
    return lambda: {
        member["id"]: member["title"]
        for account in stack.plex.control.get("/_standin/accounts").json()["accounts"]
        for member in [account]
        if account["home_of"] == demo.OWNER.id
    }


def _joins(visitor, code, **facts):
    name = visitor.account["username"]
    who = {"email": visitor.account["email"], "username": name, "password": "correct horse", **facts}
    return visitor.browser.post(f"/signup/{code}/local", json=who)


def test_the_owner_s_token_refused_keeps_the_place_and_goes_on_once_it_is_renewed(stack):
    from chalicelib import wiring

    code, visitor = stack.invite(), stack.visitor()
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", when="before", kind="status", status=401)
    answer = visitor.redeems(code)
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    path = f"/redemptions/{answer.json()['redemption']['id']}"
    _wait_for(lambda: "your place is kept" in visitor.browser.get(path, headers=headers).text)
    assert stack.shown(code)["uses"] == 1

    wiring.ports.keep_owner_token(demo.OWNER.token)
    wiring.ports.queue.refresh_libraries()

    visitor.waits(answer, seconds=10)
    assert len(stack.plex.shares(visitor.account)) == 1


def test_plex_s_refusal_gives_the_use_back_and_the_same_link_works_again(stack):
    code, visitor = stack.invite(), stack.visitor()
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", when="after", kind="status", status=403)
    failed = visitor.waits(visitor.redeems(code), until=("failed",))
    assert failed["reason"]["Code"] == "RefusedByPlex"
    assert (stack.shown(code)["uses"], stack.plex.shares(visitor.account)) == (0, [])
    visitor.waits(visitor.redeems(code))
    assert stack.shown(code)["uses"] == 1


def test_a_message_that_cannot_be_read_holds_up_no_other(stack):
    from chalicelib import wiring
    from chalicelib.aws import clients
    from chalicelib.environment import environment

    for text in ("no json", '{"kind": "dance"}', '{"kind": "provision", "redemption_id": "old"}'):
        clients.sqs().send_message(QueueUrl=environment().provision_queue_url, MessageBody=text)
    wiring.ports.queue.align("made-up")
    visitor = stack.visitor()
    visitor.waits(visitor.redeems(stack.invite()), seconds=10)


def test_what_needs_attention_is_listed_and_tried_again_with_one_call(stack):
    visitor = stack.visitor(stack.plex.account(confirmed=False))
    answer = visitor.redeems(stack.invite())
    waiting = visitor.waits(answer, until=("needs_attention",))
    assert waiting["reason"]["Code"] == "VerifyEmailOnPlex"
    listed = stack.admin.get("/redemptions", params={"state": "needs_attention"}).json()["redemptions"]
    assert waiting["id"] in [redemption["id"] for redemption in listed]

    stack.plex.control.patch(f"/_standin/accounts/{visitor.account['id']}", json={"confirmed": True})
    retried = stack.admin.post(f"/redemptions/{waiting['id']}/retry")
    assert (retried.status_code, retried.json()["id"]) == (202, waiting["id"])
    visitor.waits(answer, seconds=10)

    again = stack.admin.post(f"/redemptions/{waiting['id']}/retry")
    assert (again.status_code, again.json()["Code"]) == (409, "NothingToRetry")


def test_the_list_of_redemptions_goes_from_the_newest_to_the_oldest_page_by_page(stack):
    done = [visitor.waits(visitor.redeems(stack.invite()))["id"] for visitor in (stack.visitor(), stack.visitor())]
    listed = _listed_one_by_one(stack, until=done[0])
    assert [id_ for id_ in listed if id_ in done] == done[::-1]
    assert len(set(listed)) == len(listed)


def _listed_one_by_one(stack, until, most=50):
    """Ids from the newest on. Others may redeem meanwhile, on the stack that all tests share."""
    listed: list[str] = []
    cursor = None
    while until not in listed and len(listed) < most:
        page = stack.admin.get("/redemptions", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        listed += [redemption["id"] for redemption in page["redemptions"]]
        cursor = page["next"]
    return listed


def test_the_list_of_redemptions_is_for_those_who_see_all_invites(stack):
    assert stack.client().get("/redemptions").status_code == 401
    assert stack.member("streamarr").http.get("/redemptions").status_code == 403
    viewer = stack.member("view_invites").http
    assert viewer.get("/redemptions").status_code == 200
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    assert viewer.post(f"/redemptions/{redemption['id']}/retry").status_code == 403
    assert stack.admin.post("/redemptions/made-up/retry").json()["Code"] == "RedemptionNotFound"
    odd = stack.admin.get("/redemptions", params={"state": "lost"})
    assert (odd.status_code, odd.json()["Field"]) == (400, "state")


def test_a_place_in_the_plex_home(stack, at_home):
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite(plex_home=True)))
    assert [step["name"] for step in redemption["steps"]] == ["account", "home", "share", "accept"]
    assert visitor.account["id"] in at_home()
    (share,) = stack.plex.shares(visitor.account)
    assert share["accepted"]


def test_an_account_without_plex_gets_a_managed_user_in_the_plex_home(stack, with_local_accounts, at_home):
    visitor = stack.visitor()
    answer = _joins(visitor, stack.invite(plex_home=True), username=f"Tom & Jerry {visitor.account['username']} #1")
    redemption = visitor.waits(answer)
    (managed_id,) = [id_ for id_, title in at_home().items() if title == redemption["user"]["name"]]
    (share,) = stack.plex.shares({"id": managed_id})
    assert sorted(share["section_ids"]) == sorted(id_ for id_, _, _ in demo.SECTIONS)


def test_the_profile_of_a_closed_account_stays_until_an_admin_has_it_deleted(stack, with_local_accounts, at_home):
    visitor = stack.visitor()
    redemption = visitor.waits(_joins(visitor, stack.invite(plex_home=True)))
    path = f"/users/{redemption['user']['id']}"
    (managed_id,) = [id_ for id_, title in at_home().items() if title == redemption["user"]["name"]]
    assert stack.admin.delete(path).status_code == 204
    closed = _rests(stack, path)
    assert (closed["state"], closed["managed_profile"], stack.plex.shares({"id": managed_id})) == ("closed", True, [])
    assert managed_id in at_home()
    asked = stack.admin.post(f"{path}/access/delete-profile", json={"version": closed["version"]})
    assert asked.status_code == 202, asked.text
    assert not _rests(stack, path)["managed_profile"]
    assert managed_id not in at_home()
    again = stack.admin.post(f"{path}/access/delete-profile", json={"version": closed["version"] + 1})
    assert (again.status_code, again.json()["Code"]) == (409, "NoAccess")


def _rests(stack, path, seconds=20):
    """The access of a closed account, once nothing is left to do."""
    deadline = time.monotonic() + seconds
    while True:
        access = stack.admin.get(f"{path}/access").json()
        if access["state"] == "closed" and access["work"] is None:
            return access
        assert time.monotonic() < deadline, access
        time.sleep(0.1)  # between two looks


def test_an_account_without_plex_gets_its_libraries_once_plex_is_linked(stack, with_local_accounts):
    code, visitor = stack.invite(), stack.visitor()
    answer = _joins(visitor, code)
    assert answer.status_code == 202, answer.text
    redemption = answer.json()["redemption"]
    assert (redemption["state"], redemption["reason"]["Code"]) == ("needs_attention", "LinkPlex")
    assert (stack.shown(code)["uses"], stack.plex.shares(visitor.account)) == (1, [])

    started = visitor.browser.post("/auth/plex").json()
    stack.plex.approve(started["auth_url"], visitor.account)
    signed_in = visitor.browser.post(f"/auth/plex/{started['sign_in_id']}")
    assert (signed_in.status_code, signed_in.json()["user"]["id"]) == (200, redemption["user"]["id"])

    visitor.waits(answer)
    (share,) = stack.plex.shares(visitor.account)
    assert share["accepted"]


def test_an_address_that_plex_did_not_verify_links_nothing(stack, with_local_accounts):
    visitor = stack.visitor(stack.plex.account(confirmed=False))
    _joins(visitor, stack.invite())
    started = visitor.browser.post("/auth/plex").json()
    stack.plex.approve(started["auth_url"], visitor.account)
    assert visitor.browser.post(f"/auth/plex/{started['sign_in_id']}").status_code == 403


def test_accounts_without_plex_are_switched_off_until_an_admin_switches_them_on(stack):
    code, visitor = stack.invite(), stack.visitor()
    answer = _joins(visitor, code)
    assert (answer.status_code, answer.json()["Code"]) == (403, "LocalSigninDisabled")
    assert stack.shown(code)["uses"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("email", ""), ("username", "  "), ("username", "x" * 61), ("password", "1234567")],
)
def test_an_account_without_plex_needs_all_its_parts(stack, with_local_accounts, field, value):
    code = stack.invite()
    answer = _joins(stack.visitor(), code, **{field: value})
    assert (answer.status_code, answer.json()["Field"]) == (400, field)
    assert stack.shown(code)["uses"] == 0


def test_an_address_and_a_name_are_taken_once(stack, with_local_accounts):
    code, first, second = stack.invite(usage_limit=5), stack.visitor(), stack.visitor()
    assert _joins(first, code).status_code == 202
    same_address = _joins(second, code, email=first.account["email"].upper())
    assert (same_address.status_code, same_address.json()["Code"]) == (409, "AlreadyHasAccess")
    same_name = _joins(second, code, username=f" {first.account['username'].upper()} ")
    assert (same_name.status_code, same_name.json()["Code"]) == (409, "UserNameTaken")
    assert stack.shown(code)["uses"] == 1


def test_a_double_click_on_an_account_without_plex_makes_one(stack, with_local_accounts):
    code, visitor = stack.invite(), stack.visitor()
    ids = {_joins(visitor, code).json()["redemption"]["id"] for _ in range(2)}
    assert len(ids) == 1
    assert stack.shown(code)["uses"] == 1


def test_a_person_who_leaves_keeps_nothing_and_may_come_back(stack):
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite())
    visitor.waits(answer)
    mine = stack.client(answer.json()["token"])
    assert mine.delete("/me").status_code == 204
    assert mine.get("/auth/me").status_code == 401
    _wait_for(lambda: stack.plex.shares(visitor.account) == [])
    visitor.waits(visitor.redeems(stack.invite()))


def test_a_deleted_account_loses_its_share_and_its_place_at_home(stack, at_home):
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite(plex_home=True)))
    stack.plex.fault(method="DELETE", path="/api/v2/shared_servers/[0-9]+", when="before", kind="status", status=503)
    assert stack.admin.delete(f"/users/{redemption['user']['id']}").status_code == 204
    _wait_for(lambda: stack.plex.shares(visitor.account) == [] and visitor.account["id"] not in at_home())


def test_the_owner_cannot_leave(stack):
    refused = stack.admin.delete("/me")
    assert (refused.status_code, refused.json()["Code"]) == (403, "OwnerProtected")


def test_no_token_stands_in_any_log_of_the_functions_or_in_the_dead_letters(stack):
    from chalicelib.aws import clients

    logs = "".join(file.read_text(errors="replace") for file in stack.running.run_dir.glob("*.log"))
    assert "aligned" in logs
    dead = clients.sqs().get_queue_url(QueueName="streamarr-dev-provision-dead")["QueueUrl"]
    letters = clients.sqs().receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", [])
    everything = logs + "".join(letter["Body"] for letter in letters)
    for token in stack.plex.control.get("/_standin/tokens").json()["ever_issued"]:
        assert token not in everything


def _wait_for(fact, seconds: float = 15):
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("barely", [True, False])
@pytest.mark.parametrize("listed", [True, False])
def test_a_stranger_with_a_plus_in_the_address_comes_into_the_home(stack, at_home, barely, listed):
    forms = {"home_invites_answered_barely": barely, "users_list_home_invites": listed}
    stack.plex.control.patch("/_standin/options", json=forms).raise_for_status()
    visitor = stack.visitor(stack.plex.account(email=f"plus+{time.time_ns()}@example.org"))
    try:
        visitor.waits(visitor.redeems(stack.invite(plex_home=True)))
    finally:
        usual = {"home_invites_answered_barely": False, "users_list_home_invites": True}
        stack.plex.control.patch("/_standin/options", json=usual).raise_for_status()
    assert visitor.account["id"] in at_home()


@pytest.mark.parametrize("left_out", ["subscription", "profile", "scrobbleTypes", "authToken"])
def test_an_answer_that_lacks_what_is_not_needed_is_no_fault(stack, left_out):
    options, visitor = "/_standin/options", stack.visitor()
    stack.plex.control.patch(options, json={"left_out": [left_out]}).raise_for_status()
    try:
        visitor.waits(visitor.redeems(stack.invite()))
    finally:
        stack.plex.control.patch(options, json={"left_out": []}).raise_for_status()
