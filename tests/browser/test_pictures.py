"""The README's four pictures: the demo's house with its own people in it, taken when SCREENSHOTS names a folder."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from local.plex import demo
from tests.http.empty_house import SETUP_TOKEN

pytestmark = pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="pictures are taken by `make screenshots`")


@pytest.fixture(scope="module")
def lively_house(new_house):
    """Set up by its owner; two people are in, one waits for Plex, and some invites are over."""
    owner = new_house.visitor({"id": demo.OWNER.id})
    started = owner.browser.post("/setup", json={"setup_token": SETUP_TOKEN}).json()
    new_house.plex.approve(started["auth_url"], owner.account)
    token = owner.browser.post(f"/setup/{started['sign_in_id']}").json()["token"]
    new_house.running.admin_token = token
    new_house.admin = new_house.client(token)
    new_house.admin.put("/setup/server", json={"machine_id": demo.MACHINE_ID})
    _until(lambda: new_house.admin.get("/setup").json()["state"] == "done")
    version = new_house.admin.get("/settings").json()["version"]
    new_house.admin.patch("/settings", json={"version": version, "signup_enabled": True})
    _hand_out_invites(new_house)
    return new_house


def _hand_out_invites(house) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    house.admin.patch(f"/invites/{house.invite(note='Last summer')}", json={"expires_at": soon})
    house.admin.patch(f"/invites/{house.invite(note='Not yet')}", json={"enabled": False})
    house.invite(note="Anybody at the film club", usage_limit=None, libraries=[str(demo.MOVIES)])
    house.invite(note="The neighbours", usage_limit=4, expires_in={"value": 2, "unit": "weeks"})
    for person, wishes in (
        (demo.MAYA, {"note": "For Maya"}),
        (demo.UNCONFIRMED, {"note": "For Emil", "downloads": True}),
    ):
        _redeem(house, person, house.invite(**wishes))
    family = house.invite(note="Family", usage_limit=5, expires_in={"value": 1, "unit": "months"}, downloads=True)
    _redeem(house, demo.NOAH, family)
    _redeem(house, demo.LENA, family)
    house.family = family


def _redeem(house, person, code) -> None:
    visitor = house.visitor({"id": person.id})
    visitor.waits(visitor.redeems(code), until=("done", "needs_attention"))


def _until(fact) -> None:
    for _ in range(100):
        if fact():
            return
    raise AssertionError


def test_the_four_pictures(lively_house, screens):
    house = lively_house
    kept = [{"name": "streamarr.session", "value": house.running.admin_token}]
    state = {"cookies": [], "origins": [{"origin": house.origin, "localStorage": kept}]}
    desktop = screens("desktop", origin=house.origin, storage_state=state, color_scheme="light")
    desktop.opens("/invites")
    expect(desktop.page.locator("tbody tr")).to_have_count(7)
    _take(desktop, "readme-invites")
    desktop.page.emulate_media(color_scheme="dark")
    desktop.opens(f"/invites/{house.family}")
    expect(desktop.page.locator(".qr img")).to_be_visible()
    desktop.page.wait_for_load_state("networkidle")
    _take(desktop, "readme-invite")

    phone = screens("phone", device_scale_factor=2)
    phone.opens(f"{house.origin}/signup?icode={house.family}").is_headed("Olivia invites you to")
    _take(phone, "readme-signup")
    phone.page.emulate_media(color_scheme="dark")
    code = house.invite(downloads=True)
    account = house.plex.account()
    phone.opens(f"{house.origin}/signup?icode={code}")
    phone.click("Sign in with Plex")
    phone.page.locator(f"button[data-account='{account['id']}']").click()
    phone.is_headed("You are in")
    _take(phone, "readme-done")


def _take(screen, name: str) -> None:
    screen.page.screenshot(path=f"{os.environ['SCREENSHOTS']}/{name}.png")
