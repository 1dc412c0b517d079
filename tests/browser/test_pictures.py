"""The README's four pictures: the demo's stack with its own people in it, taken when SCREENSHOTS names a folder."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from local.plex import demo
from tests.http.empty_stack import SETUP_TOKEN

pytestmark = pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="pictures are taken by `make screenshots`")


@pytest.fixture(scope="module")
def lively_stack(new_stack):
    """Set up by its owner; two people are in, one waits for Plex, and some invites are over."""
    owner = new_stack.visitor({"id": demo.OWNER.id})
    started = owner.browser.post("/setup", json={"setup_token": SETUP_TOKEN}).json()
    new_stack.plex.approve(started["auth_url"], owner.account)
    token = owner.browser.post(f"/setup/{started['sign_in_id']}").json()["token"]
    new_stack.running.admin_token = token
    new_stack.admin = new_stack.client(token)
    new_stack.admin.put("/setup/server", json={"machine_id": demo.MACHINE_ID})
    _until(lambda: new_stack.admin.get("/setup").json()["state"] == "done")
    version = new_stack.admin.get("/settings").json()["version"]
    new_stack.admin.patch("/settings", json={"version": version, "signup_enabled": True})
    _hand_out_invites(new_stack)
    return new_stack


def _hand_out_invites(stack) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    stack.admin.patch(f"/invites/{stack.invite(note='Last summer')}", json={"expires_at": soon})
    stack.admin.patch(f"/invites/{stack.invite(note='Not yet')}", json={"enabled": False})
    stack.invite(note="Anybody at the film club", usage_limit=None, libraries=[str(demo.MOVIES)])
    stack.invite(note="The neighbours", usage_limit=4, expires_in={"value": 2, "unit": "weeks"})
    for person, wishes in (
        (demo.MAYA, {"note": "For Maya"}),
        (demo.UNCONFIRMED, {"note": "For Emil", "downloads": True}),
    ):
        _redeem(stack, person, stack.invite(**wishes))
    family = stack.invite(note="Family", usage_limit=5, expires_in={"value": 1, "unit": "months"}, downloads=True)
    _redeem(stack, demo.NOAH, family)
    _redeem(stack, demo.LENA, family)
    stack.family = family


def _redeem(stack, person, code) -> None:
    visitor = stack.visitor({"id": person.id})
    visitor.waits(visitor.redeems(code), until=("done", "needs_attention"))


def _until(fact) -> None:
    for _ in range(100):
        if fact():
            return
    raise AssertionError


def test_the_four_pictures(lively_stack, screens):
    stack = lively_stack
    kept = [{"name": "streamarr.session", "value": stack.running.admin_token}]
    state = {"cookies": [], "origins": [{"origin": stack.origin, "localStorage": kept}]}
    desktop = screens("desktop", origin=stack.origin, storage_state=state, color_scheme="light")
    desktop.opens("/invites")
    expect(desktop.page.locator("tbody tr")).to_have_count(7)
    _take(desktop, "readme-invites")
    desktop.page.emulate_media(color_scheme="dark")
    desktop.opens(f"/invites/{stack.family}")
    expect(desktop.page.locator(".qr img")).to_be_visible()
    desktop.page.wait_for_load_state("networkidle")
    _take(desktop, "readme-invite")

    phone = screens("phone", device_scale_factor=2)
    phone.opens(f"{stack.origin}/signup?icode={stack.family}").is_headed("Olivia invites you to")
    _take(phone, "readme-signup")
    phone.page.emulate_media(color_scheme="dark")
    code = stack.invite(downloads=True)
    account = stack.plex.account()
    phone.opens(f"{stack.origin}/signup?icode={code}")
    phone.click("Sign in with Plex")
    phone.page.locator(f"button[data-account='{account['id']}']").click()
    phone.is_headed("You are in")
    _take(phone, "readme-done")


def _take(screen, name: str) -> None:
    screen.page.screenshot(path=f"{os.environ['SCREENSHOTS']}/{name}.png")
