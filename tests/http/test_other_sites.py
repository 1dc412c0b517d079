"""What pages of other sites can have a visitor's browser send."""

import pytest

from testing.metering.calls import counting

CROSS = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
FOLLOWED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def must_be_refused(answer, status, code):
    assert (answer.status_code, answer.json()["Code"]) == (status, code), answer.text


@pytest.mark.parametrize("headers", [{}, {"Content-Type": ""}, {"Content-Type": "text/plain"}])
def test_a_body_that_does_not_say_that_it_is_json_is_not_read(stack, headers):
    http = stack.member("create_invites").http
    for method, path in (("POST", "/invites"), ("PATCH", "/settings"), ("PUT", "/setup/server")):
        must_be_refused(http.request(method, path, content=b"{}", headers=headers), 415, "UnsupportedMediaType")
    assert http.get("/invites").json()["invites"] == []


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_read_however_it_is_named(stack, kind):
    http = stack.member("create_invites").http
    assert http.post("/invites", content=b"{}", headers={"Content-Type": kind}).status_code == 201


def test_no_body_needs_no_kind(stack):
    assert stack.client().post("/auth/plex").status_code == 201


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/auth/plex"), ("DELETE", "/auth/session"), ("PUT", "/me/password")]
)
def test_another_site_changes_nothing_and_uses_up_no_limit(stack, site, method, path):
    with counting() as calls:
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        answer = stack.client().request(method, path, headers=headers)
    must_be_refused(answer, 403, "OtherSite")
    assert calls == []


def test_another_site_s_pictures_do_not_count_against_a_visitor(stack):
    visitor = stack.client()
    for number in range(30):
        must_be_refused(visitor.get(f"/signup/Wr0ng{number:05}", headers=CROSS), 403, "OtherSite")
    assert visitor.get(f"/signup/{stack.invite()}").status_code == 200


def test_a_link_on_another_site_is_followed(stack):
    answer = stack.client().get(f"{stack.origin}/signup?icode={stack.invite()}", headers=FOLLOWED)
    assert answer.status_code == 200
    framed = stack.client().get(f"{stack.origin}/signup", headers={**FOLLOWED, "Sec-Fetch-Dest": "iframe"})
    assert framed.status_code == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_pages_are_answered(stack, site):
    assert stack.client().post("/auth/plex", headers={"Sec-Fetch-Site": site}).status_code == 201
