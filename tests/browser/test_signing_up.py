"""The invitee's way, from the link to the libraries, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from local.plex import demo


def signup(house, code: str) -> str:
    return f"{house.origin}/signup?icode={code}"


def approve(screen, account) -> None:
    screen.page.locator(f"button[data-account='{account['id']}']").click()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_invitee_gets_in(house, screens, size):
    code = house.invite(libraries=[str(demo.MOVIES), str(demo.TV_SHOWS)], downloads=True)
    account, screen = house.plex.account(), screens(size)
    screen.opens(signup(house, code)).is_headed("Olivia invites you to Olivia's Plex")
    screen.shows("Movies")
    screen.is_sound("signup-offer")

    screen.click("Sign in with Plex")
    approve(screen, account)

    screen.is_headed("You are in")
    expect(screen.page.locator("#steps li[data-state=done]")).to_have_count(3)
    screen.is_sound("signup-done")
    (share,) = house.plex.shares(account)
    assert sorted(share["section_ids"]) == [demo.MOVIES, demo.TV_SHOWS]
    assert share["accepted"]


def test_coming_back_later_resumes(house, phone):
    phone.opens(signup(house, house.invite()))
    phone.click("Sign in with Plex")
    approve(phone, house.plex.account())
    phone.is_headed("You are in")
    phone.page.reload()
    phone.is_headed("You are in")
    phone.click("Use this invitation for somebody else")
    phone.is_headed("Invite code is not active")


def test_whoever_did_not_finish_at_plex_gets_the_button_back(house, phone):
    phone.opens(signup(house, house.invite()))
    phone.click("Sign in with Plex")
    phone.page.get_by_role("link", name="Go back without signing in").click()
    phone.shows("The sign-in at Plex was not finished")
    expect(phone.page.get_by_role("button", name="Sign in with Plex")).to_be_enabled()


def test_whoever_has_access_is_told_so(house, phone):
    phone.opens(signup(house, house.invite()))
    phone.click("Sign in with Plex")
    approve(phone, {"id": demo.HAS_ACCESS.id})
    phone.is_headed("You already have access to this Plex server")
    phone.is_sound("signup-already-in")
    expect(phone.page.get_by_role("link", name="Open Plex")).to_be_visible()


def test_an_unknown_code_is_told_in_plain_words(house, phone):
    phone.opens(signup(house, "Nowhere1")).is_headed("Invite code not found")
    phone.shows("Check that the whole link was copied")
    phone.is_sound("signup-not-found")


def test_the_page_speaks_the_browsers_language(house, screens):
    code = house.invite()
    phone = screens("phone", language="de-AT")
    phone.opens(signup(house, code)).is_headed("Olivia lädt dich ein zu Olivia's Plex")
    phone.is_sound("signup-offer-de")
    phone.click("Mit Plex anmelden")
    approve(phone, house.plex.account())
    phone.is_headed("Du bist drin")
    phone.shows("Die Bibliotheken sind mit dir geteilt.")


def test_the_offer_is_readable_without_javascript(house, screens):
    screen = screens("phone", java_script_enabled=False)
    screen.opens(signup(house, house.invite())).is_headed("Olivia invites you to Olivia's Plex")
    screen.shows("To go on, this page needs JavaScript.")


def test_the_whole_way_goes_by_keyboard(house, desktop):
    account = house.plex.account()
    desktop.opens(signup(house, house.invite()))
    _tab_to(desktop, "Sign in with Plex")
    desktop.page.keyboard.press("Enter")
    desktop.page.wait_for_url(re.compile("/auth"))
    _tab_to(desktop, account["username"])
    desktop.page.keyboard.press("Enter")
    desktop.is_headed("You are in")
    _tab_to(desktop, "Open Plex")


def _tab_to(screen, name: str) -> None:
    for _ in range(60):
        screen.page.keyboard.press("Tab")
        if name in (screen.page.evaluate("document.activeElement.textContent") or ""):
            return
    raise AssertionError(f"{name} cannot be reached with the Tab key")


def test_the_page_is_small(house):
    answer = house.client()
    page = answer.get(signup(house, house.invite())).text
    parts = [page, *(answer.get(f"{house.origin}/{name}").text for name in ("signup.css", "signup.js"))]
    assert sum(len(_compressed(part)) for part in parts) < 12_000


def _compressed(text: str) -> bytes:
    import gzip

    return gzip.compress(text.encode())
