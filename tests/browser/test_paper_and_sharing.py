"""An invite leaves the screen: on paper, and through the share sheet of a phone."""

import json
import re

import pytest
from playwright.sync_api import expect

SHARES = """navigator.share = (what) => { window.shared = what; return Promise.resolve(); };"""
DISMISSES = """navigator.share = () => Promise.reject(new DOMException('', 'AbortError'));"""
SHARES_NOT = """delete Navigator.prototype.share;"""
PRINTS = """window.printed = 0; window.print = () => { window.printed += 1; };"""


def test_the_share_sheet_is_given_the_link(stack, signed_in):
    screen = signed_in("phone")
    screen.page.add_init_script(SHARES)
    code = stack.invite()
    screen.opens(f"/invites/{code}")
    name = stack.admin.get("/auth/me").json()["user"]["name"]
    shared = {"text": f"{name} invites you to Olivia's Plex:", "url": f"{stack.origin}/signup?icode={code}"}
    expect(screen.page.get_by_role("button", name="Share")).to_be_visible()
    screen.page.wait_for_load_state("networkidle")
    screen.click("Share")
    assert screen.page.evaluate("window.shared") == shared
    screen.opens("/invites/new").click("Create invite")
    screen.is_headed("The invite is ready")
    screen.is_sound("created-with-share")
    screen.click("Share")
    assert screen.page.evaluate("window.shared.url") == screen.page.locator("p.link a").inner_text()


def test_a_share_sheet_that_is_dismissed_is_no_error(stack, signed_in):
    screen = signed_in("phone")
    screen.page.add_init_script(DISMISSES)
    screen.opens(f"/invites/{stack.invite()}").click("Share")
    expect(screen.page.get_by_role("button", name="Share")).to_be_visible()


def test_without_a_share_sheet_there_are_mail_and_messengers(stack, signed_in):
    screen = signed_in("desktop")
    screen.page.add_init_script(SHARES_NOT)
    code = stack.invite()
    screen.opens(f"/invites/{code}")
    expect(screen.page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(screen.page.get_by_role("button", name="Share")).to_have_count(0)
    mail = screen.page.get_by_role("link", name="E-mail")
    expect(mail).to_have_attribute("href", re.compile(r"^mailto:\?subject=\w+%20invites.*&body=.*" + code))
    for messenger in ("WhatsApp", "Telegram"):
        expect(screen.page.get_by_role("link", name=messenger)).to_have_attribute("href", re.compile(code))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sheet_has_the_qr_code_and_its_words_and_nothing_else(stack, signed_in, theme):
    screen = signed_in("desktop")
    screen.page.add_init_script(PRINTS + f"localStorage.setItem('streamarr.theme', {json.dumps(theme)})")
    code = stack.invite(note="not for the wall", expires_in={"value": 2, "unit": "weeks"})
    screen.opens(f"/invites/{code}")
    expect(screen.page.locator(".qr img")).to_be_visible()
    screen.click("Print")
    assert screen.page.evaluate("window.printed") == 1

    screen.page.emulate_media(media="print")
    for printed in ("Scan to join", f"{stack.origin}/signup?icode={code}"):
        expect(screen.page.get_by_text(printed)).to_be_visible()
    expect(screen.page.locator(".qr img")).to_be_visible()
    for name in ("navigation", "banner", "button"):
        expect(screen.page.get_by_role(name)).to_have_count(0)
    expect(screen.page.get_by_text("not for the wall")).to_be_hidden()
    ink = screen.page.evaluate("getComputedStyle(document.querySelector('.scan')).color")
    assert ink == "rgb(36, 26, 44)", "light ink cannot be read on paper"
    screen.pictured("invite-print")
