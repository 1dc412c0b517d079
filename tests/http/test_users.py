"""Accounts, as those who manage users see and change them."""

import time
from concurrent.futures import ThreadPoolExecutor

from local.demo import ADMIN_ID


def test_an_account_is_shown_with_everything_about_it(stack):
    member = stack.member("streamarr", "create_invites", name="Ada")
    shown = stack.admin.get(f"/users/{member.id}")
    assert shown.status_code == 200
    assert shown.json() == {
        "id": member.id,
        "name": "Ada",
        "email": member.user.email,
        "kind": "plex",
        "plex_id": None,
        "permissions": ["create_invites", "streamarr"],
        "state": "active",
        "quota": None,
        "trial_ends_at": None,
        "created_at": shown.json()["created_at"],
        "invited_by": None,
        "redemption": None,
        "quota_use": {"limit": None, "days": None, "used": 0, "remaining": None, "renews_at": None},
        "open_invites": 0,
    }


def test_an_invited_account_names_its_inviter(stack):
    visitor = stack.visitor()
    redeemed = visitor.waits(visitor.redeems(stack.invite()))
    shown = stack.admin.get(f"/users/{redeemed['user']['id']}").json()
    assert shown["invited_by"]["id"] == ADMIN_ID
    assert (shown["kind"], shown["plex_id"]) == ("plex", visitor.account["id"])


def test_an_unknown_account_is_not_found(stack):
    for id_ in ("nobody", "x" * 3000, "a%2Fb", "%00"):
        answer = stack.admin.get(f"/users/{id_}")
        assert (answer.status_code, answer.json()["Code"]) == (404, "UserNotFound"), id_


def test_the_newest_account_comes_first_and_pages_meet_without_gap_or_overlap(stack):
    word = stack.member("streamarr").id[:8]
    members = [stack.member("streamarr", name=f"{word} {number}") for number in range(5)]
    seen, cursor = [], None
    while True:
        page = stack.admin.get("/users", params={"q": word, "limit": 2, **({"cursor": cursor} if cursor else {})})
        assert len(page.json()["users"]) <= 2
        seen += [user["id"] for user in page.json()["users"]]
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert seen[:5] == [member.id for member in reversed(members)]


def test_a_search_finds_names_and_addresses_in_any_case(stack):
    member = stack.member("streamarr", name="Zoë Ångström", email="zoe.a@example.org")
    for text in ("zoë", "ÅNG", " ZOE.A@"):
        found = stack.admin.get("/users", params={"q": text}).json()["users"]
        assert member.id in [user["id"] for user in found], text
    cursor: dict[str, str] = {}
    while True:  # many people may have to be looked through, a page at a time
        none = stack.admin.get("/users", params={"q": "zoë nobody", **cursor}).json()
        assert none["users"] == []
        if none["next"] is None:
            return
        cursor = {"cursor": none["next"]}


def test_odd_list_parameters_are_refused_by_name(stack):
    odd = {
        "limit": ("0", "101", "x", "-1", "1e3", "٣"),
        "cursor": ("x", "!!", "MjAyNg", "\u0000", "ä"),
        "state": ("gone", "ACTIVE"),
        "q": ("x" * 101,),
    }
    for name, values in odd.items():
        for value in values:
            answer = stack.admin.get("/users", params={name: value})
            assert (answer.status_code, answer.json()["Field"]) == (400, name), (name, value)


def test_permissions_quota_and_trial_can_be_changed(stack):
    member = stack.member("streamarr")
    path = f"/users/{member.id}"
    ends_at = "2031-03-04T05:06:07.000000Z"
    changes = {
        "permissions": ["streamarr", "create_invites"],
        "quota": {"limit": 3, "days": 7},
        "trial": {"ends_at": "2031-03-04T06:06:07+01:00"},
    }
    changed = stack.admin.patch(path, json=changes)
    assert changed.status_code == 200, changed.text
    shown = stack.admin.get(path).json()
    assert shown.pop("quota_use") == {"limit": 3, "days": 7, "used": 0, "remaining": 3, "renews_at": None}
    assert shown.pop("open_invites") == 0
    assert changed.json() == shown
    assert changed.json()["permissions"] == ["create_invites", "streamarr"]
    assert changed.json()["quota"] == {"limit": 3, "days": 7}
    assert changed.json()["trial_ends_at"] == ends_at
    taken_back = stack.admin.patch(path, json={"quota": None, "trial": None}).json()
    assert (taken_back["quota"], taken_back["trial_ends_at"]) == (None, None)
    assert taken_back["permissions"] == ["create_invites", "streamarr"]


def test_bad_changes_are_refused_by_name_and_change_nothing(stack):
    member = stack.member("streamarr")
    path = f"/users/{member.id}"
    before = stack.admin.get(path).json()
    for change, field in (
        ({"permissions": ["root"]}, "permissions"),
        ({"permissions": None}, "permissions"),
        ({"quota": {"limit": -1, "days": 7}}, "quota.limit"),
        ({"quota": {"limit": 1, "days": 0}}, "quota.days"),
        ({"quota": {"limit": 1}}, "quota"),
        ({"trial": {"ends_at": "tomorrow"}}, "trial.ends_at"),
        ({"trial": {"ends_at": "2030-01-01T00:00:00"}}, "trial.ends_at"),
        ({"trial": {"ends_at": "9999-12-31T23:59:59-12:00"}}, "trial.ends_at"),
        ({"name": "Eve"}, "name"),
        ({"state": "closed"}, "state"),
    ):
        answer = stack.admin.patch(path, json=change)
        assert answer.status_code == 400, (change, answer.text)
        assert answer.json()["Field"].startswith(field), (change, answer.text)
    assert stack.admin.get(path).json() == before


def test_people_do_not_grant_what_they_do_not_hold(stack):
    manager, member = stack.member("manage_users", "create_invites"), stack.member("streamarr")
    path = f"/users/{member.id}"
    for permission in ("admin", "manage_invites", "view_invites", "advanced_invites"):
        answer = manager.http.patch(path, json={"permissions": ["streamarr", permission]})
        assert (answer.status_code, answer.json()["Field"]) == (403, "permissions")
    assert manager.http.patch(path, json={"permissions": ["create_invites"]}).status_code == 200


def test_a_manager_grants_themselves_nothing_either(stack):
    manager = stack.member("manage_users")
    for permissions in (["manage_users", "admin"], ["manage_users", "advanced_invites"]):
        answer = manager.http.patch(f"/users/{manager.id}", json={"permissions": permissions})
        assert (answer.status_code, answer.json()["Field"]) == (403, "permissions")
    quota = manager.http.patch(f"/users/{manager.id}", json={"quota": {"limit": None, "days": None}})
    assert (quota.status_code, quota.json()["Field"]) == (403, "quota")
    trial = manager.http.patch(f"/users/{manager.id}", json={"trial": {"ends_at": "2031-01-01T00:00:00Z"}})
    assert (trial.status_code, trial.json()["Field"]) == (403, "trial")


def test_only_an_admin_changes_or_closes_an_admin(stack):
    manager, admin = stack.member("manage_users"), stack.member("admin")
    path = f"/users/{admin.id}"
    assert manager.http.patch(path, json={"permissions": ["streamarr"]}).status_code == 403
    assert manager.http.patch(path, json={"quota": {"limit": 0, "days": 1}}).status_code == 403
    assert manager.http.delete(path).status_code == 403
    assert stack.admin.patch(path, json={"permissions": ["streamarr"]}).status_code == 200


def test_the_owner_stays_an_admin_with_an_open_account(stack):
    admin = stack.member("admin")
    for refused in (
        admin.http.patch(f"/users/{ADMIN_ID}", json={"permissions": ["streamarr"]}),
        admin.http.delete(f"/users/{ADMIN_ID}"),
        stack.admin.patch(f"/users/{ADMIN_ID}", json={"permissions": []}),
        stack.admin.delete(f"/users/{ADMIN_ID}"),
    ):
        assert (refused.status_code, refused.json()["Code"]) == (403, "OwnerProtected")
    assert stack.admin.get("/users").status_code == 200


def test_of_two_admins_who_demote_each_other_at_once_one_remains(stack):
    for _ in range(10):
        one, other = stack.member("admin"), stack.member("admin")
        with ThreadPoolExecutor(2) as hands:
            answers = list(hands.map(_demote, (one, other), (other, one)))
        left = [each for each in (one, other) if _permissions(stack, each) == ["admin"]]
        assert len(left) == 1, [answer.text for answer in answers]
        assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 403])


def test_a_permission_taken_counts_at_once(stack):
    member = stack.member("manage_users")
    assert member.http.get("/users").status_code == 200
    stack.admin.patch(f"/users/{member.id}", json={"permissions": ["streamarr"]})
    assert member.http.get("/users").status_code == 403


def test_an_admin_may_step_down_while_the_owner_remains(stack):
    admin = stack.member("admin")
    assert admin.http.patch(f"/users/{admin.id}", json={"permissions": ["streamarr"]}).status_code == 200


def test_a_closed_account_is_signed_out_and_listed_as_closed_only(stack):
    member = stack.member("manage_users")
    assert stack.admin.delete(f"/users/{member.id}").status_code == 204
    assert member.http.get("/users").status_code == 401
    assert stack.admin.get(f"/users/{member.id}").json()["state"] == "closed"
    search = {"q": member.user.name}
    assert stack.admin.get("/users", params=search).json()["users"] == []
    closed = stack.admin.get("/users", params={**search, "state": "closed"}).json()["users"]
    assert [user["id"] for user in closed] == [member.id]


def test_a_closed_account_stays_as_it_is_and_closing_again_does_no_harm(stack):
    member = stack.member("streamarr")
    assert stack.admin.delete(f"/users/{member.id}").status_code == 204
    assert stack.admin.delete(f"/users/{member.id}").status_code == 204
    change = stack.admin.patch(f"/users/{member.id}", json={"permissions": ["create_invites"]})
    assert (change.status_code, change.json()["Code"]) == (409, "AccountClosed")
    entries = stack.admin.get("/audit", params={"subject": f"user#{member.id}"}).json()["entries"]
    assert [entry["action"] for entry in entries] == ["closed"]


def test_a_deleted_person_loses_the_share_and_may_be_invited_again(stack):
    visitor = stack.visitor()
    redemption = visitor.waits(visitor.redeems(stack.invite()))
    assert stack.admin.delete(f"/users/{redemption['user']['id']}").status_code == 204
    deadline = time.monotonic() + 30
    code = stack.invite()
    while (again := visitor.redeems(code)).status_code == 409:
        assert again.json()["Code"] == "AccessEnding"
        assert time.monotonic() < deadline
        time.sleep(0.1)
    again = visitor.waits(again)
    assert again["user"]["id"] == redemption["user"]["id"]


def test_every_change_is_in_the_audit_trail_newest_first(stack):
    member = stack.member("streamarr")
    stack.admin.patch(f"/users/{member.id}", json={"permissions": ["streamarr", "view_invites"]})
    stack.admin.patch(f"/users/{member.id}", json={"quota": {"limit": 1, "days": None}})
    stack.admin.patch(f"/users/{member.id}", json={"quota": {"limit": 1, "days": None}})
    page = stack.admin.get("/audit", params={"subject": f"user#{member.id}", "limit": 1}).json()
    (latest,) = page["entries"]
    assert (latest["action"], latest["by"]["id"]) == ("changed", ADMIN_ID)
    assert (latest["before"], latest["after"]) == ({"quota": None}, {"quota": {"limit": 1, "days": None}})
    rest = stack.admin.get("/audit", params={"subject": f"user#{member.id}", "cursor": page["next"]}).json()
    (first,) = rest["entries"]
    assert (first["before"], first["after"]) == (
        {"permissions": ["streamarr"]},
        {"permissions": ["streamarr", "view_invites"]},
    )
    assert rest["next"] is None


def _demote(by, whom):
    return by.http.patch(f"/users/{whom.id}", json={"permissions": ["streamarr"]})


def _permissions(stack, member):
    return stack.admin.get(f"/users/{member.id}").json()["permissions"]
