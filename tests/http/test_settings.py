"""The settings, as admins see and change them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.plex import demo


@pytest.fixture
def settings(stack):
    """How the settings are; they are that way again afterwards."""
    before = stack.admin.get("/settings").json()
    yield before
    version = stack.admin.get("/settings").json()["version"]
    answer = stack.admin.patch("/settings", json={**before, "version": version})
    assert answer.status_code == 200, answer.text


def test_what_is_shown_can_be_sent_back_and_changes_nothing(stack, settings):
    answer = stack.admin.patch("/settings", json=settings)
    assert (answer.status_code, answer.json()) == (200, settings)


def test_a_change_counts_up_and_leaves_the_rest(stack, settings):
    changes = {
        "application_title": "Olivia's cinema",
        "dashboard_url": "https://watch.example.org/home",
        "default_permissions": ["streamarr", "create_invites"],
        "default_quota": {"limit": 3, "days": 30},
        "default_features": {"downloads": True},
        "default_libraries": [str(demo.MOVIES), str(demo.MUSIC)],
        "trial": {"enabled": True},
    }
    changed = stack.admin.patch("/settings", json={**changes, "version": settings["version"]})
    assert changed.status_code == 200, changed.text
    assert changed.json() == stack.admin.get("/settings").json()
    assert changed.json() == {
        **settings,
        **changes,
        "default_permissions": ["create_invites", "streamarr"],
        "default_features": {"downloads": True, "live_tv": False, "plex_home": False},
        "trial": {**settings["trial"], "enabled": True},
        "version": settings["version"] + 1,
    }


def test_a_change_made_from_an_older_version_is_refused_and_names_the_one_that_is(stack, settings):
    version = settings["version"]
    _title(stack, "One", version)
    late = _title(stack, "Two", version)
    assert (late.status_code, late.json()["Code"], late.json()["Field"]) == (409, "SettingsOutOfDate", "version")
    assert f"version {version + 1}" in late.json()["Message"]
    assert stack.admin.get("/settings").json()["application_title"] == "One"


def test_of_many_who_save_at_once_one_succeeds(stack, settings):
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda number: _title(stack, f"Title {number}", settings["version"]), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert stack.admin.get("/settings").json()["version"] == settings["version"] + 1


def test_a_change_without_a_version_is_laid_over_what_is_there(stack, settings):
    _title(stack, "Meanwhile", settings["version"])
    answer = stack.admin.patch("/settings", json={"dashboard_url": "https://example.org/"})
    assert answer.status_code == 200
    assert answer.json()["application_title"] == "Meanwhile"
    assert answer.json()["version"] == settings["version"] + 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"signup_enabled": "yes"}, "signup_enabled"),
        ({"application_url": "ftp://example.org"}, "application_url"),
        ({"application_url": "https://a:b@example.org"}, "application_url"),
        ({"application_url": "https://example.org/?a=1"}, "application_url"),
        ({"application_url": "https://example.org/#top"}, "application_url"),
        ({"application_url": "https://example.org:99999"}, "application_url"),
        ({"application_url": "https://exa mple.org"}, "application_url"),
        ({"application_url": "https://example.org/\r\nSet-Cookie: a=b"}, "application_url"),
        ({"application_url": "javascript:alert(1)"}, "application_url"),
        ({"application_url": "https://"}, "application_url"),
        ({"application_url": "https://example.org/" + "x" * 500}, "application_url"),
        ({"application_url": None}, "application_url"),
        ({"dashboard_url": "https://example.org\\@evil.example"}, "dashboard_url"),
        ({"application_title": ""}, "application_title"),
        ({"application_title": "  "}, "application_title"),
        ({"application_title": "x" * 101}, "application_title"),
        ({"default_permissions": ["admin"]}, "default_permissions"),
        ({"default_permissions": ["root"]}, "default_permissions[0]"),
        ({"default_quota": {"limit": -1}}, "default_quota.limit"),
        ({"default_quota": {"days": 0}}, "default_quota.days"),
        ({"default_quota": {"limit": 10**30}}, "default_quota.limit"),
        ({"default_quota": None}, "default_quota"),
        ({"default_features": {"hdr": True}}, "default_features"),
        ({"enabled_libraries": ["999"]}, "enabled_libraries"),
        ({"enabled_libraries": []}, "enabled_libraries"),
        ({"enabled_libraries": "some"}, "enabled_libraries"),
        ({"default_libraries": ["999"]}, "default_libraries"),
        ({"default_libraries": []}, "default_libraries"),
        (
            {"enabled_libraries": [str(demo.MOVIES)], "default_libraries": [str(demo.MUSIC)]},
            "default_libraries",
        ),
        ({"trial": {"days": 0}}, "trial.days"),
        ({"trial": {"days": 3651}}, "trial.days"),
        ({"server": None}, "server"),
        ({"libraries": []}, "libraries"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_changes_nothing(stack, settings, change, field):
    answer = stack.admin.patch("/settings", json={**change, "version": settings["version"]})
    assert (answer.status_code, answer.json()["Code"]) == (400, "BadInput"), answer.text
    assert answer.json()["Field"] == field
    assert stack.admin.get("/settings").json() == settings


def test_sign_up_needs_an_address_for_its_links(stack, settings):
    answer = stack.admin.patch("/settings", json={"application_url": "", "version": settings["version"]})
    assert (answer.status_code, answer.json()["Code"]) == (409, "SetupIncomplete")
    assert answer.json()["Field"] == "application_url"


def test_a_change_is_in_the_audit_trail(stack, settings):
    _title(stack, "Audited", settings["version"])
    (entry,) = stack.admin.get("/audit", params={"subject": "settings", "limit": 1}).json()["entries"]
    version = settings["version"]
    assert entry["before"] == {"application_title": settings["application_title"], "version": version}
    assert entry["after"] == {"application_title": "Audited", "version": version + 1}


def test_a_change_counts_for_the_next_request(stack, settings):
    code = stack.invite()
    for enabled, status in ((False, 403), (True, 200)):
        version = stack.admin.get("/settings").json()["version"]
        stack.admin.patch("/settings", json={"signup_enabled": enabled, "version": version})
        assert stack.client().get(f"/signup/{code}").status_code == status


def test_members_read_what_the_owner_welcomes_them_with_and_nothing_hostile(stack, settings):
    text = "# Hello\n\n[rules](https://example.org) <script>alert(1)</script> [x](javascript:alert(1))"
    assert stack.admin.patch("/settings", json={"welcome_text": text}).json()["welcome_text"] == text
    member = stack.client(stack.member("streamarr").token)
    assert member.get("/me/access").json()["welcome_html"] == (
        '<h2>Hello</h2>\n<p><a href="https://example.org" rel="noopener noreferrer nofollow">rules</a> '
        "&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1))</p>\n"
    )
    refused = stack.admin.patch("/settings", json={"welcome_text": "a" * 4001})
    assert (refused.status_code, refused.json()["Field"]) == (400, "welcome_text")
    nested = stack.admin.patch("/settings", json={"welcome_text": (">" * 20 + "a\n\n") * 170})
    assert (nested.status_code, nested.json()["Field"]) == (400, "welcome_text")


def _title(stack, title, version):
    return stack.admin.patch("/settings", json={"application_title": title, "version": version})
