"""What people who run invite systems for Plex reported, replayed: each kind over HTTP, through the real queue."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from local.plex import demo


@pytest.mark.parametrize("form", ["refused", "not shown"])
def test_an_unverified_address_is_said_at_the_first_look_and_goes_on_within_seconds_of_the_verification(stack, form):
    visitor = stack.visitor(stack.plex.account(confirmed=False))
    with stack.plex.behaving(unconfirmed_see_no_invites=form == "not shown"):
        answer = visitor.redeems(stack.invite())
        waiting = visitor.waits(answer, until=("needs_attention",), seconds=5)
        assert waiting["reason"]["Code"] == "VerifyEmailOnPlex"
        stack.plex.change(visitor.account, confirmed=True)
        visitor.waits(answer, seconds=15)


AROUND_A_CODE = ["{}", " {} ", "“{}”", "({}).", "{}\u200b", "\ufeff{}\u00a0", "{}…", "-{}-", "\u2060{}!"]


@pytest.mark.parametrize("around", AROUND_A_CODE)
def test_what_is_pasted_around_a_code_does_not_count(stack, around):
    pasted = around.format(stack.invite())
    page = stack.client().get(f"{stack.origin}/signup", params={"icode": pasted})
    assert (page.status_code, "Olivia invites you to" in page.text) == (200, True)


@pytest.mark.parametrize("between", [" ", "\u200b", "\u00ad"])
def test_a_code_that_was_broken_by_a_blank_is_read_as_one(stack, between):
    code = stack.invite()
    page = stack.client().get(f"{stack.origin}/signup", params={"icode": f"{code[:4]}{between}{code[4:]}"})
    assert page.status_code == 200


@pytest.mark.parametrize("query", ["", "?icode=", "?icode=%20", "?icode=%E2%80%8B", "?icode=..."])
def test_without_a_code_the_page_asks_for_one(stack, query):
    page = stack.client().get(f"{stack.origin}/signup{query}")
    assert (page.status_code, 'name="icode"' in page.text) == (200, True)


IN_THE_WRONG_CASE = "Invite code not found. Codes tell capital letters from small ones"


def _page(stack, code, browser=None):
    return (browser or stack.client()).get(f"{stack.origin}/signup", params={"icode": code})


def test_a_code_in_the_wrong_case_is_told_so_and_any_other_is_not_found(stack):
    code = stack.invite(code=f"AbCd{stack.plex.account()['id']}")
    page = _page(stack, code.swapcase())
    assert (page.status_code, IN_THE_WRONG_CASE in page.text) == (404, True)
    assert f'value="{code.swapcase()}"' in page.text
    assert IN_THE_WRONG_CASE not in _page(stack, code[::-1]).text
    assert stack.client().get(f"/signup/{code.swapcase()}").json()["Message"] == "Invite code not found"


def test_guessing_without_regard_to_capital_letters_is_stopped_after_five_tries_an_hour(stack):
    code, browser = stack.invite(code=f"AbCd{stack.plex.account()['id']}"), stack.client()
    told = [IN_THE_WRONG_CASE in _page(stack, code.swapcase(), browser).text for _ in range(8)]
    assert told == [True] * 5 + [False] * 3


def test_a_deleted_invite_s_code_is_told_to_no_one_in_any_case(stack):
    code = stack.invite(code=f"AbCd{stack.plex.account()['id']}")
    assert stack.admin.delete(f"/invites/{code}").status_code == 204
    assert IN_THE_WRONG_CASE not in _page(stack, code.swapcase()).text


@pytest.mark.parametrize("path", ["/signup?icode={}", "/signup", "/"])
def test_head_is_answered_as_get_is_without_a_body(stack, path):
    address = f"{stack.origin}{path.format(stack.invite())}"
    head, page = httpx.head(address), httpx.get(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == page.headers["content-type"]
    assert head.headers["content-length"] == str(len(page.content))


def _signs_in(stack, account):
    """At the site; gives the answer."""
    browser = stack.client()
    started = browser.post("/auth/plex").json()
    stack.plex.approve(started["auth_url"], account)
    return browser.post(f"/auth/plex/{started['sign_in_id']}")


def test_a_name_and_an_address_follow_plex_at_each_sign_in(stack):
    visitor = stack.visitor()
    done = visitor.waits(visitor.redeems(stack.invite()))
    name = f"new-{visitor.account['username']}"
    stack.plex.change(visitor.account, username=name, email=f"{name}@example.org")
    user = _signs_in(stack, visitor.account).json()["user"]
    assert (user["name"], user["email"]) == (name, f"{name}@example.org")
    assert stack.admin.get(f"/users/{done['user']['id']}").json()["name"] == name


def test_an_address_that_was_freed_does_not_stand_in_the_way_of_its_new_holder(stack):
    first = stack.visitor()
    first.waits(first.redeems(stack.invite()))
    address = first.account["email"]
    stack.plex.change(first.account, email=f"moved-{address}")
    _signs_in(stack, first.account)
    second = stack.visitor(stack.plex.account(email=address))
    assert second.waits(second.redeems(stack.invite()))["state"] == "done"


def test_a_used_up_link_s_redeemer_is_known_by_their_new_name(stack):
    code, visitor = stack.invite(), stack.visitor()
    done = visitor.waits(visitor.redeems(code))
    stack.plex.change(visitor.account, username=f"new-{visitor.account['username']}")
    assert visitor.redeems(code).status_code == 202
    named = stack.admin.get(f"/users/{done['user']['id']}").json()["name"]
    assert named == f"new-{visitor.account['username']}"


def _declines(stack, account):
    (share,) = stack.plex.shares(account)
    assert stack.plex.control.delete(f"/_standin/shares/{share['id']}").is_success


def _wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks
    return found


def test_a_declined_invite_is_sent_once_more_at_most_and_the_use_is_given_back(stack):
    code, visitor = stack.invite(), stack.visitor()
    with stack.plex.behaving(invites_visible_after_seconds=600):
        answer = visitor.redeems(code)
        for _ in range(2):  # one that is declined before it was ever seen may come late: it is awaited for a minute
            _wait_for(lambda: stack.plex.shares(visitor.account), seconds=80)
            _declines(stack, visitor.account)
        failed = visitor.waits(answer, until=("failed",), seconds=150)
    assert failed["reason"]["Code"] == "InvitationGone"
    assert stack.plex.shares(visitor.account) == []
    assert stack.shown(code)["uses"] == 0


BY_HAND = {"allowSync": True, "filterMovies": "contentRating!=R"}


def _share_by_hand(stack, account, *, accepted):
    made = stack.plex.control.post(
        "/_standin/shares",
        json={
            "machine_id": demo.MACHINE_ID,
            "account_id": account["id"],
            "section_ids": [demo.KIDS_MOVIES],
            "accepted": accepted,
            "settings": BY_HAND,
        },
    )
    assert made.is_success, made.text
    return made.json()["id"]


def _is_by_hand(share):
    settings = {name: share["settings"][name] for name in BY_HAND}
    return (share["section_ids"], settings) == ([demo.KIDS_MOVIES], BY_HAND)


def test_an_invite_that_the_owner_sent_by_hand_is_accepted_and_put_back_when_the_account_is_closed(stack):
    visitor = stack.visitor()
    by_hand = _share_by_hand(stack, visitor.account, accepted=False)
    done = visitor.waits(visitor.redeems(stack.invite()))
    (share,) = stack.plex.shares(visitor.account)
    assert (share["id"], share["accepted"], _is_by_hand(share)) == (by_hand, True, False)
    assert stack.admin.delete(f"/users/{done['user']['id']}").status_code == 204
    _wait_for(lambda: _is_by_hand(stack.plex.shares(visitor.account)[0]))
    assert stack.plex.shares(visitor.account)[0]["id"] == by_hand


def test_what_the_owner_shared_by_hand_survives_a_failure(stack):
    code, visitor = stack.invite(plex_home=True), stack.visitor()
    by_hand = _share_by_hand(stack, visitor.account, accepted=False)
    stack.plex.fault(method="POST", path=f"/api/v2/shared_servers/{by_hand}", when="after", kind="status", status=403)
    failed = visitor.waits(visitor.redeems(code), until=("failed",))
    assert failed["reason"]["Code"] == "RefusedByPlex"
    assert stack.shown(code)["uses"] == 0
    (share,) = stack.plex.shares(visitor.account)
    assert (share["id"], _is_by_hand(share)) == (by_hand, True)


def test_downloads_that_need_a_plex_pass_are_left_out_the_libraries_are_given_and_the_owner_is_told(stack):
    code, visitor = stack.invite(downloads=True), stack.visitor()
    owner = {"id": demo.OWNER.id}
    stack.plex.change(owner, subscription=False)
    try:
        with stack.plex.behaving(downloads_need_plex_pass=True):
            done = visitor.waits(visitor.redeems(code))
    finally:
        stack.plex.change(owner, subscription=True)
    assert (done["without_downloads"], done["grant"]["features"]["downloads"]) == (True, True)
    (share,) = stack.plex.shares(visitor.account)
    assert (share["accepted"], share["settings"]["allowSync"]) == (True, False)
    (listed,) = stack.admin.get(f"/invites/{code}/redemptions").json()["redemptions"]
    assert listed["without_downloads"]


def _live_tokens(stack, account):
    """Those of clients that signed in here."""
    tokens = stack.plex.control.get("/_standin/tokens").json()["tokens"]
    return [
        token
        for token in tokens
        if token["live"] and token["account_id"] == account["id"] and "streamarr" in token["client_identifier"]
    ]


def test_signing_in_to_the_site_or_with_a_second_code_ends_no_redemption(stack):
    code, other, visitor = stack.invite(), stack.invite(), stack.visitor()
    with stack.plex.behaving(invites_visible_after_seconds=3):
        answer = visitor.redeems(code)
        assert answer.status_code == 202
        assert _signs_in(stack, visitor.account).status_code == 200
        visitor.redeems(other)
        visitor.waits(answer)
    assert stack.shown(other)["uses"] == 0


def test_every_sign_in_is_a_client_of_its_own_and_is_signed_out_at_plex_afterwards(stack):
    code, visitor = stack.invite(), stack.visitor()
    visitor.waits(visitor.redeems(code))
    _signs_in(stack, visitor.account)
    assert visitor.redeems(stack.invite()).status_code == 409
    assert len({token["client_identifier"] for token in _live_tokens(stack, visitor.account)}) >= 2
    _wait_for(lambda: _live_tokens(stack, visitor.account) == [])


def test_a_sign_out_that_plex_does_not_answer_is_repeated(stack):
    visitor = stack.visitor()
    stack.plex.fault(method="DELETE", path="/api/v2/users/signout", when="before", kind="status", status=503)
    visitor.waits(visitor.redeems(stack.invite()))
    _wait_for(lambda: _live_tokens(stack, visitor.account) == [], seconds=60)


def _unshare(stack, account):
    for share in stack.plex.shares(account):
        assert stack.plex.control.delete(f"/_standin/shares/{share['id']}").is_success


def test_a_person_whose_share_was_removed_by_hand_renews_it_with_a_new_code(stack):
    visitor = stack.visitor()
    done = visitor.waits(visitor.redeems(stack.invite()))
    _unshare(stack, visitor.account)
    renewed = visitor.waits(visitor.redeems(stack.invite(downloads=True)))
    assert renewed["user"] == done["user"]
    (share,) = stack.plex.shares(visitor.account)
    assert (share["accepted"], share["settings"]["allowSync"]) == (True, True)


def test_a_renewal_that_fails_leaves_the_account_open_and_gives_the_use_back(stack):
    code, visitor = stack.invite(), stack.visitor()
    done = visitor.waits(visitor.redeems(stack.invite()))
    _unshare(stack, visitor.account)
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", when="before", kind="status", status=403)
    visitor.waits(visitor.redeems(code), until=("failed",))
    assert stack.shown(code)["uses"] == 0
    assert stack.admin.get(f"/users/{done['user']['id']}").json()["state"] == "active"
    assert _signs_in(stack, visitor.account).status_code == 200
    visitor.waits(visitor.redeems(code))


def _completes_until_answered(visitor, code, sign_in_id):
    """As the page does, which asks again after the time that it is told."""
    asked: list[Any] = []

    def answered():
        asked.append(visitor.completes(code, sign_in_id))
        return asked[-1] if asked[-1].status_code != 503 else None

    return _wait_for(answered), asked


def test_a_plex_account_that_was_made_anew_under_the_same_address_renews_the_account(stack):
    first = stack.visitor()
    done = first.waits(first.redeems(stack.invite()))
    address = first.account["email"]
    assert stack.plex.control.delete(f"/_standin/accounts/{first.account['id']}").is_success
    anew, code = stack.visitor(stack.plex.account(email=address)), stack.invite()
    answer, asked = _completes_until_answered(anew, code, anew.signs_in(code))
    assert "Plex is being asked" in asked[0].json()["Message"]
    assert anew.waits(answer)["user"]["id"] == done["user"]["id"]
    assert stack.admin.get(f"/users/{done['user']['id']}").json()["plex_id"] == anew.account["id"]


def test_an_address_that_another_plex_account_took_over_on_plex_is_theirs_here_as_well(stack):
    first = stack.visitor()
    done = first.waits(first.redeems(stack.invite()))
    address = first.account["email"]
    stack.plex.change(first.account, email=f"moved-{address}")
    second, code = stack.visitor(stack.plex.account(email=address)), stack.invite()
    answer, _ = _completes_until_answered(second, code, second.signs_in(code))
    assert second.waits(answer)["user"]["id"] != done["user"]["id"]
    assert len(stack.plex.shares(first.account)) == 1


def test_the_owner_s_own_people_come_in_by_signing_in(stack):
    account = stack.plex.account()
    _share_by_hand(stack, account, accepted=True)
    refused = stack.visitor(account).redeems(stack.invite())
    assert (refused.status_code, refused.json()["Code"]) == (409, "AlreadyHasAccess")
    assert _signs_in(stack, account).status_code == 200


def test_an_address_squatted_by_a_local_account_keeps_its_person_from_nothing(stack, local_account):
    visitor = stack.visitor()
    local_account("correct horse battery", visitor.account["email"])
    visitor.waits(visitor.redeems(stack.invite()))


@pytest.fixture
def made_again(stack):
    """A library that was read here, and then was deleted and made again on the server; gives both ids."""
    path = f"/_standin/servers/{demo.MACHINE_ID}/sections"

    def make() -> str:
        return str(stack.plex.control.post(path, json={"title": "Shorts", "type": "movie"}).json()["id"])

    earlier = make()
    _refresh_libraries(stack)
    assert stack.plex.control.delete(f"{path}/{earlier}").is_success
    later = make()
    yield earlier, later
    stack.plex.control.delete(f"{path}/{later}")
    _refresh_libraries(stack)


def _refresh_libraries(stack):
    before = stack.admin.get("/libraries").json()["libraries_refreshed_at"]
    assert stack.admin.post("/libraries/refresh").status_code == 202
    _wait_for(lambda: (stack.admin.get("/libraries").json()["libraries_refreshed_at"] or "") > (before or ""), 60)


def test_an_invite_for_all_libraries_gives_the_one_that_was_made_again(stack, made_again):
    code, visitor = stack.invite(libraries="all"), stack.visitor()
    done = visitor.waits(visitor.redeems(code), seconds=90)
    given = [library["id"] for library in done["grant"]["libraries"]]
    assert made_again[1] in given
    assert made_again[0] not in given
    (share,) = stack.plex.shares(visitor.account)
    assert sorted(map(str, share["section_ids"])) == sorted(given)


def test_an_invite_for_a_library_that_is_gone_shows_that_instead_of_active(stack, made_again):
    code = stack.invite(libraries=[made_again[0]])
    assert stack.shown(code)["libraries_available"]
    _refresh_libraries(stack)
    listed = stack.admin.get("/invites", params={"q": code}).json()["invites"]
    assert [(each["status"], each["libraries_available"]) for each in listed] == [("active", False)]
    answer = stack.client().get(f"/signup/{code}")
    assert (answer.status_code, answer.json()["Code"]) == (409, "GrantUnavailable")


def _was_met(stack, path):
    """Whether the latest fault at that path was met."""
    faults = stack.plex.control.get("/_standin/faults").json()["faults"]
    return [each["fired"] for each in faults if each["path"] == path][-1] == 1


@pytest.mark.parametrize("kind", ["wrong_shape", "empty", "html"])
def test_an_answer_without_libraries_empties_nothing(stack, kind):
    before = stack.admin.get("/libraries").json()["libraries"]
    stack.plex.fault(method="GET", path=f"/api/servers/{demo.MACHINE_ID}", when="before", kind=kind)
    stack.admin.post("/libraries/refresh")
    _wait_for(lambda: _was_met(stack, f"/api/servers/{demo.MACHINE_ID}"))
    assert stack.admin.get("/libraries").json()["libraries"] == before
    _wait_for(lambda: stack.admin.get("/libraries").json()["libraries_refresh"] == "idle", 60)
    assert stack.admin.get("/libraries").json()["libraries"] == before


def test_days_and_months_are_counted_in_the_server_s_time_zone(stack, settings):
    """Every month, at the clock on the wall there, in summer time and out of it."""
    zone = ZoneInfo("Pacific/Auckland")
    with settings(time_zone="Pacific/Auckland"):
        for value, unit in ((1, "months"), (6, "months"), (40, "weeks"), (200, "days")):
            shown = stack.shown(stack.invite(expires_in={"value": value, "unit": unit}))
            made, ends = (datetime.fromisoformat(shown[name]).astimezone(zone) for name in ("created_at", "expires_at"))
            assert ends.time() == made.time(), (value, unit)
            if unit == "months":
                assert (ends.year * 12 + ends.month) - (made.year * 12 + made.month) == value


@pytest.mark.parametrize("zone", ["", "Berlin", "../etc/passwd"])
def test_a_time_zone_that_there_is_not_is_refused(stack, zone):
    answer = stack.admin.patch("/settings", json={"time_zone": zone})
    assert (answer.status_code, answer.json()["Field"]) == (400, "time_zone")


def test_while_sign_up_is_off_no_invite_is_made_and_it_is_said_who_can_turn_it_on(stack, settings):
    with settings(signup_enabled=False):
        answer = stack.admin.post("/invites")
    assert (answer.status_code, answer.json()["Code"]) == (403, "SignupDisabled")
    assert "An admin switches it on in the settings" in answer.json()["Message"]


def test_a_person_s_page_tells_the_invite_they_came_by(stack):
    code, visitor = stack.invite(), stack.visitor()
    done = visitor.waits(visitor.redeems(code))
    shown = stack.admin.get(f"/users/{done['user']['id']}").json()
    assert shown["redemption"] == {"id": done["id"], "code": code}
