"""People, what needs attention, the settings and oneself, in a real browser."""

import re
import secrets
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from local.plex import demo

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])


@pytest.fixture
def stuck(stack):
    """Somebody whose e-mail address Plex has not seen confirmed: they are waiting."""
    long_name = f"maya{secrets.token_hex(16)}"
    visitor = stack.visitor(stack.plex.account(confirmed=False, username=long_name))
    answer = visitor.redeems(stack.invite())
    visitor.waits(answer, until=("needs_attention",))
    return visitor


@SIZES
def test_what_needs_attention_is_told_with_its_reason(stack, signed_in, stuck, size):
    screen = signed_in(size).opens("/attention")
    screen.is_headed("Needs attention")
    name = stuck.account["username"]
    card = screen.page.locator("li.card", has_text=name)
    expect(card).to_contain_text("The person has to verify their e-mail address")
    expect(screen.page.get_by_role("link", name=re.compile("Attention.*need"))).to_be_visible()
    screen.is_sound("attention")
    card.get_by_role("button", name="Try again").click()
    screen.shows(f"Trying again for {name}")


def test_a_failure_says_why_and_what_now(stack, signed_in):
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", kind="status", status=403)
    visitor = stack.visitor()
    visitor.waits(visitor.redeems(stack.invite()), until=("failed",))
    screen = signed_in("phone").opens("/attention")
    expect(screen.page.locator("li.card", has_text=visitor.account["username"])).to_contain_text("did not allow")
    screen.shows("Nothing was used up")


@SIZES
def test_people_are_found_and_given_permissions(stack, signed_in, size):
    member = stack.member("streamarr")
    screen = signed_in(size).opens("/people")
    screen.is_headed("People")
    screen.is_sound("people")
    screen.page.get_by_label("Name or e-mail").fill(member.user.name)
    expect(screen.page.locator("tbody tr")).to_have_count(1)
    screen.click(member.user.name, role="link")
    screen.is_headed(member.user.name)
    screen.page.get_by_label("Create Invites").check()
    screen.click("Save permissions")
    screen.shows("Saved.")
    screen.is_sound("person")
    assert stack.admin.get(f"/users/{member.user.id}").json()["permissions"] == ["create_invites", "streamarr"]


def test_a_quota_and_a_trial_are_given_and_a_person_removed(stack, signed_in):
    member = stack.member("create_invites")
    path = f"/users/{member.user.id}"
    screen = signed_in("desktop").opens(f"/people/{member.user.id}")
    page = screen.page
    page.get_by_label("Own quota").check()
    page.get_by_label("Quota Limit").fill("3")
    page.get_by_label("Quota Days").fill("30")
    page.get_by_role("button", name="Save", exact=True).click()
    screen.shows("Saved.")
    assert stack.admin.get(path).json()["quota"] == {"limit": 3, "days": 30}
    screen.click("Put on trial for 30 days")
    screen.shows("On trial")
    screen.click("End the trial now")
    screen.shows("Not on trial.")
    screen.click("Remove this person")
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    screen.is_headed("People")
    assert stack.admin.get(path).json()["state"] == "closed"


@SIZES
def test_settings_are_changed_and_kept_while_typing(stack, signed_in, settings, size):
    with settings(application_title="Before"):
        screen = signed_in(size).opens("/settings")
        screen.is_headed("Settings")
        title = screen.page.get_by_label("Title")
        expect(title).to_have_value("Before")
        title.fill("Our cinema")
        screen.shows("Unsaved changes")
        screen.is_sound("settings")
        screen.page.reload()
        expect(title).to_have_value("Our cinema")
        screen.page.get_by_role("button", name="Save", exact=True).click()
        screen.shows("Saved.")
        assert stack.admin.get("/settings").json()["application_title"] == "Our cinema"


def test_a_refused_setting_is_told_beside_its_field(signed_in):
    screen = signed_in("desktop").opens("/settings")
    field = screen.page.get_by_label("Dashboard")
    field.fill("https://somebody:secret@example.org/?x=1")
    screen.page.get_by_role("button", name="Save", exact=True).click()
    screen.shows("Give an address such as")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()


def test_libraries_are_read_from_plex_again(stack, signed_in):
    screen = signed_in("desktop").opens("/settings")
    screen.click("Read from Plex again")
    screen.shows("The libraries are up to date.")
    assert stack.admin.get("/libraries").json()["libraries_refresh"] == "idle"


def test_the_owner_connects_the_house_to_plex_again(stack, signed_in):
    screen = signed_in("phone").opens("/settings")
    screen.click("Connect to Plex again")
    screen.page.locator(f"button[data-account='{demo.OWNER.id}']").click()
    screen.is_headed("Settings")


@SIZES
def test_somebody_with_a_quota_sees_what_is_left(stack, signed_in, size):
    from chalicelib.settings.model import Quota

    member = stack.member("create_invites", quota=Quota(limit=3, days=30))
    screen = signed_in(size, member.token).opens("/")
    screen.is_headed("Invites")
    screen.shows("No invites yet")
    screen.is_sound("invites-empty")
    screen.page.get_by_role("banner").get_by_role("link", name="New invite").click()
    screen.shows("You can create 3 more.")
    screen.click("Create invite")
    screen.is_headed("The invite is ready")
    screen.page.get_by_role("link", name="My account").click()
    screen.shows("1 of 3 used")
    screen.is_sound("account")


def test_a_quota_that_is_used_up_says_when_the_next_one_is_possible(stack, signed_in):
    from chalicelib.settings.model import Quota

    member = stack.member("create_invites", quota=Quota(limit=1, days=30))
    assert member.http.post("/invites").status_code == 201
    screen = signed_in("phone", member.token).opens("/invites/new")
    screen.shows("Your quota is used up.")
    screen.shows("The next one is possible")
    expect(screen.page.get_by_role("button", name="Create invite")).to_have_attribute("aria-disabled", "true")


def test_pages_for_others_say_so(stack, signed_in):
    member = stack.member("create_invites")
    screen = signed_in("phone", member.token).opens("/settings")
    screen.shows("This page is for people with more permissions.")
    screen.is_sound("not-allowed")


def test_signing_out_everywhere_ends_every_session(stack, signed_in):
    member = stack.member("create_invites")
    screen = signed_in("desktop", member.token).opens("/account")
    screen.click("Sign out everywhere")
    screen.is_headed("Sign in")
    assert member.http.get("/auth/me").status_code == 401


def test_the_site_speaks_german_and_wears_what_was_chosen(signed_in):
    screen = signed_in("phone", language="de-DE").opens("/")
    screen.is_headed("Überblick")
    screen.is_sound("overview-de")
    screen.page.goto(screen.origin + "/account")
    screen.page.get_by_label("Farben").select_option("dark")
    assert screen.page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    screen.page.get_by_label("Sprache").select_option("en")
    screen.is_headed("My account")


def test_the_redemptions_of_the_last_days_are_drawn(stack, signed_in):
    visitor = stack.visitor()
    visitor.waits(visitor.redeems(stack.invite()))
    deadline = time.monotonic() + 10
    while not any(day["count"] for day in stack.admin.get("/stats").json()["redemptions_per_day"]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    screen = signed_in("desktop").opens("/")
    expect(screen.page.get_by_role("img", name=re.compile("People let in"))).to_be_visible()
    screen.is_sound("overview-with-people")


def test_a_person_s_page_leads_to_the_invite_they_came_by_and_to_those_they_made(stack, signed_in):
    code, visitor = stack.invite(), stack.visitor()
    done = visitor.waits(visitor.redeems(code))
    screen = signed_in("desktop")
    screen.opens(f"{stack.origin}/people/{done['user']['id']}")
    screen.is_sound("person-with-links")
    screen.page.get_by_role("link", name="Invites they made").click()
    screen.page.wait_for_url(f"**/invites?creator={done['user']['id']}")
    screen.page.go_back()
    screen.page.get_by_role("link", name="The invite they came by").click()
    screen.shows(code)


@SIZES
def test_what_a_person_may_watch_is_changed_and_plex_has_it(stack, signed_in, size):
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    screen = signed_in(size).opens(f"/people/{redemption['user']['id']}")
    card = screen.page.locator("section.card", has=screen.page.get_by_role("heading", name="On Plex"))
    expect(card).to_contain_text("Movies, TV Shows")
    screen.is_sound("person-with-access")
    card.get_by_role("button", name="Change libraries").click()
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_label("Specific Libraries").check()
    for library in dialog.locator(".within").get_by_role("checkbox").all()[1:]:
        library.uncheck()
    dialog.get_by_label("Live TV").check()
    screen.is_sound("person-access-edited")
    dialog.get_by_role("button", name="Save").click()
    screen.shows("Saved.")
    expect(card).to_contain_text("Live TV")
    expect(card).to_contain_text("So it is on Plex", timeout=20_000)
    (share,) = stack.plex.shares(visitor.account)
    assert (share["section_ids"], share["settings"]["allowTuners"], share["accepted"]) == ([demo.MOVIES], 1, True)


@SIZES
def test_a_member_gets_an_end_is_suspended_and_comes_back(stack, signed_in, size):
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    screen = signed_in(size).opens(f"/people/{redemption['user']['id']}")
    card = screen.page.locator("section.card", has=screen.page.get_by_role("heading", name="On Plex"))
    card.get_by_role("button", name="Set an end").click()
    screen.is_sound("person-extending")
    screen.page.get_by_role("dialog").get_by_role("button", name="Extend").click()
    expect(card).to_contain_text("Ends", timeout=20_000)
    expect(card).to_contain_text("So it is on Plex", timeout=20_000)
    screen.is_sound("person-ending")
    card.get_by_role("button", name="Suspend").click()
    screen.page.get_by_role("dialog").get_by_role("button", name="Suspend").click()
    expect(card).to_contain_text("Suspended: nothing is shared.", timeout=20_000)
    expect(card.get_by_role("button", name="Resume")).to_be_visible(timeout=20_000)
    deadline = time.monotonic() + 20
    while stack.plex.shares(visitor.account):
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks
    card.get_by_role("button", name="Resume").click()
    screen.page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    while not stack.plex.shares(visitor.account):
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks


def test_a_member_sees_what_they_have(stack, signed_in):
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite())
    visitor.waits(answer)
    screen = signed_in("phone", token=answer.json()["token"]).opens("/account")
    expect(screen.page.locator("main")).to_contain_text("So it is on Plex")
    expect(screen.page.get_by_role("button", name="Change libraries")).to_have_count(0)
    screen.is_sound("own-access")


def _by_hand(stack, account, **facts):
    share = {"machine_id": demo.MACHINE_ID, "account_id": account["id"], **facts}
    stack.plex.control.post("/_standin/shares", json=share).raise_for_status()


@SIZES
def test_people_whose_access_ends_are_listed_the_first_to_end_first(stack, signed_in, size):
    code, visitor = stack.invite(access_for={"value": 5, "unit": "days"}), stack.visitor()
    visitor.waits(visitor.redeems(code))
    screen = signed_in(size).opens("/people")
    screen.page.get_by_label("Accounts").select_option("Ending soon")
    screen.page.get_by_label("Name or e-mail").fill(visitor.account["username"])
    expect(screen.page.locator("tbody tr")).to_have_count(1)
    expect(screen.page.locator("tbody tr")).to_contain_text("Ends ")
    screen.is_sound("people-ending-soon")
    screen.page.get_by_label("Accounts").select_option("By the end of access")
    expect(screen.page.locator("tbody tr")).to_contain_text(visitor.account["username"])


@SIZES
def test_what_plex_has_otherwise_is_shown_and_restored(stack, signed_in, size):
    visitor = stack.visitor()
    visitor.waits(visitor.redeems(stack.invite()))
    stack.looks_at_everybody()
    (share,) = stack.plex.shares(visitor.account)
    stack.plex.control.delete(f"/_standin/shares/{share['id']}").raise_for_status()
    _by_hand(stack, visitor.account)
    stack.looks_at_everybody()
    time.sleep(1.1)  # LOOK_APART of this stack
    screen = signed_in(size).opens("/people")
    screen.click("What Plex has", role="link")
    screen.is_headed("What Plex has")
    screen.click("Look now")
    screen.page.get_by_label("Which members").select_option("everything")
    name = visitor.account["username"]
    card = screen.page.locator("li.card", has_text=name)
    expect(card).to_contain_text("Plex shares all libraries", timeout=20_000)
    expect(card).to_contain_text("Restoring leaves them")
    screen.is_sound("on-plex")
    card.get_by_role("button", name=f"Restore: {name}").click()
    screen.shows("1 member seen to.")
    deadline = time.monotonic() + 20
    while stack.plex.shares(visitor.account)[0]["all_libraries"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks


@SIZES
def test_many_members_are_changed_at_once_with_a_result_for_each(stack, signed_in, size):
    visitors, code = [stack.visitor() for _ in range(2)], stack.invite(usage_limit=2)
    for visitor in visitors:
        visitor.waits(visitor.redeems(code))
        (share,) = stack.plex.shares(visitor.account)
        stack.plex.control.delete(f"/_standin/shares/{share['id']}").raise_for_status()
        _by_hand(stack, visitor.account, settings={"allowTuners": 1})
    for _ in range(2):
        stack.looks_at_everybody()
        time.sleep(1.1)  # LOOK_APART of this stack
    screen = signed_in(size).opens("/people/on-plex")
    screen.page.get_by_label("Which members").select_option("everything")
    for visitor in visitors:
        screen.page.get_by_label(f"Choose {visitor.account['username']}").check()
    screen.is_sound("members-chosen")
    screen.click("Change libraries of 2")
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_label("Specific Libraries").check()
    dialog.get_by_label("Movies", exact=True).check()
    screen.is_sound("members-changed")
    dialog.get_by_role("button", name="Save").click()
    screen.shows("2 members seen to.")
    deadline = time.monotonic() + 20
    while [stack.plex.shares(visitor.account)[0]["section_ids"] for visitor in visitors] != [[demo.MOVIES]] * 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks


def test_people_who_were_there_before_are_adopted(stack, signed_in):
    account = stack.plex.account()
    _by_hand(stack, account, section_ids=[demo.MOVIES])
    stack.looks_at_everybody()
    screen = signed_in("phone").opens("/people/on-plex")
    screen.page.get_by_label(account["username"]).check()
    screen.is_sound("on-plex-adopting")
    screen.click("Adopt 1")
    screen.shows("1 person adopted.")
    expect(screen.page.get_by_label(account["username"])).to_have_count(0)
    listed = stack.admin.get("/users", params={"q": account["username"]}).json()["users"]
    assert [each["plex_id"] for each in listed] == [account["id"]]


def test_a_member_asks_for_more_time_on_a_phone_and_is_given_it(stack, signed_in):
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite(access_for={"value": 5, "unit": "days"}))
    user_id = visitor.waits(answer)["user"]["id"]
    deadline = time.monotonic() + 20
    while (before := stack.admin.get(f"/users/{user_id}/access").json())["ends_at"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks
    member = signed_in("phone", token=answer.json()["token"]).opens("/account")
    member.shows("Your access ends soon")
    member.is_sound("asking-for-more-time")
    member.page.get_by_label("A sentence to whoever decides").fill("One more month, please")
    member.click("Ask for more time")
    member.shows("Asked.")
    manager = signed_in("desktop").opens("/")
    manager.shows("One more month, please")
    manager.is_sound("overview-with-requests")
    manager.click(f"Give more time: {visitor.account['username']}")
    manager.page.get_by_role("dialog").get_by_role("button", name="Extend").click()
    expect(manager.page.get_by_text("One more month, please")).to_have_count(0)
    assert stack.admin.get(f"/users/{user_id}/access").json()["ends_at"] > before["ends_at"]


@SIZES
def test_a_suspended_member_reads_why_and_what_to_do(stack, signed_in, size):
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite())
    user_id = visitor.waits(answer)["user"]["id"]
    member = signed_in(size, token=answer.json()["token"]).opens("/")
    member.is_headed("Ready to watch")
    member.shows("On your TV")
    member.is_sound("ready")
    assert stack.admin.post(f"/users/{user_id}/access/suspend", json={"version": 1}).is_success
    member.opens("/")
    member.is_headed("Your access is suspended")
    member.shows("Questions? Ask Olivia.")
    member.is_sound("ready-suspended")


@SIZES
def test_the_owner_writes_what_members_read_at_home(stack, signed_in, size):
    before = stack.admin.get("/settings").json()
    screen = signed_in(size).opens("/settings")
    text = "## Welcome\n\nPlease read the [rules](https://example.org/rules).\n\n- Be *kind*\n- <b>No</b> HTML"
    screen.page.get_by_label("What members read at home").fill(text)
    screen.page.get_by_role("button", name="Save", exact=True).click()
    try:
        screen.shows("How members see it")
        expect(screen.page.locator(".welcome li")).to_have_count(2)
        screen.is_sound("settings-with-welcome")
        visitor = stack.visitor()
        answer = visitor.redeems(stack.invite())
        visitor.waits(answer)
        member = signed_in(size, token=answer.json()["token"]).opens("/")
        member.shows("Please read the rules.")
        member.shows("<b>No</b> HTML")
        member.is_sound("ready-with-welcome")
    finally:
        stack.admin.patch("/settings", json={"welcome_text": before["welcome_text"]}).raise_for_status()


@SIZES
def test_both_sides_see_when_an_ended_account_is_closed(stack, signed_in, size, settings):
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite(access_for={"value": 1, "unit": "days"}))
    user_id = visitor.waits(answer)["user"]["id"]
    path = f"/users/{user_id}/access"
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    version = stack.admin.get(path).json()["version"]
    stack.admin.patch(path, json={"version": version, "ends_at": soon}).raise_for_status()
    deadline = time.monotonic() + 30
    while (access := stack.admin.get(path).json())["state"] != "ended" or access["work"]:
        assert time.monotonic() < deadline, access
        time.sleep(0.1)  # by the stack's own sweep
    with settings(close_after_days=30):
        member = signed_in(size, token=answer.json()["token"]).opens("/")
        member.is_headed("Your access has ended")
        expect(member.page.get_by_text("What you have")).to_have_count(0)
        member.shows("Your account will be closed on")
        member.is_sound("ready-ended")
        admin = signed_in(size).opens(f"/people/{user_id}")
        admin.shows("This account will be closed on")
        admin.is_sound("person-ended")
