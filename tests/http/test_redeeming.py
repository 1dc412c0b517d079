"""The main job over HTTP, through the real components."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from local.plex import demo
from testing import each_function, each_route


def test_a_person_gets_exactly_the_granted_libraries(stack):
    code = stack.invite(libraries=[str(demo.MOVIES), str(demo.MUSIC)], downloads=True)
    maya = stack.visitor()

    redemption = maya.waits(maya.redeems(code))

    (share,) = stack.plex.shares(maya.account)
    assert sorted(share["section_ids"]) == [demo.MOVIES, demo.MUSIC]
    assert not share["all_libraries"]
    assert share["accepted"]
    assert share["settings"]["allowSync"]
    assert [step["state"] for step in redemption["steps"]] == ["done", "done", "done"]
    shown = stack.shown(code)
    assert (shown["status"], shown["uses"]) == ("redeemed", 1)
    assert [person["name"] for person in shown["redeemed_by"]] == [maya.account["username"]]


def test_a_redemption_asks_plex_seven_times_in_all(stack):
    starting, claiming = "POST /signup/{code}/plex", "POST /signup/{code}/plex/{sign_in_id}, claiming"
    calls = [*each_route.walk(stack, starting), *each_route.walk(stack, claiming)]
    calls += each_function.walk(stack, "provision, a friend")
    assert sum(call.service == "plex" for call in calls) == 7


def test_downloads_are_not_given_unless_granted(stack):
    visitor = stack.visitor()
    visitor.waits(visitor.redeems(stack.invite()))
    (share,) = stack.plex.shares(visitor.account)
    assert not share["settings"]["allowSync"]


def test_the_sign_in_waits_until_plex_approves(stack):
    code, visitor = stack.invite(), stack.visitor()
    started = visitor.starts(code)
    answer = visitor.completes(code, started["sign_in_id"])
    assert (answer.status_code, answer.json()) == (202, {"state": "waiting"})


def test_a_sign_in_stolen_from_another_browser_opens_nothing(stack):
    code, visitor, thief = stack.invite(), stack.visitor(), stack.visitor()
    sign_in_id = visitor.signs_in(code)
    stolen = thief.completes(code, sign_in_id)
    assert (stolen.status_code, stolen.json()["Code"]) == (404, "SignInNotFound")
    assert visitor.completes(code, sign_in_id).status_code == 202


def test_a_hundred_people_on_five_uses_make_five_accounts(stack):
    code = stack.invite(usage_limit=5)
    visitors = [stack.visitor() for _ in range(100)]
    with ThreadPoolExecutor(100) as crowd:
        sign_ins = list(crowd.map(lambda visitor: visitor.signs_in(code), visitors))
        answers = list(crowd.map(lambda pair: pair[0].completes(code, pair[1]), zip(visitors, sign_ins, strict=True)))

    let_in = [pair for pair in zip(visitors, answers, strict=True) if pair[1].status_code == 202]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (len(let_in), len(refused)) == (5, 95)
    assert {answer.json()["Message"] for answer in refused} == {"Invite code is not active"}
    assert len({answer.json()["redemption"]["user"]["id"] for _, answer in let_in}) == 5
    for visitor, answer in let_in:
        visitor.waits(answer, seconds=60)
    assert stack.shown(code)["uses"] == 5
    assert sum(len(stack.plex.shares(visitor.account)) for visitor in visitors) == 5


def test_a_double_click_makes_one_account_and_names_one_redemption(stack):
    code, visitor = stack.invite(usage_limit=5), stack.visitor()
    sign_in_id = visitor.signs_in(code)
    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(lambda _: visitor.completes(code, sign_in_id), range(2)))
    redemptions = {visitor.waits(answer)["id"] for answer in answers}
    assert len(redemptions) == 1
    assert stack.shown(code)["uses"] == 1
    assert len(stack.plex.shares(visitor.account)) == 1


def test_two_tabs_of_one_person_make_one_account_and_name_one_redemption(stack):
    code, account = stack.invite(usage_limit=5), stack.plex.account()
    tabs = [stack.visitor(account), stack.visitor(account)]
    sign_ins = [(tab, tab.signs_in(code)) for tab in tabs]
    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(lambda pair: pair[0].completes(code, pair[1]), sign_ins))
    done = [answer for answer in answers if answer.status_code == 202]
    redemptions = {tabs[0].waits(answer)["id"] for answer in done}
    assert len(redemptions) == 1
    assert stack.shown(code)["uses"] == 1
    assert len(stack.plex.shares(account)) == 1


def test_a_person_who_has_access_already_is_told_so_and_uses_nothing(stack):
    code = stack.invite(usage_limit=5)
    ruth = stack.visitor({"id": demo.HAS_ACCESS.id})
    answer = ruth.redeems(code)
    assert answer.status_code == 409
    assert answer.json() == {"Code": "AlreadyHasAccess", "Message": "You already have access to this Plex server"}
    assert stack.shown(code)["uses"] == 0


def test_who_redeemed_a_link_is_refused_by_another_one(stack):
    code, visitor = stack.invite(usage_limit=5), stack.visitor()
    visitor.waits(visitor.redeems(stack.invite()))
    again = visitor.redeems(code)
    assert (again.status_code, again.json()["Code"]) == (409, "AlreadyHasAccess")
    assert stack.shown(code)["uses"] == 0


def test_plex_out_of_reach_claims_nothing_and_asking_again_goes_on(stack):
    code, visitor = stack.invite(), stack.visitor()
    sign_in_id = visitor.signs_in(code)
    stack.plex.fault(method="GET", path="/api/v2/user", when="before", kind="status", status=503)
    answer = visitor.completes(code, sign_in_id)
    assert (answer.status_code, answer.json()["Code"]) == (503, "PlexUnavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert stack.shown(code)["uses"] == 0
    visitor.waits(visitor.completes(code, sign_in_id))


def test_a_function_killed_between_the_share_and_its_own_books_ends_in_one_share(stack):
    code, visitor = stack.invite(), stack.visitor()
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", when="after", kind="timeout", seconds=4)
    answer = visitor.redeems(code)
    _wait_for(lambda: stack.plex.shares(visitor.account))
    _kill_the_queue_function(stack)

    redemption = visitor.waits(answer, seconds=40)

    assert redemption["state"] == "done"
    assert len(stack.plex.shares(visitor.account)) == 1


def test_an_answer_lost_after_the_share_ends_in_one_share(stack):
    code, visitor = stack.invite(), stack.visitor()
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", when="after", kind="drop")
    visitor.waits(visitor.redeems(code), seconds=40)
    assert len(stack.plex.shares(visitor.account)) == 1


def test_a_message_delivered_twice_changes_nothing(stack):
    from chalicelib import wiring

    code, visitor = stack.invite(), stack.visitor()
    redemption = visitor.waits(visitor.redeems(code))
    for _ in range(2):
        wiring.ports.queue.align(redemption["user"]["id"])
    _wait_for(_the_queue_is_empty)
    assert len(stack.plex.shares(visitor.account)) == 1
    assert stack.shown(code)["redeemed_by"][0]["state"] == "done"


def test_a_message_that_was_lost_is_sent_again_by_the_sweep(stack, monkeypatch):
    """Pending for long, and carried by no message: the state after a crash between the claim and the send."""
    from chalicelib import wiring
    from chalicelib.aws.queue import SqsWorkQueue

    code, visitor = stack.invite(), stack.visitor()
    sign_in_id = visitor.signs_in(code)
    an_hour_ago = wiring.now().replace(year=wiring.now().year - 1)
    with monkeypatch.context() as patched:
        patched.setattr(SqsWorkQueue, "align", lambda *_, **__: None)
        answer = visitor.completes(code, sign_in_id)
    wiring.ports.accesses.note_resent(answer.json()["redemption"]["user"]["id"], an_hour_ago)
    visitor.waits(answer, seconds=30)


def test_the_invitee_s_token_is_gone_moments_after_it_is_done(stack):
    from chalicelib import wiring

    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    deadline = time.monotonic() + 30
    while wiring.ports.tokens.all(redemption["id"]):
        assert time.monotonic() < deadline
        time.sleep(0.2)  # between two looks


def test_a_redemption_is_not_shown_to_other_people(stack):
    visitor, stranger = stack.visitor(), stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    other = stranger.redeems(stack.invite()).json()
    path = f"/redemptions/{redemption['id']}"
    assert stack.client().get(path).status_code == 401
    assert stack.client("made.up").get(path).status_code == 401
    assert stack.client(other["token"]).get(path).status_code == 404
    assert stack.admin.get(path).json()["state"] == "done"


def _kill_the_queue_function(stack) -> None:
    for file in stack.running.run_dir.glob("provision-*.pid"):
        try:
            os.kill(int(file.read_text()), signal.SIGKILL)
        except (ProcessLookupError, ValueError, FileNotFoundError):
            continue


def _wait_for(fact, seconds: float = 10):
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def _the_queue_is_empty() -> bool:
    from chalicelib.aws import clients
    from chalicelib.environment import environment

    attributes = clients.sqs().get_queue_attributes(
        QueueUrl=environment().provision_queue_url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return not any(int(number) for number in attributes.values())


def test_a_used_up_link_leads_its_own_redeemer_back_in_another_browser_and_no_stranger(stack):
    code, visitor = stack.invite(), stack.visitor()
    redemption = visitor.waits(visitor.redeems(code))
    again = stack.visitor(visitor.account)
    answer = again.redeems(code)
    assert answer.status_code == 202, answer.text
    assert answer.json()["redemption"]["id"] == redemption["id"]
    assert stack.client(answer.json()["token"]).get("/auth/me").json()["user"]["id"] == redemption["user"]["id"]
    stranger = stack.visitor().redeems(code)
    assert (stranger.status_code, stranger.json()["Code"]) == (409, "InviteNotActive")
    assert stack.shown(code)["uses"] == 1
