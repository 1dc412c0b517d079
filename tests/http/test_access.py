"""What members have on Plex, over HTTP."""

import time

import pytest

from local.plex import demo


@pytest.fixture
def joined(stack):
    """A person who joined, with their account's id and their client."""
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite())
    redemption = visitor.waits(answer)
    return visitor, redemption["user"]["id"], stack.client(answer.json()["token"])


def settled(stack, user_id, seconds=20):
    """The access, once a read showed what is wanted."""
    deadline = time.monotonic() + seconds
    while (access := stack.admin.get(f"/users/{user_id}/access").json())["work"]:
        assert time.monotonic() < deadline, access
        time.sleep(0.1)  # between two looks
    return access


def titles(libraries):
    return sorted(library["title"] for library in libraries)


def test_a_member_s_access_says_what_is_wanted_and_what_plex_said(stack, joined):
    _, user_id, _ = joined
    access = settled(stack, user_id)
    assert (access["state"], access["difference"], access["version"]) == ("active", [], 1)
    assert titles(access["wanted"]["libraries"]) == titles(access["observed"]["libraries"])
    assert access["observed"]["accepted"]


def test_an_edit_is_on_plex_moments_later_and_the_member_sees_it(stack, joined):
    visitor, user_id, own = joined
    change = {"version": 1, "libraries": [str(demo.TV_SHOWS)], "features": {"live_tv": True}}
    changed = stack.admin.patch(f"/users/{user_id}/access", json=change)
    assert (changed.status_code, changed.json()["version"]) == (202, 2)
    access = settled(stack, user_id)
    assert titles(access["observed"]["libraries"]) == ["TV Shows"]
    (share,) = stack.plex.shares(visitor.account)
    assert (share["section_ids"], share["settings"]["allowTuners"], share["accepted"]) == ([demo.TV_SHOWS], 1, True)
    assert own.get("/me/access").json() == access
    assert own.get(f"/users/{user_id}/access").status_code == 403
    (entry, *_) = stack.admin.get("/audit", params={"subject": f"user#{user_id}"}).json()["entries"]
    assert (entry["action"], entry["after"]) == ("access changed", {"libraries": ["TV Shows"], "live_tv": True})


def test_an_edit_against_another_version_is_refused_and_changes_nothing(stack, joined):
    _, user_id, _ = joined
    late = stack.admin.patch(f"/users/{user_id}/access", json={"version": 7, "libraries": "all"})
    assert (late.status_code, late.json()["Code"], late.json()["Field"]) == (409, "AccessOutOfDate", "version")
    assert settled(stack, user_id)["version"] == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"libraries": []}, "libraries"),
        ({"libraries": ["999999999"]}, "libraries"),
        ({"libraries": "everything"}, "libraries"),
        ({"features": {"downloads": "yes"}}, "features.downloads"),
        ({"features": {"plex_home": True}}, "features"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(stack, joined, change, field):
    _, user_id, _ = joined
    refused = stack.admin.patch(f"/users/{user_id}/access", json={"version": 1, **change})
    assert (refused.status_code, refused.json()["Field"]) == (400, field), refused.text


def test_an_account_without_access_says_so(stack):
    member = stack.member("create_invites")
    access = stack.admin.get(f"/users/{member.id}/access").json()
    assert (access["state"], access["wanted"], access["observed"], access["version"]) == ("none", None, None, 0)
    refused = stack.admin.patch(f"/users/{member.id}/access", json={"version": 0, "libraries": "all"})
    assert (refused.status_code, refused.json()["Code"]) == (409, "NoAccess")


def test_while_plex_is_unwell_it_says_so_and_goes_on_by_itself(stack, joined):
    visitor, user_id, _ = joined
    stack.plex.fault(method="POST", path=r"/api/v2/shared_servers/\d+", kind="status", status=503, times=2)
    stack.admin.patch(f"/users/{user_id}/access", json={"version": 1, "libraries": [str(demo.TV_SHOWS)]})
    access = settled(stack, user_id, seconds=40)
    assert (titles(access["observed"]["libraries"]), access["difference"]) == (["TV Shows"], [])
    (share,) = stack.plex.shares(visitor.account)
    assert share["section_ids"] == [demo.TV_SHOWS]
