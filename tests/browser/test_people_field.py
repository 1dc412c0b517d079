"""Choosing somebody among more accounts than a list could hold."""

import pytest
from playwright.sync_api import expect

from testing.people import Stack


@pytest.fixture(scope="module")
def crowd(stack: Stack) -> str:
    """A hundred and five accounts, the oldest of which no first page has; gives the oldest one's name."""
    oldest = stack.member("create_invites", name="Zora Neale")
    for number in range(105):
        stack.member("streamarr", name=f"passer-by {number}")
    return oldest.user.name


def test_invites_are_filtered_by_any_creator(stack, signed_in, crowd):
    (creator,) = stack.admin.get("/users", params={"q": crowd}).json()["users"]
    code = stack.invite(created_by=creator["id"])
    screen = signed_in("desktop").opens("/invites")
    screen.page.get_by_text("Filter").click()
    field = screen.page.get_by_label("Created by")
    field.press_sequentially("zora")
    option = screen.page.locator("datalist option", has_text=creator["email"])
    expect(option).to_have_attribute("value", crowd)
    screen.is_sound("invites-creator")
    field.fill(crowd)
    screen.page.wait_for_url(f"**creator={creator['id']}**")
    expect(screen.page.locator("tbody tr")).to_have_count(1)
    expect(screen.page.get_by_role("link", name=code)).to_be_visible()
    screen.page.reload()
    expect(field).to_have_value(crowd)
    field.fill("")
    screen.page.wait_for_url(lambda address: "creator" not in address)


def test_an_invite_is_made_on_behalf_of_anybody(stack, signed_in, crowd):
    screen = signed_in("desktop").opens("/invites/new")
    field = screen.page.get_by_label("On behalf of")
    field.fill("no such person")
    screen.shows("No account here is called no such person.")
    screen.is_sound("create-nobody")
    screen.click("Create invite")
    expect(field).to_be_focused()
    field.fill(crowd)
    expect(screen.page.locator("input[list]:valid")).to_be_visible()
    screen.click("Create invite")
    screen.is_headed("The invite is ready")
    code = screen.page.locator("p.link a").inner_text().split("=")[-1]
    assert stack.shown(code)["created_by"]["name"] == crowd


def test_whoever_may_not_see_accounts_chooses_among_those_in_sight(stack, signed_in, crowd):
    watcher = stack.member("view_invites")
    (creator,) = stack.admin.get("/users", params={"q": crowd}).json()["users"]
    stack.invite(created_by=creator["id"])
    screen = signed_in("phone", watcher.token).opens("/invites")
    screen.page.get_by_text("Filter").click()
    screen.page.get_by_label("Created by").fill(crowd)
    screen.page.wait_for_url(f"**creator={creator['id']}**")
