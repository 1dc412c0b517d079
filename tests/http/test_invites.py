"""Invites over HTTP: made, changed, listed, deleted, and by whom."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.settings.model import Quota
from local.plex import demo

REFUSED_FIELDS = [
    ({"usage_limit": 0}, "usage_limit"),
    ({"usage_limit": -1}, "usage_limit"),
    ({"usage_limit": 1.5}, "usage_limit"),
    ({"usage_limit": True}, "usage_limit"),
    ({"usage_limit": "1"}, "usage_limit"),
    ({"usage_limit": 10**30}, "usage_limit"),
    ({"expires_in": {"value": 0, "unit": "days"}}, "expires_in.value"),
    ({"expires_in": {"value": 1, "unit": "years"}}, "expires_in.unit"),
    ({"expires_in": {"value": 1}}, "expires_in"),
    ({"libraries": []}, "libraries"),
    ({"libraries": ["999999999"]}, "libraries"),
    ({"libraries": "some"}, "libraries"),
    ({"downloads": "yes"}, "downloads"),
    ({"note": "x" * 501}, "note"),
    ({"note": "a\x00b"}, "note"),
    ({"note": "a\nb"}, "note"),
    ({"colour": "blue"}, "colour"),
]


def times(invite, name):
    return datetime.fromisoformat(invite[name])


def listed(client, **params):
    """Every page; gives the invites."""
    found = []
    while True:
        answer = client.get("/invites", params=params)
        assert answer.status_code == 200, answer.text
        found += answer.json()["invites"]
        if answer.json()["next"] is None:
            return found
        params["cursor"] = answer.json()["next"]


def test_an_invite_with_all_options_is_made_as_requested(stack):
    answer = stack.admin.post(
        "/invites",
        json={
            "usage_limit": None,
            "expires_in": {"value": 2, "unit": "weeks"},
            "libraries": [str(demo.MOVIES)],
            "downloads": True,
            "live_tv": True,
            "plex_home": True,
            "note": "für Oma 👵",
        },
    )
    assert answer.status_code == 201
    invite = answer.json()
    assert invite["usage_limit"] is None
    assert times(invite, "expires_at") - times(invite, "created_at") == timedelta(weeks=2)
    assert invite["libraries"] == [str(demo.MOVIES)]
    assert invite["features"] == {"downloads": True, "live_tv": True, "plex_home": True}
    assert (invite["note"], invite["status"], invite["redeemed_by"]) == ("für Oma 👵", "active", [])
    shown = stack.shown(invite["code"])
    assert {name: shown[name] for name in invite} == invite
    assert [entry["action"] for entry in shown["audit"]] == ["created"]


@pytest.mark.parametrize(("body", "field"), REFUSED_FIELDS)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_cannot_be_taken_is_refused_by_its_name_and_changes_nothing(stack, method, body, field):
    code = stack.invite()
    before = stack.shown(code)
    answer = stack.admin.request(method, "/invites" if method == "POST" else f"/invites/{code}", json=body)
    assert (answer.status_code, answer.json()["Code"]) == (400, "BadInput")
    assert answer.json()["Field"] == field
    assert stack.shown(code) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, "expires_at"),
        ({"expires_at": "2099-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"expires_at": None, "expires_in": {"value": 1, "unit": "days"}}, "expires_in"),
        ({"enabled": None}, "enabled"),
        ({"code": "SOMEOTHER1"}, "code"),
        ({"created_by": "demo-admin"}, "created_by"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_by_its_name(stack, changes, field):
    answer = stack.admin.patch(f"/invites/{stack.invite()}", json=changes)
    assert (answer.status_code, answer.json()["Field"]) == (400, field)


def test_a_custom_code_is_kept_as_it_is_and_is_unique(stack):
    code = f"Party{stack.invite()}"
    assert stack.invite(code=code) == code
    again = stack.admin.post("/invites", json={"code": code})
    assert (again.status_code, again.json()["Code"], again.json()["Field"]) == (409, "CodeTaken", "code")
    assert stack.invite(code=code.swapcase()) == code.swapcase()


def test_the_code_of_a_deleted_invite_is_never_given_again(stack):
    code = stack.invite()
    assert stack.admin.delete(f"/invites/{code}").status_code == 204
    assert stack.admin.post("/invites", json={"code": code}).status_code == 409


def test_plain_inviters_make_plain_invites_and_learn_which_field_is_not_theirs(stack):
    inviter = stack.member("create_invites")
    assert inviter.http.post("/invites", json={"note": "hello", "usage_limit": 1}).status_code == 201
    refused = inviter.http.post("/invites", json={"usage_limit": 2})
    assert (refused.status_code, refused.json()["Code"], refused.json()["Field"]) == (403, "NotAllowed", "usage_limit")
    assert stack.member("streamarr").http.post("/invites", json={}).status_code == 403
    assert stack.client().post("/invites", json={}).status_code == 401


def test_an_invite_made_on_behalf_of_another_account_is_theirs(stack):
    other, manager = stack.member("create_invites"), stack.member("manage_invites", "manage_users")
    answer = manager.http.post("/invites", json={"created_by": other.id})
    assert answer.status_code == 201
    assert answer.json()["created_by"]["id"] == other.id
    assert [invite["code"] for invite in listed(other.http)] == [answer.json()["code"]]
    assert stack.shown(answer.json()["code"])["audit"][0]["by"]["id"] == manager.id
    refused = manager.http.post("/invites", json={"created_by": "nobody-at-all"})
    assert (refused.status_code, refused.json()["Field"]) == (400, "created_by")
    refused = manager.http.post("/invites", json={"created_by": stack.member("streamarr").id})
    assert (refused.status_code, refused.json()["Field"]) == (400, "created_by")
    assert refused.json()["Message"] == "This account may not create invites."
    refused = stack.member("manage_invites").http.post("/invites", json={"created_by": other.id})
    assert (refused.status_code, refused.json()["Field"]) == (403, "created_by")


def test_people_on_trial_do_not_invite(stack):
    ends = datetime.now(UTC) + timedelta(days=2)
    refused = stack.member("create_invites", trial_ends_at=ends).http.post("/invites", json={})
    assert (refused.status_code, refused.json()["Code"]) == (403, "OnTrial")
    assert f"{ends:%-d %B %Y}" in refused.json()["Message"]


def test_deleted_invites_count_against_the_quota(stack):
    inviter = stack.member("create_invites", quota=Quota(2, 7))
    for _ in range(2):
        code = inviter.http.post("/invites", json={}).json()["code"]
        assert inviter.http.delete(f"/invites/{code}").status_code == 204
    refused = inviter.http.post("/invites", json={})
    assert (refused.status_code, refused.json()["Code"]) == (403, "QuotaExceeded")
    renews = datetime.now(UTC) + timedelta(days=7)
    assert f"{renews:%-d %B %Y}" in refused.json()["Message"]


def test_an_edit_shows_its_traces(stack):
    code = stack.invite()
    answer = stack.admin.patch(f"/invites/{code}", json={"usage_limit": 3, "note": "hi", "downloads": True})
    assert answer.status_code == 200
    edited = answer.json()
    assert (edited["usage_limit"], edited["note"], edited["features"]["downloads"]) == (3, "hi", True)
    assert times(edited, "updated_at") > times(edited, "created_at")
    latest = edited["audit"][0]
    assert latest["action"] == "changed"
    assert latest["before"] == {"usage_limit": 1, "note": None, "downloads": False}
    assert latest["after"] == {"usage_limit": 3, "note": "hi", "downloads": True}
    assert latest["by"]["id"] == "demo-admin"


def test_what_a_manager_switched_off_its_creator_cannot_switch_on(stack):
    inviter = stack.member("create_invites", "advanced_invites")
    path = f"/invites/{inviter.http.post('/invites', json={}).json()['code']}"
    assert inviter.http.patch(path, json={"enabled": False}).json()["status"] == "inactive"
    assert inviter.http.patch(path, json={"enabled": True}).json()["status"] == "active"
    assert stack.admin.patch(path, json={"enabled": False}).json()["locked"]
    refused = inviter.http.patch(path, json={"enabled": True})
    assert (refused.status_code, refused.json()["Field"]) == (403, "enabled")
    assert stack.member("manage_invites").http.patch(path, json={"enabled": True}).json()["status"] == "active"
    assert inviter.http.patch(path, json={"enabled": False}).json()["locked"] is False


def test_raising_the_limit_of_a_redeemed_invite_lets_the_next_one_in(stack):
    code, first, second = stack.invite(), stack.visitor(), stack.visitor()
    first.waits(first.redeems(code))
    path = f"/invites/{code}"
    assert stack.shown(code)["status"] == "redeemed"
    assert stack.admin.patch(path, json={"usage_limit": 2, "downloads": True}).json()["status"] == "active"
    second.waits(second.redeems(code))
    below = stack.admin.patch(path, json={"usage_limit": 1})
    assert (below.status_code, below.json()["Code"], below.json()["Field"]) == (409, "LimitBelowUses", "usage_limit")
    assert stack.admin.patch(path, json={"usage_limit": 5}).json()["status"] == "active"
    assert stack.admin.patch(path, json={"usage_limit": 2}).json()["status"] == "redeemed"
    (share,) = stack.plex.shares(first.account)
    assert not share["settings"]["allowSync"]  # what the first was given stays as it was
    (row,) = listed(stack.admin, q=code)
    names = [second.account["username"], first.account["username"]]
    assert [person["name"] for person in row["redeemed_by"]] == names
    assert {person["state"] for person in row["redeemed_by"]} == {"done"}
    assert [person["name"] for person in stack.shown(code)["redeemed_by"]] == names


def test_the_history_outlives_the_invite(stack):
    inviter, visitor = stack.member("create_invites"), stack.visitor()
    code = inviter.http.post("/invites", json={}).json()["code"]
    redeemed = visitor.waits(visitor.redeems(code))
    path = f"/invites/{code}"
    refused = inviter.http.delete(path)
    assert (refused.status_code, refused.json()["Code"]) == (403, "NotAllowed")
    assert stack.admin.delete(path).status_code == 204
    assert stack.admin.delete(path).status_code == 404
    for client in (stack.admin, inviter.http):
        assert client.get(path).status_code == 404
        assert client.patch(path, json={"note": "x"}).status_code == 404
        history = client.get(f"{path}/redemptions").json()
        assert [redemption["id"] for redemption in history["redemptions"]] == [redeemed["id"]]
    assert stack.member("create_invites").http.get(f"{path}/redemptions").status_code == 403
    assert listed(inviter.http) == []
    gone = stack.visitor().browser.get(f"/signup/{code}")
    assert (gone.status_code, gone.json()["Message"]) == (404, "Invite code not found")


def test_an_invite_that_expires_is_expired_everywhere_at_once(stack):
    inviter = stack.member("create_invites", "advanced_invites")
    invite = inviter.http.post("/invites", json={}).json()
    path, soon = f"/invites/{invite['code']}", datetime.now(UTC) + timedelta(seconds=0.4)
    assert inviter.http.patch(path, json={"expires_at": soon.isoformat()}).json()["status"] == "active"
    expired_before = listed(inviter.http, status="expired")
    while (answered_at := datetime.now(UTC)) < soon:
        assert expired_before == [], answered_at
        expired_before = listed(inviter.http, status="expired")
    assert [row["code"] for row in listed(inviter.http, status="expired")] == [invite["code"]]
    assert listed(inviter.http, status="active") == []
    assert inviter.http.patch(path, json={"enabled": True}).json()["status"] == "expired"
    assert stack.visitor().browser.get(f"/signup/{invite['code']}").status_code == 410
    tomorrow = {"expires_at": (soon + timedelta(days=1)).isoformat()}
    assert inviter.http.patch(path, json=tomorrow).json()["status"] == "active"
    assert [row["code"] for row in listed(inviter.http, status="active")] == [invite["code"]]


def test_filters_combine_and_pages_follow_each_other(stack):
    inviter, manager = stack.member("create_invites"), stack.member("view_invites")
    codes = [inviter.http.post("/invites", json={"note": f"guest {n}"}).json()["code"] for n in range(7)]
    for code in codes[::2]:
        inviter.http.patch(f"/invites/{code}", json={"enabled": False})
    today = datetime.now(UTC).date().isoformat()
    found = listed(
        manager.http, creator=inviter.id, status="inactive", q="GUEST", limit=2, **{"from": today, "to": today}
    )
    assert [row["code"] for row in found] == codes[::2][::-1]
    assert [row["code"] for row in listed(inviter.http, limit=3)] == codes[::-1]
    assert listed(manager.http, creator=inviter.id, to="2020-01-01") == []
    assert [row["code"] for row in listed(manager.http, q=codes[0])] == [codes[0]]


def test_people_see_their_own_invites_and_those_who_may_see_all(stack):
    inviter, other, viewer = (
        stack.member("create_invites"),
        stack.member("create_invites"),
        stack.member("view_invites"),
    )
    code = inviter.http.post("/invites", json={}).json()["code"]
    assert listed(other.http) == []
    assert other.http.get("/invites", params={"creator": inviter.id}).status_code == 403
    assert other.http.get(f"/invites/{code}").status_code == 403
    assert [row["code"] for row in listed(viewer.http, creator=inviter.id)] == [code]
    assert viewer.http.get(f"/invites/{code}").status_code == 200
    assert viewer.http.patch(f"/invites/{code}", json={"note": "x"}).status_code == 403
    assert viewer.http.delete(f"/invites/{code}").status_code == 403
    assert stack.client().get("/invites").status_code == 401


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"status": "open"}, "status"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-02-03", "to": "2026-02-01"}, "to"),
        ({"from": "9999-12-31T23:59:59-14:00"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"q": "x" * 101}, "q"),
        ({"creator": "x" * 3000}, "creator"),
        ({"cursor": "made-up"}, "cursor"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_its_name(stack, params, field):
    answer = stack.admin.get("/invites", params=params)
    assert (answer.status_code, answer.json()["Field"]) == (400, field)


def test_a_cursor_that_was_tampered_with_is_refused(stack):
    inviter = stack.member("create_invites")
    for _ in range(2):
        inviter.http.post("/invites", json={})
    cursor = inviter.http.get("/invites", params={"limit": 1}).json()["next"]
    assert inviter.http.get("/invites", params={"limit": 1, "cursor": cursor}).status_code == 200
    for place in range(0, len(cursor), 3):
        other = "A" if cursor[place] != "A" else "B"
        tampered = cursor[:place] + other + cursor[place + 1 :]
        assert inviter.http.get("/invites", params={"cursor": tampered}).status_code == 400, tampered


def test_the_statistics_follow_what_happens(stack):
    before = stack.admin.get("/stats").json()
    assert len(before["redemptions_per_day"]) == 30
    visitor, code = stack.visitor(), stack.invite()
    visitor.waits(visitor.redeems(code))
    off, gone = stack.invite(), stack.invite()
    stack.invite(usage_limit=2)
    stack.admin.patch(f"/invites/{off}", json={"enabled": False})
    stack.admin.delete(f"/invites/{gone}")
    after = stack.admin.get("/stats").json()
    changed = {status: after["invites"][status] - count for status, count in before["invites"].items()}
    assert changed == {"redeemed": 1, "inactive": 1, "active": 1, "expired": 0}
    assert after["users"] == before["users"] + 1
    today = {day["day"]: day["count"] for day in after["redemptions_per_day"]}
    yesterday = {day["day"]: day["count"] for day in before["redemptions_per_day"]}
    assert sum(today.values()) == sum(yesterday.values()) + 1
    assert stack.member("create_invites").http.get("/stats").status_code == 403


def test_an_inviter_on_trial_or_without_the_right_narrows_an_invite_and_does_not_widen_it(stack):
    inviter = stack.member("create_invites", "advanced_invites")
    code = inviter.http.post("/invites", json={"usage_limit": 3}).json()["code"]
    path, ends_at = f"/invites/{code}", (datetime.now(UTC) + timedelta(days=2)).isoformat()
    account = f"/users/{inviter.id}"
    for change, refusal in (
        ({"trial": {"ends_at": ends_at}}, "OnTrial"),
        ({"trial": None, "permissions": ["advanced_invites"]}, "NotAllowed"),
    ):
        assert stack.admin.patch(account, json=change).status_code == 200
        assert inviter.http.patch(path, json={"enabled": False}).status_code == 200
        for wider in ({"usage_limit": 4}, {"enabled": True}, {"libraries": "all"}, {"downloads": True}):
            answer = inviter.http.patch(path, json=wider)
            assert (answer.status_code, answer.json()["Code"]) == (403, refusal), wider
            assert answer.json()["Field"] == next(iter(wider))
        assert inviter.http.patch(path, json={"usage_limit": 2}).status_code == 200
        assert stack.admin.patch(path, json={"usage_limit": 3, "enabled": True}).status_code == 200
    assert inviter.http.delete(path).status_code == 204
