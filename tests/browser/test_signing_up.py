"""The invitee's way, from the link to the libraries, in a real browser."""

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from local.plex import demo


def signup(stack, code: str) -> str:
    return f"{stack.origin}/signup?icode={code}"


def approve(screen, account) -> None:
    screen.page.locator(f"button[data-account='{account['id']}']").click()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_invitee_gets_in(stack, screens, size):
    code = stack.invite(libraries=[str(demo.MOVIES), str(demo.TV_SHOWS)], downloads=True)
    account, screen = stack.plex.account(), screens(size)
    screen.opens(signup(stack, code)).is_headed("Olivia invites you to Olivia's Plex")
    screen.shows("Movies")
    screen.is_sound("signup-offer")

    screen.click("Sign in with Plex")
    approve(screen, account)

    screen.is_headed("You are in")
    expect(screen.page.locator("#steps li[data-state=done]")).to_have_count(3)
    screen.is_sound("signup-done")
    (share,) = stack.plex.shares(account)
    assert sorted(share["section_ids"]) == [demo.MOVIES, demo.TV_SHOWS]
    assert share["accepted"]


def test_coming_back_later_resumes(stack, phone):
    account = stack.plex.account()
    phone.opens(signup(stack, stack.invite()))
    phone.click("Sign in with Plex")
    approve(phone, account)
    phone.is_headed("You are in")
    phone.page.reload()
    phone.is_headed("You are in")
    expect(phone.page.get_by_role("button", name="Use this invitation for another person")).to_be_hidden()


def test_where_uses_are_left_another_person_may_use_it_on_the_same_phone(stack, phone):
    account = stack.plex.account()
    phone.opens(signup(stack, stack.invite(usage_limit=2)))
    phone.click("Sign in with Plex")
    approve(phone, account)
    phone.is_headed("You are in")
    phone.click("Use this invitation for another person")
    phone.is_headed("Olivia invites you to Olivia's Plex")


def test_a_person_who_did_not_finish_at_plex_gets_the_button_back(stack, phone):
    phone.opens(signup(stack, stack.invite()))
    phone.click("Sign in with Plex")
    phone.page.get_by_role("link", name="Go back without signing in").click()
    phone.shows("The sign-in at Plex was not finished")
    expect(phone.page.get_by_role("button", name="Sign in with Plex")).to_be_enabled()


def test_a_person_who_has_access_is_told_so(stack, phone):
    phone.opens(signup(stack, stack.invite()))
    phone.click("Sign in with Plex")
    approve(phone, {"id": demo.HAS_ACCESS.id})
    phone.is_headed("You already have access to this Plex server")
    phone.is_sound("signup-already-in")
    expect(phone.page.get_by_role("link", name="Open Plex")).to_be_visible()
    phone.click("Sign in here")
    approve(phone, {"id": demo.HAS_ACCESS.id})
    phone.page.wait_for_url(f"{stack.origin}/**")
    phone.is_headed("Ready to watch")


def test_an_unknown_code_is_told_in_plain_words(stack, phone):
    phone.opens(signup(stack, "Nowhere1")).is_headed("Invite code not found")
    phone.shows("Check that the whole link was copied")
    phone.is_sound("signup-not-found")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"enabled": False}, "Invite code is not active"),
        ({"expires_at": "soon"}, "Invite code has expired"),
    ],
)
def test_a_link_that_counts_no_more_says_what_to_do(stack, phone, change, words):
    code = stack.invite()
    if "expires_at" in change:
        change = {"expires_at": (datetime.now(UTC) + timedelta(seconds=1)).isoformat()}
    assert stack.admin.patch(f"/invites/{code}", json=change).status_code == 200
    phone.page.wait_for_timeout(1100 if "expires_at" in change else 0)
    phone.opens(signup(stack, code)).is_headed(words)
    phone.shows("Ask the person who sent it for a new one.")
    phone.is_sound(f"signup-{'expired' if 'expires_at' in change else 'off'}")


def test_an_invite_that_ends_between_link_and_sign_in_says_so(stack, phone):
    code = stack.invite()
    phone.opens(signup(stack, code)).is_headed("Olivia invites you to Olivia's Plex")
    stack.admin.patch(f"/invites/{code}", json={"enabled": False})
    phone.click("Sign in with Plex")
    phone.is_headed("Invite code is not active")


def test_sign_up_that_is_off_says_so(stack, phone, settings):
    code = stack.invite()
    with settings(signup_enabled=False):
        phone.opens(signup(stack, code)).is_headed("Sign-up is switched off at the moment.")


def test_what_plex_wants_of_the_person_is_told(stack, phone):
    account = stack.plex.account(confirmed=False)
    phone.opens(signup(stack, stack.invite()))
    phone.click("Sign in with Plex")
    approve(phone, account)
    phone.is_headed("One thing is left for you")
    phone.shows("verified")
    expect(phone.page.get_by_role("link", name="Open Plex")).to_be_visible()
    phone.is_sound("signup-needs-you")


def test_a_failure_says_why_and_lets_one_try_again(stack, phone):
    account = stack.plex.account()
    stack.plex.fault(method="POST", path="/api/v2/shared_servers", kind="status", status=403)
    phone.opens(signup(stack, stack.invite()))
    phone.click("Sign in with Plex")
    approve(phone, account)
    phone.is_headed("That did not work")
    phone.shows("Plex did not allow this.")
    phone.is_sound("signup-failed")
    phone.click("Try again")
    phone.is_headed("Olivia invites you to Olivia's Plex")


def test_success_leads_to_the_dashboard(stack, phone, settings):
    account = stack.plex.account()
    with settings(dashboard_url=f"{stack.origin}/api/health"):
        phone.opens(signup(stack, stack.invite()))
        phone.click("Sign in with Plex")
        approve(phone, account)
        expect(phone.page.get_by_role("link", name="Go to your dashboard")).to_be_visible()
        phone.page.wait_for_url("**/api/health")


def test_an_account_without_plex_is_made_and_linked_later(stack, phone, settings):
    account = stack.plex.account()
    with settings(local_signin_enabled=True):
        phone.opens(signup(stack, stack.invite()))
        phone.page.get_by_text("Or: an account without Plex").click()
        page = phone.page
        page.get_by_label("E-mail address").fill("nonsense")
        page.get_by_label("Name").fill(account["username"])
        page.get_by_label("Password").fill("long enough for this")
        phone.click("Create my account")
        phone.shows("This is not an e-mail address.")
        expect(page.get_by_label("E-mail address")).to_be_focused()
        phone.is_sound("signup-local")
        page.get_by_label("E-mail address").fill(account["email"])
        phone.click("Create my account")
        phone.is_headed("One thing is left for you")
        phone.is_sound("signup-link-plex")
        phone.click("Sign in with Plex")
        approve(phone, account)
        phone.is_headed("You are in")
        assert stack.plex.shares(account)


def test_the_page_speaks_the_browsers_language(stack, screens):
    code, account = stack.invite(), stack.plex.account()
    phone = screens("phone", language="de-AT")
    phone.opens(signup(stack, code)).is_headed("Olivia lädt dich ein zu Olivia's Plex")
    phone.is_sound("signup-offer-de")
    phone.click("Mit Plex anmelden")
    approve(phone, account)
    phone.is_headed("Du bist drin")
    phone.shows("Die Bibliotheken sind mit dir geteilt.")


def test_the_offer_is_readable_without_javascript(stack, screens):
    screen = screens("phone", java_script_enabled=False)
    screen.opens(signup(stack, stack.invite())).is_headed("Olivia invites you to Olivia's Plex")
    screen.shows("To go on, this page needs JavaScript.")


def test_the_whole_way_goes_by_keyboard(stack, desktop):
    account = stack.plex.account()
    desktop.opens(signup(stack, stack.invite()))
    desktop.tabs_to("Sign in with Plex")
    desktop.page.keyboard.press("Enter")
    desktop.page.wait_for_url(re.compile("/auth"))
    desktop.tabs_to(account["username"])
    desktop.page.keyboard.press("Enter")
    desktop.is_headed("You are in")
    desktop.tabs_to("See what you have")
    desktop.page.keyboard.press("Enter")
    desktop.is_headed("Ready to watch")


def test_the_page_is_small(stack):
    answer = stack.client()
    page = answer.get(signup(stack, stack.invite())).text
    parts = [page, *(answer.get(f"{stack.origin}/{name}").text for name in ("signup.css", "signup.js"))]
    assert sum(len(_compressed(part)) for part in parts) < 12_000


def _compressed(text: str) -> bytes:
    return gzip.compress(text.encode())


def test_a_code_is_typed_by_hand(stack, phone):
    code = stack.invite(code=f"AbCd{stack.plex.account()['id']}")
    phone.opens(f"{stack.origin}/signup").is_headed("Which invitation do you have?")
    phone.is_sound("signup-asks")
    phone.page.get_by_label("Invite code").fill(f" {code.lower()} ")
    phone.click("Look at the invitation")
    phone.is_headed("Invite code not found. Codes tell capital letters from small ones")
    phone.is_sound("signup-capitals")
    phone.page.get_by_label("Invite code").fill(f"{code}.")
    phone.page.keyboard.press("Enter")
    phone.is_headed("Olivia invites you to Olivia's Plex")


def test_who_is_signed_in_to_the_site_stays_so_when_another_person_joins_in_their_browser(stack, signed_in):
    account, screen = stack.plex.account(), signed_in("phone")
    screen.opens(signup(stack, stack.invite()))
    screen.click("Sign in with Plex")
    approve(screen, account)
    screen.is_headed("You are in")
    expect(screen.page.get_by_role("link", name="Open Plex")).to_be_visible()
    assert screen.page.evaluate("localStorage.getItem('streamarr.session')") == stack.running.admin_token
    screen.page.reload()
    screen.is_headed("You are in")
    expect(screen.page.get_by_role("link", name="Open Plex")).to_be_visible()
