"""The states that a screen seldom is in are sound, too: errors, refusals, emptiness, waiting."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from chalicelib.settings.model import Quota

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
AWAY = {
    "status": 503,
    "headers": {"Content-Language": "en"},
    "json": {"Code": "TryAgain", "Message": "This is taking longer than usual."},
}
SCREENS = {
    "/": "**/api/stats",
    "/invites": "**/api/invites",
    "/people": "**/api/users",
    "/attention": "**/api/redemptions?*",
    "/settings": "**/api/settings",
}


@SIZES
def test_what_cannot_be_read_says_so_and_can_be_asked_for_again(signed_in, size):
    screen = signed_in(size)
    for path, api in SCREENS.items():
        screen.page.route(api, lambda route: route.fulfill(**AWAY))
        screen.opens(path).shows("This is taking longer than usual.")
        screen.is_sound(f"error{path.replace('/', '-')}")
        screen.page.unroute(api)
        for button in screen.page.get_by_role("button", name="Try again").all()[::-1]:
            button.click()
        expect(screen.page.get_by_text("This is taking longer than usual.")).to_have_count(0)


def test_waiting_for_an_answer_says_so(signed_in):
    screen = signed_in("phone")
    with screen.unanswered("**/api/invites"):
        screen.opens("/invites").is_headed("Invites")
        screen.shows("Loading")
        screen.is_sound("loading")
    expect(screen.page.get_by_text("Loading")).to_have_count(0)


def test_a_site_that_cannot_begin_says_so(stack, screens):
    screen = screens("phone", origin=stack.origin)
    screen.page.route("**/api/setup", lambda route: route.abort())
    screen.opens("/").shows("No connection at the moment.")
    screen.is_sound("cannot-begin")
    screen.page.unroute("**/api/setup")
    screen.click("Try again")
    screen.is_headed("Sign in")


def test_coming_back_from_plex_says_what_it_waits_for(stack, screens):
    screen = screens("phone", origin=stack.origin).opens("/")
    screen.click("Sign in with Plex")
    with screen.unanswered("**/api/auth/plex/*"):
        screen.page.get_by_role("link", name="Go back without signing in").click()
        screen.is_headed("Signing you in")
        screen.is_sound("sign-in-finishing")
    screen.shows("The sign-in at Plex was not finished.")


@SIZES
def test_an_invite_that_has_expired_shows_what_it_is_instead_of_a_qr_code(stack, signed_in, size):
    code = stack.invite(expires_in={"value": 1, "unit": "days"})
    screen = signed_in(size)
    screen.page.clock.install(time=datetime.now(UTC) + timedelta(days=2))
    screen.opens(f"/invites/{code}").shows("This invite has expired. Move its end into the future")
    expect(screen.page.locator(".qr")).to_have_count(0)
    screen.is_sound("invite-expired")


def test_a_qr_code_that_the_api_refuses_is_told_for_what_it_is(stack, signed_in):
    """The end comes while the screen is looked at: the API knows first."""
    code = stack.invite()
    screen = signed_in("desktop")
    screen.page.route(f"**/api/invites/{code}/qr?*", lambda route: _once_expired(screen.page, stack, code, route))
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    assert stack.admin.patch(f"/invites/{code}", json={"expires_at": soon}).status_code == 200
    screen.opens(f"/invites/{code}").shows("This invite has expired. Move its end into the future")
    expect(screen.page.get_by_text("The QR code cannot be shown")).to_have_count(0)
    screen.page.unroute(f"**/api/invites/{code}/qr?*")
    screen.click("Edit")
    screen.page.get_by_label("Expires at").fill((datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"))
    screen.click("Save")
    expect(screen.page.locator(".qr img")).to_be_visible()


def _once_expired(page: Page, stack, code: str, route: Route) -> None:
    for _ in range(100):
        if stack.shown(code)["status"] == "expired":
            return route.continue_()
        page.wait_for_timeout(50)
    raise AssertionError


def test_an_invite_that_is_off_says_what_whoever_scans_it_learns(stack, signed_in):
    code = stack.invite()
    stack.admin.patch(f"/invites/{code}", json={"enabled": False})
    screen = signed_in("phone").opens(f"/invites/{code}")
    screen.shows("It is switched off: the page behind this code says so.")
    expect(screen.page.locator(".qr img")).to_be_visible()
    screen.is_sound("invite-off")


def test_a_redemption_that_failed_is_told_in_the_history(stack, signed_in):
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", kind="status", status=403)
    visitor, code = stack.visitor(), stack.invite()
    visitor.waits(visitor.redeems(code), until=("failed",))
    screen = signed_in("phone").opens(f"/invites/{code}")
    screen.shows("Plex did not allow this.")
    screen.is_sound("invite-failed")
    screen.opens("/attention").shows("Failed in the last 30 days")
    screen.is_sound("attention-failed")


def test_nothing_to_look_at_says_so(signed_in):
    screen = signed_in("phone")
    screen.page.route("**/api/redemptions?*", lambda route: route.fulfill(json={"redemptions": [], "next": None}))
    screen.opens("/attention").shows("Everyone is in")
    screen.is_sound("attention-empty")


def test_bulk_changes_that_are_refused_say_why(stack, signed_in):
    code = stack.invite(note="refused")
    screen = signed_in("phone").opens(f"/invites?q={code}")
    screen.page.get_by_label(f"Select {code}").check()
    stack.admin.delete(f"/invites/{code}")
    screen.click("Switch off")
    screen.shows("1 invite was not changed: Invite code not found")
    screen.is_sound("invites-refused")


def test_a_field_that_is_refused_says_why(stack, signed_in):
    screen = signed_in("desktop").opens("/invites/new")
    screen.page.get_by_label("Your own code").fill(stack.invite())
    screen.click("Create invite")
    screen.shows("This code is already in use.")
    screen.is_sound("create-refused")


def test_a_quota_that_is_used_up_is_sound(stack, signed_in):
    member = stack.member("create_invites", quota=Quota(limit=0, days=30))
    screen = signed_in("phone", member.token).opens("/invites/new")
    screen.shows("Your quota gives you no invites.")
    expect(screen.page.get_by_role("button", name="Create invite")).to_have_attribute("aria-disabled", "true")
    screen.is_sound("create-quota-used-up")


def test_a_closed_account_is_shown_as_closed(stack, signed_in):
    member = stack.member("streamarr")
    stack.admin.delete(f"/users/{member.id}")
    screen = signed_in("phone").opens(f"/people/{member.id}")
    screen.shows("This account is closed.")
    screen.is_sound("person-closed")
    screen.opens("/people?state=closed").shows(member.user.name)
    screen.is_sound("people-closed")
    screen.page.get_by_label("Name or e-mail").fill("nobody at all")
    screen.shows("No people here")
    screen.is_sound("people-nobody")


def test_removing_somebody_asks_first(stack, signed_in):
    member = stack.member("streamarr")
    screen = signed_in("phone").opens(f"/people/{member.id}")
    screen.click("Remove this person")
    screen.shows(f"Remove {member.user.name}?")
    screen.is_sound("person-remove")


def test_somebody_on_trial_sees_until_when(stack, signed_in):
    member = stack.member("create_invites", trial_ends_at=datetime.now(UTC) + timedelta(days=9))
    screen = signed_in("phone", member.token).opens("/account")
    screen.shows("You are on trial. It ends next week")
    screen.is_sound("account-on-trial")


def test_a_refresh_of_the_libraries_shows_its_progress(signed_in):
    screen = signed_in("phone")
    screen.page.route("**/api/libraries", _still_running)
    screen.opens("/settings").shows("Reading from Plex …")
    screen.is_sound("settings-refreshing")
    screen.page.unroute_all(behavior="wait")
    expect(screen.page.get_by_text("Reading from Plex …")).to_have_count(0)


def _still_running(route: Route) -> None:
    route.fulfill(json=route.fetch().json() | {"libraries_refresh": "running"})


def test_sign_up_that_is_off_is_told_on_the_overview(signed_in):
    screen = signed_in("phone")
    screen.page.route(
        re.compile("/api/settings$"),
        lambda route: route.fulfill(json=route.fetch().json() | {"signup_enabled": False}),
    )
    screen.opens("/").shows("Sign-up is off")
    screen.is_sound("overview-sign-up-off")
