"""How the site is delivered: small, kept where it may be, and with nothing that the CSP would have to allow."""

import gzip
import re

import httpx
import pytest

from tests.browser.soundness import ROOT

DIST = ROOT / "frontend" / "dist"
MOST_SCRIPT = 60_000


def test_the_scripts_are_small():
    scripts = list((DIST / "assets").glob("*.js"))
    assert scripts
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < MOST_SCRIPT


def test_the_page_has_no_inline_script_or_style():
    page = (DIST / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page) == []


def test_hashed_files_are_kept_for_ever_and_all_else_is_not(stack):
    asset = next((DIST / "assets").glob("*.js")).name
    assert httpx.get(f"{stack.origin}/assets/{asset}").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/invites/Abcd1234", "/config.json"):
        assert httpx.get(stack.origin + path).headers["Cache-Control"] == "no-cache"


def test_every_address_shows_the_site_but_a_missing_file_is_missing(stack):
    assert httpx.get(f"{stack.origin}/people/somebody").headers["Content-Type"] == "text/html; charset=utf-8"
    assert httpx.get(f"{stack.origin}/assets/gone.js").status_code == 404


@pytest.mark.parametrize("path", ["/", "/config.json"])
def test_the_site_is_served_under_a_policy(stack, path):
    policy = httpx.get(stack.origin + path).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_the_site_can_be_put_on_a_phone_s_home_screen(stack):
    answer = httpx.get(f"{stack.origin}/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert [each["url"] for each in manifest["shortcuts"]] == ["/invites/new"]
    for icon in manifest["icons"]:
        shown = httpx.get(stack.origin + icon["src"])
        assert (shown.status_code, shown.headers["Content-Type"]) == (200, icon["type"])


def test_without_a_connection_a_page_of_our_own_says_so_and_nothing_is_kept_of_the_api(stack, signed_in):
    screen = signed_in("phone", service_workers="allow").opens("/")
    screen.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    kept = screen.page.evaluate(
        "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>"
        " (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname)))).flat())"
    )
    assert sorted(kept) == ["/icon.svg", "/offline.css", "/offline.html"]
    screen.page.reload()
    screen.page.context.set_offline(True)
    screen.page.goto(f"{stack.origin}/invites")
    screen.is_headed("No connection")
    screen.page.context.set_offline(False)
    screen.click("Try again", role="link")
    screen.shows("New invite")
