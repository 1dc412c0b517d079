"""What an admin does with invites, in a real browser."""

import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from chalicelib.settings.model import Quota
from local.plex import demo

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])


@SIZES
def test_a_plain_invite_takes_two_clicks(stack, signed_in, size):
    screen = signed_in(size).opens("/")
    screen.is_headed("Overview")
    screen.is_sound("overview")
    screen.click("New invite", role="link")
    screen.is_headed("New invite")
    screen.shows("1 person, without an end, the default libraries")
    screen.is_sound("create")
    screen.click("Create invite")
    screen.is_headed("The invite is ready")
    _wait_for_image(screen)
    screen.is_sound("created")
    screen.click("Copy link")
    screen.shows("Link copied.")
    link = screen.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(stack.origin) + r"/signup\?icode=[A-Za-z0-9]{8}", link)


def test_the_sentence_follows_what_is_chosen(signed_in):
    screen = signed_in("desktop").opens("/invites/new")
    page = screen.page
    page.get_by_label("Custom", exact=True).check()
    page.get_by_label("Number of people").fill("3")
    page.get_by_label("For", exact=True).check()
    page.get_by_label("Specific Libraries").check()
    page.get_by_label("Movies", exact=True).check()
    page.get_by_label("TV Shows").check()
    page.get_by_label("Downloads").check()
    page.get_by_label("Note").fill("For the neighbours")
    expect(page.locator(".summary strong")).to_have_text(
        re.compile(r"^3 people, until \d+ \w+( \d{4})?, Movies and TV Shows, downloads$")
    )
    screen.is_sound("create-advanced")
    screen.click("Create invite")
    screen.is_headed("The invite is ready")
    screen.click("All about this invite", role="link")
    screen.shows("For the neighbours")
    screen.shows("0 of 3")


@SIZES
def test_the_qr_code_on_the_screen_is_the_link(stack, signed_in, size):
    code = stack.invite(usage_limit=3, note="For the kitchen wall")
    visitor = stack.visitor()
    visitor.waits(visitor.redeems(code))
    screen = signed_in(size).opens(f"/invites/{code}")
    screen.is_headed(f"Invite {code}")
    screen.shows(visitor.account["username"])
    screen.shows("1 of 3")
    _wait_for_image(screen)
    screen.is_sound("invite")
    seen = cv2.imdecode(np.frombuffer(screen.page.locator(".qr img").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert seen is not None
    assert cv2.QRCodeDetector().detectAndDecode(seen)[0] == f"{stack.origin}/signup?icode={code}"


def test_the_qr_code_downloads_as_a_file(stack, signed_in):
    code = stack.invite()
    screen = signed_in("desktop").opens(f"/invites/{code}")
    for words, name in (("Download PNG", f"invite-{code}.png"), ("Download SVG", f"invite-{code}.svg")):
        with screen.page.expect_download() as download:
            screen.click(words)
        assert download.value.suggested_filename == name


@SIZES
def test_filters_stay_in_the_address(stack, signed_in, size):
    note = f"wanted {stack.invite()}"
    code = stack.invite(note=note)
    screen = signed_in(size).opens("/invites")
    screen.is_headed("Invites")
    screen.is_sound("invites")
    screen.page.get_by_label("Code or note").fill(note)
    screen.page.wait_for_url(re.compile("q=wanted"))
    expect(screen.page.locator("tbody tr")).to_have_count(1)
    screen.page.get_by_text("Filter").click()
    screen.page.get_by_label("Status").select_option("active")
    screen.page.wait_for_url(re.compile("status=active"))
    screen.page.reload()
    expect(screen.page.get_by_label("Code or note")).to_have_value(note)
    expect(screen.page.get_by_role("link", name=code)).to_be_visible()
    screen.page.get_by_label("Status").select_option("expired")
    screen.shows("Nothing matches")
    screen.is_sound("invites-nothing-matches")


def test_several_invites_are_switched_off_and_deleted_at_once(stack, signed_in):
    note = f"bulk {stack.invite()}"
    codes = [stack.invite(note=note) for _ in range(3)]
    screen = signed_in("desktop").opens(f"/invites?q={note}")
    for code in codes[:2]:
        screen.page.get_by_label(f"Select {code}").check()
    screen.is_sound("invites-selected")
    screen.click("Switch off")
    screen.shows("2 invites changed.")
    assert [stack.shown(code)["status"] for code in codes] == ["inactive", "inactive", "active"]

    screen.page.get_by_label("Select all").check()
    screen.click("Delete")
    screen.shows("Delete 3 invites?")
    screen.is_sound("invites-delete")
    screen.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    screen.shows("Nothing matches")
    assert {stack.admin.get(f"/invites/{code}").status_code for code in codes} == {404}


def test_an_invite_is_edited_and_switched_off(stack, signed_in):
    code = stack.invite()
    screen = signed_in("desktop").opens(f"/invites/{code}")
    screen.click("Edit")
    screen.page.get_by_label("Usage limit").fill("7")
    screen.is_sound("invite-edit")
    screen.click("Save")
    screen.shows("0 of 7")
    screen.click("Switch off")
    screen.shows("Switched off.")
    shown = stack.shown(code)
    assert (shown["usage_limit"], shown["status"]) == (7, "inactive")


def test_an_invite_that_is_not_there_is_told_so(signed_in):
    screen = signed_in("phone").opens("/invites/Nowhere1")
    screen.shows("Invite code not found")
    screen.is_sound("invite-not-found")


def _wait_for_image(screen) -> None:
    image = screen.page.locator(".qr img")
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


@SIZES
def test_an_invite_that_cannot_give_what_it_names_shows_that_in_place_of_active(stack, signed_in, settings, size):
    code = stack.invite(libraries=[str(demo.MUSIC)])
    with settings(enabled_libraries=[str(demo.MOVIES)], default_libraries=[str(demo.MOVIES)]):
        screen = signed_in(size).opens(f"/invites?q={code}")
        screen.shows("Libraries missing")
        screen.is_sound("invites-libraries-missing")
        screen.page.goto(f"{stack.origin}/invites/{code}")
        screen.shows("Libraries missing")


def test_downloads_that_plex_refused_are_told_with_the_redemption(stack, signed_in):
    code, visitor, owner = stack.invite(downloads=True), stack.visitor(), {"id": demo.OWNER.id}
    stack.plex.change(owner, subscription=False)
    try:
        with stack.plex.behaving(downloads_need_plex_pass=True):
            visitor.waits(visitor.redeems(code))
    finally:
        stack.plex.change(owner, subscription=True)
    screen = signed_in("phone").opens(f"/invites/{code}")
    screen.shows("Given without downloads")
    screen.is_sound("invite-without-downloads")


def test_a_new_invite_has_an_address_that_makes_no_second_one(stack, signed_in):
    screen = signed_in("desktop", stack.member("create_invites").token)
    screen.opens("/invites/new").click("Create invite")
    screen.is_headed("The invite is ready")
    link = screen.page.locator("p.link a").inner_text()
    screen.page.reload()
    screen.is_headed("The invite is ready")
    assert screen.page.locator("p.link a").inner_text() == link
    screen.opens("/invites")
    expect(screen.page.get_by_role("row")).to_have_count(2)  # its own, and the headings


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_what_stands_against_an_invite_is_said_before_anything_is_typed(stack, signed_in, settings, size):
    with settings(signup_enabled=False):
        screen = signed_in(size, stack.member("create_invites").token).opens("/invites/new")
        screen.shows("Sign-up is off, so no invite could be redeemed. Ask an admin to switch it on.")
        expect(screen.page.get_by_role("button", name="Create invite")).to_have_attribute("aria-disabled", "true")
        screen.is_sound("create-sign-up-off")
        screen.page.get_by_role("button", name="Create invite").click(force=True)
        admin = signed_in(size).opens("/invites/new")
        admin.click("To the settings", role="link")
        admin.is_headed("Settings")
    nothing = stack.member("create_invites", quota=Quota(limit=0, days=7))
    signed_in(size, nothing.token).opens("/invites/new").shows("Your quota gives you no invites.")
