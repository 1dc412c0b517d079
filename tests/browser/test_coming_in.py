"""Signing in, sessions that end, connections that fail, and setting up, in a real browser."""

import re

import pytest
from playwright.sync_api import Route, expect

from local.plex import demo
from tests.http.empty_stack import SETUP_TOKEN

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
PASSWORD = "correct horse battery"


def approve(screen, account_id: int) -> None:
    screen.page.locator(f"button[data-account='{account_id}']").click()


@SIZES
def test_the_owner_signs_in_with_plex_and_lands_where_they_were_going(stack, screens, size):
    screen = screens(size, origin=stack.origin).opens("/people")
    screen.is_headed("Sign in")
    screen.is_sound("sign-in")
    screen.click("Sign in with Plex")
    approve(screen, demo.OWNER.id)
    screen.is_headed("People")


def test_a_plex_account_without_an_account_here_is_told_so(stack, screens):
    stranger = stack.plex.account()
    screen = screens("phone", origin=stack.origin).opens("/")
    screen.click("Sign in with Plex")
    approve(screen, stranger["id"])
    screen.shows("There is no account for you here yet.")
    screen.is_sound("sign-in-refused")


def test_a_password_signs_in_and_a_wrong_one_is_told(stack, screens, settings, local_account):
    address = local_account(PASSWORD)
    with settings(local_signin_enabled=True):
        screen = screens("desktop", origin=stack.origin).opens("/")
        screen.page.get_by_label("E-mail address").fill(address)
        screen.page.get_by_label("Password").fill("wrong wrong wrong")
        screen.page.get_by_role("button", name="Sign in", exact=True).click()
        screen.shows("The e-mail address or the password is wrong.")
        expect(screen.page.get_by_label("E-mail address")).to_have_value(address)
        screen.page.get_by_label("Password").fill(PASSWORD)
        screen.page.keyboard.press("Enter")
        screen.is_headed("Ready to watch")


def test_a_session_that_ends_asks_again_and_loses_nothing(stack, signed_in, settings, local_account):
    address = local_account(PASSWORD)
    with settings(local_signin_enabled=True):
        answer = stack.client().post("/auth/local", json={"email": address, "password": PASSWORD}).json()
        stack.admin.patch(f"/users/{answer['user']['id']}", json={"permissions": ["create_invites"]})
        token = stack.client().post("/auth/local", json={"email": address, "password": PASSWORD}).json()["token"]
        screen = signed_in("phone", token).opens("/invites/new")
        screen.page.get_by_label("Note").fill("Long thought about")
        stack.client(token).delete("/auth/sessions")
        screen.click("Create invite")
        screen.shows("Your session has ended")
        screen.is_sound("session-ended")
        screen.page.get_by_label("E-mail address").fill(address)
        screen.page.get_by_label("Password").fill(PASSWORD)
        screen.page.get_by_role("button", name="Sign in", exact=True).click()
        screen.is_headed("The invite is ready")
        (invite,) = stack.admin.get("/invites", params={"creator": answer["user"]["id"]}).json()["invites"]
        assert invite["note"] == "Long thought about"


def test_what_was_typed_outlives_a_sign_in_at_plex(stack, signed_in):
    owner = stack.visitor({"id": demo.OWNER.id})
    started = owner.browser.post("/auth/plex").json()
    stack.plex.approve(started["auth_url"], owner.account)
    token = owner.browser.post(f"/auth/plex/{started['sign_in_id']}").json()["token"]
    screen = signed_in("desktop", token).opens("/invites/new")
    screen.page.get_by_label("Note").fill("Long thought about")
    screen.page.get_by_label("Unlimited").check()
    stack.client(token).delete("/auth/session")
    screen.click("Create invite")
    screen.click("Sign in with Plex")
    approve(screen, demo.OWNER.id)
    screen.is_headed("New invite")
    expect(screen.page.get_by_label("Note")).to_have_value("Long thought about")
    expect(screen.page.get_by_label("Unlimited")).to_be_checked()


def test_a_lost_connection_is_told_and_loses_nothing(signed_in):
    screen = signed_in("phone").opens("/invites/new")
    screen.page.get_by_label("Note").fill("Typed on the train")
    screen.page.context.set_offline(True)
    screen.click("Create invite")
    screen.shows("No connection at the moment.")
    screen.is_sound("offline")
    expect(screen.page.get_by_label("Note")).to_have_value("Typed on the train")
    screen.page.context.set_offline(False)
    screen.click("Create invite")
    screen.is_headed("The invite is ready")


def test_too_many_requests_are_counted_down(signed_in):
    screen = signed_in("phone").opens("/invites/new")
    refusal = {
        "status": 429,
        "headers": {"Retry-After": "2", "Content-Language": "en"},
        "json": {"Code": "TooManyRequests", "Message": "Too many."},
    }
    screen.page.route("**/api/invites", lambda route: route.fulfill(**refusal), times=1)
    screen.click("Create invite")
    screen.shows("Possible again in")
    screen.click("Create invite")
    screen.is_headed("The invite is ready")


def test_a_set_up_token_in_the_link_is_taken_and_is_out_of_the_address_at_once(new_stack, screens):
    screen = screens("phone", origin=new_stack.origin).opens(f"/set-up#token={SETUP_TOKEN}")
    expect(screen.page.get_by_label("Set-up token")).to_have_value(SETUP_TOKEN)
    assert screen.page.url == f"{new_stack.origin}/set-up"
    screen.click("Continue with Plex")
    screen.page.wait_for_url(re.compile("/auth"))


def test_a_new_stack_is_set_up_by_keyboard_from_the_token_to_the_first_invite(new_stack, screens):
    screen = screens("desktop", origin=new_stack.origin).opens("/")
    screen.is_headed("Set up your server")
    screen.is_sound("set-up-token")
    screen.types_into("Set-up token", "a guess")
    screen.presses("Enter")
    screen.shows("This set-up token does not count.")
    screen.is_sound("set-up-token-refused")
    screen.types_into("Set-up token", SETUP_TOKEN)
    screen.tabs_to_and("Enter", "Continue with Plex")
    screen.page.wait_for_url(re.compile("/auth"))
    screen.page.route("**/api/setup", _reading)
    with screen.unanswered("**/api/setup/*"):
        screen.tabs_to_and("Enter", demo.OWNER.username)
        screen.is_headed("Signing you in")
        screen.is_sound("set-up-signing-in")
    screen.shows("Reading the libraries from Plex")  # there is one server only
    screen.is_sound("set-up-reading")
    screen.page.unroute("**/api/setup")
    screen.shows("Kids Movies")
    screen.is_sound("set-up-libraries")
    screen.tabs_to_and("Space", "Kids Movies")
    expect(screen.page.get_by_label("Also libraries that I add later")).to_be_disabled()
    screen.tabs_to_and("Enter", "Continue")
    screen.is_headed("Shall invites work from now on?")
    screen.is_sound("set-up-sign-up")
    screen.tabs_to_and("Enter", "Turn sign-up on")
    screen.is_headed("People who were there before")
    screen.shows("Adopt all")
    screen.is_sound("set-up-people")
    screen.tabs_to_and("Enter", "Go on")
    screen.is_headed("Your server is ready")
    screen.is_sound("set-up-ready")
    screen.tabs_to_and("Enter", "Create your first invite")
    screen.is_headed("New invite")
    screen.tabs_to_and("Enter", "Create invite")
    screen.is_headed("The invite is ready")
    link = screen.page.locator("p.link a").inner_text()

    phone = screens("phone").opens(link)
    phone.is_headed(f"Olivia invites you to {demo.SERVER_NAME}")
    phone.shows("TV Shows")
    expect(phone.page.get_by_text("Kids Movies")).to_have_count(0)
    phone.click("Sign in with Plex")
    approve(phone, demo.INVITEES[0].id)
    phone.is_headed("You are in")
    screen.page.goto(new_stack.origin + "/invites")
    expect(screen.page.locator("tbody tr")).to_contain_text(re.compile("Redeemed.*1 of 1"))


def _reading(route: Route) -> None:
    route.fulfill(json={"needed": False, "state": "fetching_libraries"})
