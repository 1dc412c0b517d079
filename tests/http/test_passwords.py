"""One's own password and sessions, and new passwords by a link."""

import pytest

OLD, NEW = "correct horse battery", "battery staple horse"


@pytest.fixture
def local(stack, settings, local_account):
    """A local account's address, while passwords are on."""
    with settings(local_signin_enabled=True):
        yield local_account(OLD)


def signs_in(stack, address, password=OLD):
    return stack.client().post("/auth/local", json={"email": address, "password": password})


def client_of(stack, address, password=OLD):
    answer = signs_in(stack, address, password)
    assert answer.status_code == 200, answer.text
    return stack.client(answer.json()["token"])


def user_id(http):
    return http.get("/auth/me").json()["user"]["id"]


def token_in(answer):
    return answer.json()["url"].partition("#")[2]


def test_a_changed_password_ends_every_other_session(stack, local):
    asking, other = client_of(stack, local), client_of(stack, local)
    assert asking.put("/me/password", json={"old": OLD, "new": NEW}).status_code == 204
    assert asking.get("/auth/me").status_code == 200
    assert other.get("/auth/me").status_code == 401
    assert signs_in(stack, local).status_code == 401
    assert signs_in(stack, local, NEW).status_code == 200


def test_a_wrong_or_short_password_changes_nothing_and_names_the_field(stack, local):
    asking = client_of(stack, local)
    wrong = asking.put("/me/password", json={"old": "wrong", "new": NEW})
    assert (wrong.status_code, wrong.json()["Code"], wrong.json()["Field"]) == (403, "PasswordWrong", "old")
    short = asking.put("/me/password", json={"old": OLD, "new": "short"})
    assert (short.status_code, short.json()["Field"]) == (400, "new")
    assert short.json()["Message"] == "A password has 8 to 200 characters."
    assert signs_in(stack, local).status_code == 200


def test_wrong_passwords_are_counted_here_as_well(stack, local):
    asking = client_of(stack, local)
    refused = 0
    while (answer := asking.put("/me/password", json={"old": "wrong", "new": NEW})).status_code == 403:
        refused += 1
        assert refused <= 20  # ten in each of two quarters of an hour, should one begin just now
    assert (answer.status_code, refused >= 10) == (429, True)


def test_an_account_that_signs_in_with_plex_has_no_password(stack):
    member = stack.member("streamarr")
    answer = member.http.put("/me/password", json={"old": OLD, "new": NEW})
    assert (answer.status_code, answer.json()["Code"]) == (409, "NoPassword")
    answer = stack.admin.post(f"/users/{member.id}/password-reset")
    assert (answer.status_code, answer.json()["Code"]) == (409, "NoPassword")


def test_sessions_are_listed_and_ended_one_by_one(stack, local):
    asking, other = client_of(stack, local), client_of(stack, local)
    listed = asking.get("/me/sessions").json()["sessions"]
    assert [session["current"] for session in listed].count(True) == 1
    (theirs,) = [session["id"] for session in listed if not session["current"]]
    assert asking.delete(f"/me/sessions/{theirs}").status_code == 204
    assert other.get("/auth/me").status_code == 401
    assert asking.get("/auth/me").status_code == 200
    assert asking.delete(f"/me/sessions/{theirs}").status_code == 204


def test_another_person_s_session_is_not_one_s_own_to_end(stack, local):
    theirs, stranger = client_of(stack, local), stack.member("admin")
    (listed,) = theirs.get("/me/sessions").json()["sessions"]
    assert stranger.http.delete(f"/me/sessions/{listed['id']}").status_code == 204
    assert theirs.get("/auth/me").status_code == 200


def test_an_admin_s_link_sets_a_new_password_once_and_ends_every_session(stack, local):
    signed_in = client_of(stack, local)
    offered = stack.admin.post(f"/users/{user_id(signed_in)}/password-reset")
    assert offered.status_code == 201, offered.text
    assert offered.json()["url"].startswith(f"{stack.origin}/password#")
    path = f"/auth/password/{token_in(offered)}"
    assert stack.client().put(path, json={"new": NEW}).status_code == 204
    assert signed_in.get("/auth/me").status_code == 401
    assert signs_in(stack, local, NEW).status_code == 200
    again = stack.client().put(path, json={"new": OLD})
    assert (again.status_code, again.json()["Code"]) == (404, "ResetNotFound")


def test_only_the_latest_link_counts(stack, local):
    path = f"/users/{user_id(client_of(stack, local))}/password-reset"
    earlier, latest = (token_in(stack.admin.post(path)) for _ in range(2))
    assert stack.client().put(f"/auth/password/{earlier}", json={"new": NEW}).status_code == 404
    assert stack.client().put(f"/auth/password/{latest}", json={"new": NEW}).status_code == 204


def test_guessing_links_is_stopped(stack):
    stranger = stack.client()
    statuses = [stranger.put("/auth/password/made-up", json={"new": NEW}).status_code for _ in range(21)]
    assert statuses == [404] * 20 + [429]


def test_those_who_manage_users_make_no_link_for_an_admin(stack, local):
    from chalicelib import wiring

    manager = stack.member("manage_users")
    admin = wiring.ports.accounts.get(user_id(client_of(stack, local)))
    assert stack.admin.patch(f"/users/{admin.id}", json={"permissions": ["admin"]}).status_code == 200
    answer = manager.http.post(f"/users/{admin.id}/password-reset")
    assert (answer.status_code, answer.json()["Code"]) == (403, "NotAllowed")


def test_what_a_person_signs_in_with_is_in_the_journal(stack, local):
    signed_in = client_of(stack, local)
    who = user_id(signed_in)
    signed_in.put("/me/password", json={"old": OLD, "new": NEW})
    stack.client().put(
        f"/auth/password/{token_in(stack.admin.post(f'/users/{who}/password-reset'))}", json={"new": OLD}
    )
    entries = stack.admin.get("/audit", params={"subject": f"user#{who}"}).json()["entries"]
    assert [entry["action"] for entry in entries] == [
        "password reset",
        "password link made",
        "password changed",
        "signed in",
    ]
