"""What every answer carries."""

import re

import httpx
import pytest

ALWAYS = {
    "Strict-Transport-Security": r"max-age=\d{8,}",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": r".*default-src 'none'.*frame-ancestors 'none'.*",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def bears_them(answer) -> bool:
    missing = {name for name, wanted in ALWAYS.items() if not re.fullmatch(wanted, answer.headers.get(name, ""))}
    assert not missing, (answer.request.url, answer.status_code, missing)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    return True


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/health", 200),
        ("GET", "/signup?icode=Unknown1", 404),
        ("GET", "/signup.css", 200),
        ("GET", "/signup.js", 200),
        ("GET", "/api/signup/Unknown1", 404),
        ("GET", "/api/auth/me", 401),
        ("GET", "/api/setup", 200),
        ("POST", "/api/auth/plex", 201),
        ("GET", "/api/no/such/route", 404),
        ("PUT", "/api/health", 405),
        ("GET", "/", 200),
        ("GET", "/users/anything", 200),
    ],
)
def test_every_answer_has_the_security_headers(stack, method, path, status):
    answer = httpx.request(method, f"{stack.origin}{path}")  # the site is no part of the API's contract
    assert answer.status_code == status
    assert bears_them(answer)


def test_so_has_the_page_of_an_invite(stack):
    page = stack.client().get(f"{stack.origin}/signup", params={"icode": stack.invite()})
    assert page.status_code == 200
    assert bears_them(page)
    assert page.headers["Cache-Control"] == "no-store"


def test_the_page_has_nothing_inline_that_the_policy_would_stop(stack):
    page = stack.client().get(f"{stack.origin}/signup", params={"icode": stack.invite()}).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)


def test_so_has_what_chalice_itself_refuses(stack):
    answer = stack.client().post("/auth/plex", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert bears_them(answer)
    assert set(answer.json()) == {"Code", "Message"}


def test_so_has_an_unforeseen_failure_and_it_tells_nothing(stack, monkeypatch):
    from chalicelib.setup.setting_up import SettingUp

    def fail(_):
        raise RuntimeError("secret-of-the-stack-1234567890")

    monkeypatch.setattr(SettingUp, "state", fail)
    answer = httpx.get(f"{stack.origin}/api/setup")
    assert answer.status_code == 500
    assert bears_them(answer)
    assert answer.json()["Code"] == "InternalError"
    assert "secret" not in answer.text


def test_what_is_personal_is_not_stored_on_the_way(stack):
    member = stack.member("streamarr")
    for answer in (member.http.get("/auth/me"), stack.client().post("/auth/plex"), stack.client().get("/auth/me")):
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_cookie_of_a_sign_in_is_out_of_reach_of_scripts_and_of_other_sites(stack, settings):
    cookie = stack.client().post("/auth/plex").headers["Set-Cookie"]
    assert re.fullmatch(r"sign_in_[0-9a-f]{32}=[0-9a-f]{32}; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax", cookie)
    with settings(application_url="https://invites.example.org"):
        assert stack.client().post("/auth/plex").headers["Set-Cookie"].endswith("; Secure")


def test_no_other_site_may_read_an_answer(stack):
    answer = stack.client().get("/setup", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
