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
