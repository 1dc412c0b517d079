from typing import Any

import pytest
from plexapi.exceptions import BadRequest

from tests.local.test_plex_stand_in.scene import Scene

Row = dict[str, Any]


def test_a_managed_user_gets_the_share_at_once(scene: Scene, olivia: Row, server: Row) -> None:
    user, _ = scene.plexapi(olivia).createHomeUser("Kids", server["machine_id"], ["Movies"])

    (share,) = scene.shares(server)
    assert (share["account_id"], share["accepted"]) == (int(user.attrib["id"]), True)
    listed = scene.plexapi(olivia).user("Kids")
    assert (listed.home, listed.restricted, listed.username) == (True, "1", "")
    assert scene.plexapi(olivia).homeSize == 2


def test_asking_twice_makes_two_managed_users(scene: Scene, olivia: Row) -> None:
    for _ in range(2):
        scene.v2(olivia, "POST", "/api/home/users?title=Kids").raise_for_status()

    assert scene.v2(olivia, "GET", "/api/home/users").text.count('title="Kids"') == 2


def test_an_unquoted_title_loses_its_end(scene: Scene, olivia: Row, server: Row) -> None:
    user, _ = scene.plexapi(olivia).createHomeUser("Tom & Jerry #1", server["machine_id"], ["Movies"])

    assert user.attrib["title"] == "Tom "


def test_an_existing_account_joins_when_it_accepts(scene: Scene, olivia: Row, server: Row) -> None:
    maya = scene.person("maya")
    scene.plexapi(olivia).createExistingUser("maya", server["machine_id"], ["Movies"])
    assert scene.plexapi(olivia).user("maya").home is True
    assert scene.plexapi(maya).home is False

    (received,) = scene.plexapi(maya).pendingInvites(includeSent=False)
    assert (received.home, received.server) == (True, True)
    scene.plexapi(maya).acceptInvite(received)

    assert scene.plexapi(maya).home is True
    assert scene.shares(server)[0]["accepted"] is True


def test_a_friend_given_by_email_gets_the_home_invite_and_then_an_error(scene: Scene, olivia: Row, server: Row) -> None:
    maya = scene.person("maya")
    scene.told("POST", "/_standin/shares", {"machine_id": server["machine_id"], "account_id": maya["id"]})

    with pytest.raises(BadRequest, match="already sharing"):
        scene.plexapi(olivia).createExistingUser("maya@example.org", server["machine_id"], ["Movies"])

    assert scene.told("GET", "/_standin/homes")["pending"] == [{"admin_id": olivia["id"], "invitee": maya["id"]}]


def test_existing_accounts_need_the_admins_plex_pass(scene: Scene) -> None:
    paul, _ = scene.person("paul", subscription=False), scene.person("maya")

    assert scene.v2(paul, "POST", "/api/home/users?invitedEmail=maya").status_code == 403
    assert scene.v2(paul, "POST", "/api/home/users?title=Kids").is_success


def test_nobody_lives_in_two_homes(scene: Scene, olivia: Row) -> None:
    scene.person("maya", home=True)

    assert scene.v2(olivia, "POST", "/api/home/users?invitedEmail=maya").status_code == 400


def test_a_home_is_full_with_fifteen(scene: Scene, olivia: Row) -> None:
    answers = [scene.v2(olivia, "POST", f"/api/home/users?title=Kid{n}").status_code for n in range(15)]

    assert answers == [201] * 14 + [400]


def test_only_the_admin_changes_a_home(scene: Scene, olivia: Row) -> None:
    maya = scene.person("maya", home_of=olivia["id"])

    assert scene.v2(maya, "POST", "/api/home/users?title=Kids").status_code == 403
    assert scene.v2(maya, "DELETE", f"/api/home/users/{olivia['id']}").status_code == 403


def test_a_plus_that_is_not_quoted_becomes_a_space(scene: Scene, olivia: Row) -> None:
    assert scene.v2(olivia, "POST", "/api/home/users?invitedEmail=a+b@example.org").status_code == 400
    assert scene.v2(olivia, "POST", "/api/home/users?invitedEmail=a%2Bb@example.org").status_code == 201


def test_a_removed_managed_user_is_gone_with_its_share(scene: Scene, olivia: Row, server: Row) -> None:
    scene.plexapi(olivia).createHomeUser("Kids", server["machine_id"], ["Movies"])

    scene.plexapi(olivia).removeHomeUser("Kids")

    assert scene.shares(server) == []
    assert scene.plexapi(olivia).users() == []


def test_a_removed_member_keeps_the_share(scene: Scene, olivia: Row, server: Row) -> None:
    maya = scene.person("maya", home_of=olivia["id"])
    scene.plexapi(olivia).inviteFriend("maya", server["machine_id"], ["Movies"])

    scene.v2(olivia, "DELETE", f"/api/home/users/{maya['id']}").raise_for_status()

    assert scene.plexapi(maya).home is False
    assert scene.shares(server)[0]["accepted"] is True
    assert scene.v2(olivia, "DELETE", f"/api/home/users/{maya['id']}").status_code == 404
