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
    assert own.get("/me/access").json() == access | {"welcome_html": ""}
    assert own.get(f"/users/{user_id}/access").status_code == 403
    (entry, *_) = stack.admin.get("/audit", params={"subject": f"user#{user_id}"}).json()["entries"]
    assert (entry["action"], entry["after"]) == ("access changed", {"libraries": ["TV Shows"], "live_tv": True})


def test_a_place_in_the_home_is_given_and_taken_by_an_edit(stack, joined):
    _, user_id, _ = joined
    given = stack.admin.patch(f"/users/{user_id}/access", json={"version": 1, "features": {"plex_home": True}})
    assert given.status_code == 202, given.text
    deadline = time.monotonic() + 20
    while not (work := stack.admin.get(f"/users/{user_id}/access").json()["work"]) or not work["reason"]:
        assert time.monotonic() < deadline, work
        time.sleep(0.1)  # between two looks
    assert work["reason"]["Code"] == "AcceptHomeOnPlex"
    stack.admin.patch(f"/users/{user_id}/access", json={"version": 2, "features": {"plex_home": False}})
    access = settled(stack, user_id)
    assert (access["wanted"]["features"]["plex_home"], access["difference"]) == (False, [])


def test_what_is_hidden_comes_to_plex_and_is_shown(stack, joined):
    visitor, user_id, _ = joined
    stack.plex.change({"id": demo.OWNER.id}, subscription=True)
    kids = {"content_ratings": ["G", "PG"], "labels": ["Kids"]}
    change = {"version": 1, "restrictions": {"movies": kids, "shows": None}}
    assert stack.admin.patch(f"/users/{user_id}/access", json=change).status_code == 202
    access = settled(stack, user_id)
    expected = {"movies": kids, "shows": None, "music": None}
    assert access["wanted"]["restrictions"] == access["observed"]["restrictions"] == expected
    (share,) = stack.plex.shares(visitor.account)
    assert share["settings"]["filterMovies"] == "contentRating=G%2CPG|label=Kids"
    assert stack.admin.patch(f"/users/{user_id}/access", json={"version": 2, "restrictions": None}).is_success
    assert settled(stack, user_id)["observed"]["restrictions"] is None


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
        ({"features": {"everything": True}}, "features"),
        ({"restrictions": {"movies": {"labels": ["a,b"]}}}, "restrictions.movies.labels[0]"),
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


# Looking


def look(stack, times=2):
    """So many looks, far enough apart for what they see to count."""
    for _ in range(times):
        done = stack.looks_at_everybody()
        time.sleep(1.1)  # LOOK_APART of this stack
    return done


@pytest.fixture
def seen(stack, joined):
    """A person who joined, and whom a look has seen."""
    settled(stack, joined[1])
    assert look(stack, 1)["state"] == "complete"
    return joined


def unshare(stack, account):
    (share,) = stack.plex.shares(account)
    stack.plex.control.delete(f"/_standin/shares/{share['id']}").raise_for_status()


def share_by_hand(stack, account, **facts):
    share = {"machine_id": demo.MACHINE_ID, "account_id": account["id"], **facts}
    stack.plex.control.post("/_standin/shares", json=share).raise_for_status()


def difference(stack, user_id):
    return stack.admin.get(f"/users/{user_id}/access").json()["difference"]


def differing(stack):
    found, cursor = [], ""
    while cursor is not None:
        page = stack.admin.get("/access", params={"difference": "any", "limit": 100, "cursor": cursor}).json()
        found += [each["user"]["id"] for each in page["access"]]
        cursor = page["next"]
    return found


def test_a_share_that_was_deleted_at_plex_is_found_and_restored(stack, seen):
    visitor, user_id, _ = seen
    unshare(stack, visitor.account)
    look(stack, 1)
    assert difference(stack, user_id) == []
    look(stack, 1)
    assert difference(stack, user_id) == ["missing"]
    assert user_id in differing(stack)
    restored = stack.admin.post(f"/users/{user_id}/access/restore", json={"version": 1})
    assert (restored.status_code, restored.json()["version"]) == (202, 2)
    deadline = time.monotonic() + 20
    while not stack.plex.shares(visitor.account):
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between two looks
    waiting = stack.admin.get(f"/users/{user_id}/access").json()["work"]
    assert waiting is None or waiting["reason"] is None or waiting["reason"]["Code"] == "AcceptOnPlex"


def test_members_are_listed_a_page_at_a_time(stack, seen):
    ids: list[str] = []
    cursor = ""
    while cursor is not None and len(ids) < 5:
        page = stack.admin.get("/access", params={"limit": 1, "cursor": cursor}).json()
        ids += [each["user"]["id"] for each in page["access"]]
        cursor = page["next"]
    assert ids == sorted(set(ids))
    damaged = stack.admin.get("/access", params={"cursor": "nonsense"})
    assert (damaged.status_code, damaged.json()["Field"]) == (400, "cursor")


def test_everything_given_by_hand_is_named_and_taken_for_wanted(stack, seen):
    visitor, user_id, _ = seen
    unshare(stack, visitor.account)
    share_by_hand(stack, visitor.account)
    look(stack)
    assert difference(stack, user_id) == ["everything"]
    accepted = stack.admin.post(f"/users/{user_id}/access/accept", json={"version": 1}).json()
    assert (accepted["wanted"]["rule"], accepted["difference"], accepted["work"]) == ("everything", [], None)
    look(stack)
    assert difference(stack, user_id) == []
    (share,) = stack.plex.shares(visitor.account)
    assert share["all_libraries"]


def test_while_plex_does_not_say_it_all_nobody_is_marked(stack, seen):
    visitor, user_id, _ = seen
    unshare(stack, visitor.account)
    for _ in range(2):
        stack.plex.fault(method="GET", path="/api/users/", kind="truncate")
        assert look(stack, 1)["state"] == "incomplete"
    assert difference(stack, user_id) == []


def test_people_who_were_there_before_are_adopted_with_what_they_have(stack):
    account = stack.plex.account()
    share_by_hand(stack, account, section_ids=[demo.MOVIES], accepted=True)
    look(stack, 1)
    listed = {each["plex_id"]: each for each in stack.admin.get("/access/unknown").json()["people"]}
    assert titles(listed[account["id"]]["libraries"]) == ["Movies"]
    before = stack.plex.shares(account)
    (adopted,) = stack.admin.post("/access/adopt", json={"plex_ids": [account["id"]]}).json()["results"]
    access = stack.admin.get(f"/users/{adopted['user']['id']}/access").json()
    assert (titles(access["wanted"]["libraries"]), access["work"]) == (["Movies"], None)
    assert stack.plex.shares(account) == before
    (again,) = stack.admin.post("/access/adopt", json={"plex_ids": [account["id"]]}).json()["results"]
    assert again["reason"]["Code"] == "NotFound"
    look(stack)
    assert account["id"] not in {each["plex_id"] for each in stack.admin.get("/access/unknown").json()["people"]}
    assert difference(stack, adopted["user"]["id"]) == []


def test_a_look_reads_each_list_once_and_an_unchanged_member_costs_nothing(stack, seen):
    _, user_id, _ = seen
    before = stack.admin.get(f"/users/{user_id}/access").json()
    stack.plex.control.delete("/_standin/calls")
    done = look(stack, 1)
    calls = [(call["path"], call["query"]) for call in stack.plex.control.get("/_standin/calls").json()["calls"]]
    assert len([path for path, query in calls if "X-Plex-Container-Start" in query]) == 3
    assert not [path for path, _ in calls if "owned" in path]
    assert (done["changed"], stack.admin.get(f"/users/{user_id}/access").json()) == (0, before)


# Many at once


def decided(stack, seconds=20, **asked):
    """The batch, once everybody in it has a result."""
    answer = stack.admin.post("/access/bulk", json=asked)
    assert answer.status_code == 202, answer.text
    deadline = time.monotonic() + seconds
    while (batch := stack.admin.get(f"/batches/{answer.json()['batch_id']}").json())["state"] != "done":
        assert time.monotonic() < deadline, batch
        time.sleep(0.1)  # between two looks
    return batch


def test_one_decision_for_many_has_a_result_for_each_and_is_on_plex_moments_later(stack):
    visitors = [stack.visitor() for _ in range(3)]
    code = stack.invite(usage_limit=3)
    ids = [visitor.waits(visitor.redeems(code))["user"]["id"] for visitor in visitors]
    nobody = stack.member("create_invites").id
    batch = decided(stack, user_ids=[*ids, nobody], action="edit", libraries=[str(demo.TV_SHOWS)])
    assert (batch["done"], batch["of"]) == (4, 4)
    assert [each["state"] for each in batch["results"]] == ["done", "done", "done", "refused"]
    assert batch["results"][3]["reason"]["Code"] == "NoAccess"
    for user_id, visitor in zip(ids, visitors, strict=True):
        assert titles(settled(stack, user_id)["observed"]["libraries"]) == ["TV Shows"]
        assert [share["section_ids"] for share in stack.plex.shares(visitor.account)] == [[demo.TV_SHOWS]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "restore", "user_ids": []}, "user_ids"),
        ({"action": "restore", "user_ids": ["a"] * 101}, "user_ids"),
        ({"action": "forget", "user_ids": ["a"]}, "action"),
        ({"action": "edit", "user_ids": ["a"], "libraries": ["999999999"]}, "libraries"),
        ({"action": "edit", "user_ids": ["a"], "version": 1}, "version"),
    ],
)
def test_a_decision_for_many_that_makes_no_sense_is_refused_by_its_field(stack, body, field):
    refused = stack.admin.post("/access/bulk", json=body)
    assert (refused.status_code, refused.json()["Code"]) == (400, "BadInput"), refused.text
    assert refused.json().get("Field") in (field, None)


def test_members_are_found_by_what_differs_and_by_their_state(stack, seen):
    visitor, user_id, _ = seen
    unshare(stack, visitor.account)
    look(stack)

    def found(**params):
        ids, cursor = set(), None
        while True:
            page = stack.admin.get("/access", params={"limit": 100, **params} | ({"cursor": cursor} if cursor else {}))
            ids |= {each["user"]["id"] for each in page.json()["access"]}
            cursor = page.json()["next"]
            if cursor is None:
                return user_id in ids

    assert found(difference="missing")
    assert not found(difference="wider")
    assert found(difference="any", state="active")
    assert not found(state="suspended")
    refused = stack.admin.get("/access", params={"state": "gone"})
    assert (refused.status_code, refused.json()["Field"]) == (400, "state")
