"""Access that is for a time, over HTTP: it ends, is suspended, resumed and extended, and Plex has what was decided."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import wiring
from chalicelib.common.records import replace


@pytest.fixture
def member(stack):
    """A person who joined, with their account's path."""
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    return visitor, f"/users/{redemption['user']['id']}/access"


def until(stack, path, state, seconds=30):
    """The access, once it is in that state and Plex has it."""
    deadline = time.monotonic() + seconds
    while (access := stack.admin.get(path).json())["state"] != state or access["work"]:
        assert time.monotonic() < deadline, access
        time.sleep(0.1)  # between two looks
    return access


def from_now(**span):
    return (datetime.now(UTC) + timedelta(**span)).isoformat().replace("+00:00", "Z")


def test_an_invite_says_how_long_access_lasts_and_it_is_counted_from_when_it_is_there(stack):
    code = stack.invite(access_for={"value": 1, "unit": "months"})
    assert stack.shown(code)["access_for"] == {"value": 1, "unit": "months"}
    assert stack.admin.get(f"/signup/{code}").json()["access_for"] == {"value": 1, "unit": "months"}
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(code))
    access = until(stack, f"/users/{redemption['user']['id']}/access", "ending")
    starts_at, ends_at = (datetime.fromisoformat(access[name]) for name in ("starts_at", "ends_at"))
    assert starts_at >= datetime.fromisoformat(redemption["created_at"])
    assert timedelta(days=28) <= ends_at - starts_at <= timedelta(days=31)


def test_it_ends_and_plex_has_nothing_any_more_and_an_extension_brings_it_back(stack, member):
    visitor, path = member
    change = stack.admin.patch(path, json={"version": 1, "ends_at": from_now(seconds=3)})
    assert change.status_code == 202, change.text
    ended = until(stack, path, "ended")  # by the stack's own sweep
    assert stack.plex.shares(visitor.account) == []
    refused = stack.admin.post(f"{path}/resume", json={"version": ended["version"]})
    assert (refused.status_code, refused.json()["Code"]) == (409, "NothingToRetry")
    extended = stack.admin.post(f"{path}/extend", json={"by": {"value": 2, "unit": "weeks"}})
    assert extended.status_code == 202, extended.text
    deadline = time.monotonic() + 20
    while not stack.plex.shares(visitor.account):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    subject = f"user#{path.split('/')[2]}"
    told = stack.admin.get("/audit", params={"subject": subject}).json()["entries"]
    assert [entry["action"] for entry in told[:2]] == ["access extended", "access ended"]


def test_a_suspension_takes_everything_and_resuming_gives_it_back(stack, member):
    visitor, path = member
    (share,) = stack.plex.shares(visitor.account)
    assert stack.admin.post(f"{path}/suspend", json={"version": 1}).status_code == 202
    suspended = until(stack, path, "suspended")
    assert (stack.plex.shares(visitor.account), suspended["wanted"]) == ([], None)
    assert stack.admin.post(f"{path}/resume", json={"version": suspended["version"]}).status_code == 202
    deadline = time.monotonic() + 20
    while not stack.plex.shares(visitor.account):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    (again,) = stack.plex.shares(visitor.account)
    assert again["section_ids"] == share["section_ids"]


@pytest.mark.parametrize(
    ("way", "body", "field"),
    [
        ("/extend", {"until": "2020-01-01"}, "until"),
        ("/extend", {}, "by"),
        ("/extend", {"by": {"value": 1, "unit": "days"}, "until": "2099-01-01"}, "by"),
        ("/extend", {"by": {"value": 0, "unit": "days"}}, "by.value"),
        ("", {"version": 1, "ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ("", {"version": 1, "ends_at": "soon"}, "ends_at"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(stack, member, way, body, field):
    _, path = member
    ask = stack.admin.post if way else stack.admin.patch
    refused = ask(f"{path}{way}", json=body)
    assert (refused.status_code, refused.json()["Code"], refused.json()["Field"]) == (400, "BadInput", field)
    assert stack.admin.get(path).json()["version"] == 1


def test_an_invite_whose_access_would_be_over_is_refused(stack):
    for access_for, field in (
        ({"until": "2020-01-01"}, "access_for"),
        ({"value": 3}, "access_for"),
        ({"value": 3, "unit": "years"}, "access_for.unit"),
    ):
        refused = stack.admin.post("/invites", json={"access_for": access_for})
        assert (refused.status_code, refused.json()["Field"]) == (400, field), refused.text


def test_many_are_extended_at_once(stack, member):
    _, path = member
    user_id = path.split("/")[2]
    body = {"user_ids": [user_id], "action": "extend", "by": {"value": 1, "unit": "months"}}
    asked = stack.admin.post("/access/bulk", json=body)
    assert asked.status_code == 202, asked.text
    deadline = time.monotonic() + 20
    while stack.admin.get(path).json()["ends_at"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_member_asks_for_more_time_and_is_answered_once(stack):
    visitor = stack.visitor()
    answer = visitor.redeems(stack.invite(access_for={"value": 5, "unit": "days"}))
    user_id = visitor.waits(answer)["user"]["id"]
    before = until(stack, f"/users/{user_id}/access", "ending")
    own = stack.client(answer.json()["token"])
    assert own.post("/me/extension", json={"message": "one more month"}).status_code == 201
    again = own.post("/me/extension", json={})
    assert (again.status_code, again.json()["Code"]) == (409, "NothingToRetry")
    listed = stack.admin.get("/extensions").json()["extensions"]
    assert (user_id, "one more month") in [(each["user"]["id"], each["message"]) for each in listed]
    assert own.get("/extensions").status_code == 403
    approve = f"/extensions/{user_id}/approve"
    given = stack.admin.post(approve, json={"by": {"value": 1, "unit": "months"}})
    assert (given.status_code, given.json()["ends_at"] > before["ends_at"]) == (202, True)
    assert stack.admin.post(approve, json={"by": {"value": 1, "unit": "months"}}).status_code == 404


def test_an_ended_account_is_closed_after_so_many_days_by_the_sweep(stack, member):
    visitor, path = member
    user_path = path.removesuffix("/access")
    stack.admin.patch(path, json={"version": 1, "ends_at": from_now(seconds=2)}).raise_for_status()
    until(stack, path, "ended")
    try:
        stack.admin.patch("/settings", json={"close_after_days": 3}).raise_for_status()
        closes_at = datetime.fromisoformat(stack.admin.get(path).json()["closes_at"])
        assert timedelta(days=2, hours=23) < closes_at - datetime.now(UTC) <= timedelta(days=3)
        assert stack.admin.get(user_path).json()["state"] == "active"
        _end_earlier(user_path.rpartition("/")[2], timedelta(days=4))
        closed = until(stack, path, "closed")
    finally:
        stack.admin.patch("/settings", json={"close_after_days": None}).raise_for_status()
    assert (stack.admin.get(user_path).json()["state"], closed["closes_at"]) == ("closed", None)
    told = stack.admin.get("/audit", params={"subject": f"user#{user_path.rpartition('/')[2]}"}).json()["entries"]
    assert (told[0]["action"], told[0]["by"]["name"]) == ("closed", "Schedule")
    again = visitor.redeems(stack.invite())
    assert again.status_code == 202, again.text  # by an invite made later
    assert visitor.waits(again)["state"] == "done"


def _end_earlier(user_id, by):
    """As if that had been decided so long before."""
    access = wiring.ports.accesses.get(user_id)
    assert access
    assert access.decided.ended_at
    ended_at = access.decided.ended_at - by
    wiring.ports.accesses.decide(access.deciding(replace(access.decided, ended_at=ended_at)))


def test_a_member_downloads_what_is_stored_of_them_and_leaves(stack):
    code, visitor = stack.invite(access_for={"value": 7, "unit": "days"}), stack.visitor()
    answer = visitor.redeems(code)
    redemption = visitor.waits(answer)
    token, user_id = answer.json()["token"], redemption["user"]["id"]
    until(stack, f"/users/{user_id}/access", "ending")
    mine = stack.client(token)
    mine.post("/me/extension", json={"message": "A week more, please"}).raise_for_status()
    exported = mine.get("/me/export")
    assert exported.status_code == 200, exported.text
    assert exported.headers["Content-Disposition"] == 'attachment; filename="streamarr-data.json"'
    own = exported.json()
    assert own["account"] == mine.get("/auth/me").json()["user"]
    assert own["access"]["ends_at"] == mine.get("/me/access").json()["ends_at"]
    assert [each["id"] for each in own["redemptions"]] == [redemption["id"]]
    assert (own["extension"]["message"], own["invites"], own["complete"]) == ("A week more, please", [], True)
    assert [entry["subject"] for entry in own["journal"]] == [f"user#{user_id}"]
    assert set(own["sessions"][0]) == {"id", "created_at", "expires_at", "current"}
    assert token not in exported.text
    assert mine.delete("/me").status_code == 204
    assert mine.get("/me/export").status_code == 401
    until(stack, f"/users/{user_id}/access", "closed")
    assert stack.plex.shares(visitor.account) == []


def test_the_owner_cannot_leave(stack):
    refused = stack.admin.delete("/me")
    assert (refused.status_code, refused.json()["Code"]) == (403, "OwnerProtected")


def test_people_are_listed_by_the_end_of_their_access(stack):
    code = stack.invite(usage_limit=3, access_for={"value": 7, "unit": "days"})
    soon = [_joined(stack, code) for _ in range(2)]
    later = _joined(stack, stack.invite(access_for={"value": 40, "unit": "weeks"}))
    never = _joined(stack, stack.invite())
    assert _listed(stack, never["id"], q=never["name"])["access"] == {"state": "active", "ends_at": None}
    by_end = [user["id"] for user in _all_users(stack, ends="any", limit=2)]
    places = [by_end.index(user["id"]) for user in (*soon, later)]
    assert max(places[:2]) < places[2]
    assert never["id"] not in by_end
    ends_soon = {user["id"]: user["access"]["state"] for user in _all_users(stack, ends="soon")}
    assert [ends_soon.get(user["id"]) for user in (*soon, later)] == ["ending", "ending", None]
    assert [user["id"] for user in _all_users(stack, ends="any", q=later["name"])] == [later["id"]]


@pytest.mark.parametrize("query", [{"ends": "never"}, {"ends": "any", "cursor": "MjAyNg"}])
def test_a_list_by_the_end_that_is_not_one_is_refused(stack, query):
    refused = stack.admin.get("/users", params=query)
    assert (refused.status_code, refused.json()["Code"]) == (400, "BadInput")
    assert refused.json()["Field"] in query


def test_a_place_in_the_list_of_the_newest_is_none_in_that_of_the_ends(stack):
    place = stack.admin.get("/users", params={"limit": 1}).json()["next"]
    refused = stack.admin.get("/users", params={"ends": "any", "cursor": place})
    assert (refused.status_code, refused.json()["Field"]) == (400, "cursor")


def _joined(stack, code):
    visitor = stack.visitor()
    return visitor.waits(visitor.redeems(code))["user"]


def _listed(stack, user_id, **query):
    return next(user for user in _all_users(stack, **query) if user["id"] == user_id)


def _all_users(stack, limit=100, **query):
    users, page = [], {"next": ""}
    while page["next"] is not None:
        page = stack.admin.get("/users", params={**query, "limit": limit, "cursor": page["next"]}).json()
        users += page["users"]
    return users
