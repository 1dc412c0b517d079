"""What an invite hides by rating and label: from the form to what Plex has."""

import time

import pytest

from local.plex import demo

KIDS = {"content_ratings": ["G", "PG"], "labels": ["Kids"]}
SHOWN = {"movies": KIDS, "shows": None, "music": None}


@pytest.fixture
def plex_pass(stack):
    """Sets whether the owner has Plex Pass, and has Streamarr read it; they have it again afterwards."""

    def have(it):
        stack.plex.change({"id": demo.OWNER.id}, subscription=it)
        stack.admin.post("/libraries/refresh").raise_for_status()
        deadline = time.monotonic() + 20
        while (shown := stack.admin.get("/libraries").json())["libraries_refresh"] != "idle":
            assert time.monotonic() < deadline, shown
            time.sleep(0.1)
        assert shown["plex_pass"] is it

    have(it=True)
    yield have
    have(it=True)


def test_an_invite_hides_what_it_says_and_a_later_edit_hides_it_from_nobody_who_joined(stack, plex_pass):
    code = stack.invite(usage_limit=2, restrictions={"movies": KIDS, "shows": {"labels": []}})
    assert stack.shown(code)["restrictions"] == SHOWN
    visitor = stack.visitor()
    assert stack.admin.get(f"/signup/{code}").json()["restrictions"] == SHOWN
    assert "A selection of the titles" in stack.client(None).get("/signup", params={"icode": code}).text
    redemption = visitor.waits(visitor.redeems(code))
    assert redemption["grant"]["restrictions"] == SHOWN
    (share,) = stack.plex.shares(visitor.account)
    assert share["settings"]["filterMovies"] == "contentRating=G%2CPG|label=Kids"
    edited = stack.admin.patch(f"/invites/{code}", json={"restrictions": None})
    assert (edited.status_code, edited.json()["restrictions"]) == (200, None)
    assert stack.shown(code)["audit"][0]["before"] == {"restrictions": {"movies": KIDS}}
    assert stack.plex.shares(visitor.account) == [share]


def test_without_plex_pass_the_reason_is_said_before_anything_is_promised(stack, plex_pass):
    code = stack.invite(restrictions={"movies": KIDS})
    plex_pass(False)
    refused = (
        stack.admin.post("/invites", json={"restrictions": {"music": KIDS}}),
        stack.admin.patch(f"/invites/{code}", json={"restrictions": {"music": KIDS}}),
    )
    for answer in refused:
        assert (answer.status_code, answer.json()["Code"]) == (409, "NeedsPlexPass")
        assert answer.json()["Field"] == "restrictions"
    assert stack.shown(code)["restrictions"] == SHOWN
    assert stack.admin.post("/invites", json={"restrictions": None}).status_code == 201


def test_hiding_is_an_advanced_option(stack):
    inviter = stack.member("create_invites").http
    refused = inviter.post("/invites", json={"restrictions": {"movies": KIDS}})
    assert (refused.status_code, refused.json()["Code"], refused.json()["Field"]) == (403, "NotAllowed", "restrictions")
    assert inviter.post("/invites", json={"restrictions": None}).status_code == 201
