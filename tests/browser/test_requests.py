"""What the site asks of the API: each address once, however many parts of a screen show what it says."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

SCREENS = ["/", "/invites", "/invites/new", "/invites/{code}", "/attention", "/people", "/people/{id}", "/settings"]


@contextmanager
def counted(screen) -> Iterator[Counter[str]]:
    """How often each address of the API was read until the window is at rest."""
    reads: Counter[str] = Counter()

    def count(request) -> None:
        address = urlsplit(request.url)
        if request.method == "GET" and address.path.startswith("/api/"):
            reads[f"{address.path}?{address.query}".rstrip("?")] += 1

    screen.page.on("request", count)
    yield reads
    screen.page.wait_for_load_state("networkidle")
    screen.page.remove_listener("request", count)


@pytest.mark.parametrize("path", SCREENS)
def test_opening_a_screen_asks_each_address_once(stack, signed_in, path):
    member = stack.member("streamarr")
    screen = signed_in("desktop")
    with counted(screen) as reads:
        screen.opens(path.format(code=stack.invite(), id=member.id))
    assert reads
    assert [address for address, times in reads.items() if times > 1] == []


def test_going_on_to_a_screen_does_not_ask_for_what_was_just_read(signed_in):
    screen = signed_in("desktop")
    with counted(screen):
        screen.opens("/settings").is_headed("Settings")
    with counted(screen) as reads:
        screen.click("New invite", role="link")
        screen.is_headed("New invite")
    assert not {"/api/libraries", "/api/settings"} & reads.keys()


def test_after_a_change_all_is_read_anew(stack, signed_in):
    screen = signed_in("desktop")
    with counted(screen):
        screen.opens("/invites").is_headed("Invites")
    screen.click("New invite", role="link")
    screen.page.get_by_label("Note").fill("Read anew")
    screen.click("Create invite")
    screen.is_headed("The invite is ready")
    screen.page.get_by_role("navigation").get_by_role("link", name="Invites").click()
    expect(screen.page.get_by_text("Read anew")).to_be_visible()
