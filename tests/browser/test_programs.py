"""API keys and notifications, in a real browser."""

import pytest
from playwright.sync_api import expect

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])


@SIZES
def test_a_person_makes_a_key_copies_it_and_deletes_it(stack, signed_in, size):
    member = stack.member("create_invites")
    screen = signed_in(size, member.token).opens("/account")
    screen.click("API keys", role="link")
    screen.shows("You have no API keys.")
    screen.page.get_by_label("Name").fill("n8n")
    screen.click("Make a key")
    screen.shows("Choose at least one.")
    screen.page.get_by_label("Create invites").check()
    screen.click("Make a key")
    screen.shows('Your key "n8n"')
    key = screen.page.locator("p.address").inner_text()
    assert stack.client(key).post("/invites", json={}).status_code == 201
    screen.is_sound("keys")
    screen.click("Delete n8n")
    screen.is_sound("key-deleting")
    screen.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    screen.shows("You have no API keys.")
    assert stack.client(key).post("/invites", json={}).status_code == 401


@SIZES
def test_a_webhook_is_added_tried_switched_off_and_deleted(stack, signed_in, size):
    member = stack.member("create_invites")
    screen = signed_in(size, member.token).opens("/account/notifications")
    screen.shows("Nothing is sent anywhere yet.")
    screen.page.get_by_label("Name").fill("Own script")
    screen.page.get_by_label("Address").fill("http://example.org/hook")
    screen.click("Add an address")
    screen.shows("Give an address that begins with https://")
    screen.is_sound("notifications-refused")
    screen.page.get_by_label("Address").fill(f"{stack.running.inbox_url}/webhook")
    screen.click("Add an address")
    screen.shows('The secret of "Own script"')
    screen.click("Send a test")
    screen.shows("delivered")
    screen.shows("Answered 200")
    screen.is_sound("notifications")
    screen.click("Switch off")
    screen.shows("Switched off: nothing is sent there.")
    screen.click("Delete Own script")
    screen.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    screen.shows("Nothing is sent anywhere yet.")


def test_those_who_may_have_neither_are_not_offered_them(stack, signed_in):
    screen = signed_in("phone", stack.member("streamarr").token).opens("/account")
    screen.shows("Sign out everywhere")
    expect(screen.page.get_by_role("link", name="API keys")).to_have_count(0)
    screen.opens("/account/keys")
    expect(screen.page.get_by_label("Name")).to_have_count(0)
