"""Whole journeys with the keyboard alone. Each stop of the Tab key is looked at on the way (``Screen.tabs_to``)."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.http.conftest import local_account, settings  # noqa: F401 - fixtures

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
PASSWORD = "correct horse battery"


def test_the_content_is_one_key_away(signed_in):
    screen = signed_in("desktop").opens("/")
    screen.is_headed("Overview")
    screen.tabs_to_and("Enter", "Skip to content")
    assert screen.has_the_focus_in("main")
    screen.tabs_to("Active")


def test_signing_in_with_a_password(stack, screens, settings, local_account):  # noqa: F811
    address = local_account(PASSWORD)
    with settings(local_signin_enabled=True):
        screen = screens("desktop", origin=stack.origin).opens("/")
        screen.is_headed("Sign in")
        screen.types_into("E-mail address", address)
        screen.types_into("Password", PASSWORD)
        screen.presses("Enter")
        screen.is_headed("Ready to watch")


@SIZES
def test_drawing_up_an_invite(signed_in, size):
    screen = signed_in(size).opens("/")
    screen.is_headed("Overview")
    screen.tabs_to_and("Enter", "New invite")
    screen.is_headed("New invite")
    if size == "phone":
        screen.tabs_to_and("Enter", "More options")
    screen.tabs_to_and("Space", "Custom")
    screen.types_into("Number of people", "2")
    screen.tabs_to_and("Space", "For")
    screen.types_into("Duration", "3")
    screen.tabs_to_and("d", "Unit")
    screen.tabs_to_and("Space", "Specific Libraries")
    screen.tabs_to_and("Space", "Movies")
    screen.types_into("Note", "By keyboard")
    screen.tabs_to("On behalf of")
    expect(screen.page.locator(".summary strong")).to_contain_text("Movies")
    screen.tabs_to_and("Enter", "Create invite")
    screen.is_headed("The invite is ready")
    screen.tabs_to_and("Enter", "Copy link")
    screen.shows("Link copied.")
    screen.tabs_to_and("Enter", "All about this invite")
    screen.shows("0 of 2")
    screen.shows("By keyboard")


@SIZES
def test_finding_switching_off_and_deleting_invites(stack, signed_in, size):
    note = f"keys {stack.invite()}"
    codes = [stack.invite(note=note) for _ in range(2)]
    screen = signed_in(size).opens("/invites")
    screen.is_headed("Invites")
    screen.types_into("Code or note", note)
    expect(screen.page.locator("tbody tr")).to_have_count(2)
    screen.tabs_to_and("Enter", "Filter")
    screen.tabs_to_and("a", "Status")
    screen.page.wait_for_url("**status=active**")
    for code in codes:
        screen.page.get_by_role("heading", level=1).focus()
        screen.tabs_to_and("Space", f"Select {code}")
    screen.tabs_to_and("Enter", "Switch off")
    screen.shows("2 invites changed.")
    screen.focus_is_on("Invites")
    assert {stack.shown(code)["status"] for code in codes} == {"inactive"}

    screen.tabs_to("Status")
    screen.presses("Home")
    expect(screen.page.locator("tbody tr")).to_have_count(2)
    for code in codes:
        screen.page.get_by_role("heading", level=1).focus()
        screen.tabs_to_and("Space", f"Select {code}")
    screen.tabs_to_and("Enter", "Delete")
    _keeps_the_focus(screen)
    screen.presses("Escape")
    expect(screen.page.get_by_role("dialog")).to_have_count(0)
    screen.focus_is_on("Delete")
    screen.presses("Enter")
    _keeps_the_focus(screen)
    screen.tabs_to_and("Enter", "Delete")
    screen.shows("Nothing matches")
    screen.focus_is_on("Invites")
    assert {stack.admin.get(f"/invites/{code}").status_code for code in codes} == {404}


@SIZES
def test_editing_an_invite(stack, signed_in, size):
    code = stack.invite()
    screen = signed_in(size).opens(f"/invites/{code}")
    screen.shows("0 of 1")
    screen.tabs_to_and("Enter", "Edit")
    _keeps_the_focus(screen)
    screen.types_into("Usage limit", "7")
    screen.tabs_to_and("Space", "Downloads")
    screen.types_into("Note", "For the street")
    screen.tabs_to_and("Enter", "Save")
    screen.shows("0 of 7")
    screen.focus_is_on("Edit")
    shown = stack.shown(code)
    assert (shown["usage_limit"], shown["note"], shown["features"]["downloads"]) == (7, "For the street", True)


@SIZES
def test_looking_after_a_person(stack, signed_in, size):
    ends = datetime.now(UTC) + timedelta(days=3)
    member = stack.member("streamarr", trial_ends_at=ends)
    path = f"/users/{member.id}"
    screen = signed_in(size).opens("/people")
    screen.is_headed("People")
    screen.types_into("Name or e-mail", member.user.name)
    expect(screen.page.locator("tbody tr")).to_have_count(1)
    screen.tabs_to_and("Enter", member.user.name)
    screen.is_headed(member.user.name)
    screen.shows("On trial")
    screen.tabs_to_and("Space", "Create Invites")
    screen.tabs_to_and("Enter", "Save permissions")
    screen.shows("Saved.")
    screen.focus_is_on("Save permissions")
    assert stack.admin.get(path).json()["permissions"] == ["create_invites", "streamarr"]
    expect(screen.page.get_by_label("Create Invites")).to_be_checked()

    screen.tabs_to_and("Enter", "Extend by 30 days")
    screen.shows("ends next month")
    assert stack.admin.get(path).json()["trial_ends_at"] > (ends + timedelta(days=29)).isoformat()

    screen.tabs_to_and("Enter", "Remove this person")
    _keeps_the_focus(screen)
    screen.presses("Escape")
    screen.focus_is_on("Remove this person")
    screen.presses("Enter")
    _keeps_the_focus(screen)
    screen.tabs_to_and("Enter", "Remove")
    screen.is_headed("People")
    assert stack.admin.get(path).json()["state"] == "closed"


def test_trying_again(stack, signed_in):
    visitor = stack.visitor(stack.plex.account(confirmed=False))
    visitor.waits(visitor.redeems(stack.invite()), until=("needs_attention",))
    name = visitor.account["username"]
    screen = signed_in("desktop").opens("/attention")
    screen.shows(name)
    screen.tabs_to_and("Enter", f"Try again ({name})")
    screen.shows(f"Trying again for {name}")
    screen.focus_is_on(f"Try again ({name})")


@SIZES
def test_changing_the_settings(stack, signed_in, settings, size):  # noqa: F811
    with settings(application_title="Before"):
        screen = signed_in(size).opens("/settings")
        screen.shows("Kids Movies")
        screen.types_into("Title", "Our cinema")
        screen.tabs_to_and("Enter", "Save")
        screen.shows("Saved.")
        screen.focus_is_on("Settings")
        assert stack.admin.get("/settings").json()["application_title"] == "Our cinema"
        screen.tabs_to_and("Enter", "Read from Plex again")
        screen.shows("The libraries are up to date.")
        screen.focus_is_on("Read from Plex again")


def test_signing_out_everywhere(stack, signed_in):
    member = stack.member("create_invites")
    screen = signed_in("desktop", member.token).opens("/account")
    screen.is_headed("My account")
    screen.tabs_to_and("Enter", "Sign out everywhere")
    screen.is_headed("Sign in")
    assert member.http.get("/auth/me").status_code == 401


def test_an_account_without_plex(stack, screens, settings):  # noqa: F811
    account = stack.plex.account()
    with settings(local_signin_enabled=True):
        screen = screens("desktop").opens(f"{stack.origin}/signup?icode={stack.invite()}")
        screen.tabs_to_and("Enter", "Or: an account without Plex")
        screen.types_into("E-mail address", account["email"])
        screen.types_into("Name", account["username"])
        screen.types_into("Password", "long enough for this")
        screen.tabs_to_and("Enter", "Create my account")
        screen.is_headed("One thing is left for you")
        screen.tabs_to("Sign in with Plex")


def _keeps_the_focus(screen) -> None:
    """The dialog has the focus, and Tab does not lead to what lies behind it, however often it is pressed."""
    expect(screen.page.get_by_role("dialog")).to_be_visible()
    assert screen.has_the_focus_in("dialog")
    stops = screen.page.locator("dialog").locator("a, button, input, select").count()
    for _ in range(stops + 3):
        screen.presses("Tab")
        assert screen.has_the_focus_in("dialog") or screen.page.evaluate("document.activeElement === document.body")
