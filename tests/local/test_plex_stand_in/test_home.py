from typing import Any

import pytest
from plexapi.exceptions import BadRequest

from tests.local.test_plex_stand_in.client import StandInClient

Row = dict[str, Any]


def test_a_managed_user_gets_the_share_at_once(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    user, _ = stand_in.plexapi(olivia).createHomeUser("Kids", server["machine_id"], ["Movies"])

    (share,) = stand_in.shares(server)
    assert (share["account_id"], share["accepted"]) == (int(user.attrib["id"]), True)
    listed = stand_in.plexapi(olivia).user("Kids")
    assert (listed.home, listed.restricted, listed.username) == (True, "1", "")
    assert stand_in.plexapi(olivia).homeSize == 2


def test_asking_twice_makes_two_managed_users(stand_in: StandInClient, olivia: Row) -> None:
    for _ in range(2):
        stand_in.v2(olivia, "POST", "/api/home/users?title=Kids").raise_for_status()

    assert stand_in.v2(olivia, "GET", "/api/home/users").text.count('title="Kids"') == 2


def test_an_unquoted_title_loses_its_end(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    user, _ = stand_in.plexapi(olivia).createHomeUser("Tom & Jerry #1", server["machine_id"], ["Movies"])

    assert user.attrib["title"] == "Tom "


def test_an_existing_account_joins_when_it_accepts(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    maya = stand_in.person("maya")
    stand_in.plexapi(olivia).createExistingUser("maya", server["machine_id"], ["Movies"])
    assert stand_in.plexapi(olivia).user("maya").home is True
    assert stand_in.plexapi(maya).home is False

    (received,) = stand_in.plexapi(maya).pendingInvites(includeSent=False)
    assert (received.home, received.server) == (True, True)
    stand_in.plexapi(maya).acceptInvite(received)

    assert stand_in.plexapi(maya).home is True
    assert stand_in.shares(server)[0]["accepted"] is True


def test_a_friend_given_by_email_gets_the_home_invite_and_then_an_error(
    stand_in: StandInClient, olivia: Row, server: Row
) -> None:
    maya = stand_in.person("maya")
    stand_in.ask("POST", "/_standin/shares", {"machine_id": server["machine_id"], "account_id": maya["id"]})

    with pytest.raises(BadRequest, match="already sharing"):
        stand_in.plexapi(olivia).createExistingUser("maya@example.org", server["machine_id"], ["Movies"])

    assert stand_in.ask("GET", "/_standin/homes")["pending"] == [{"admin_id": olivia["id"], "invitee": maya["id"]}]


def test_existing_accounts_need_the_admins_plex_pass(stand_in: StandInClient) -> None:
    paul, _ = stand_in.person("paul", subscription=False), stand_in.person("maya")

    assert stand_in.v2(paul, "POST", "/api/home/users?invitedEmail=maya").status_code == 403
    assert stand_in.v2(paul, "POST", "/api/home/users?title=Kids").is_success


def test_no_account_is_in_two_homes(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.person("maya", home=True)

    assert stand_in.v2(olivia, "POST", "/api/home/users?invitedEmail=maya").status_code == 400


def test_a_home_is_full_with_fifteen(stand_in: StandInClient, olivia: Row) -> None:
    answers = [stand_in.v2(olivia, "POST", f"/api/home/users?title=Kid{n}").status_code for n in range(15)]

    assert answers == [201] * 14 + [400]


def test_only_the_admin_changes_a_home(stand_in: StandInClient, olivia: Row) -> None:
    maya = stand_in.person("maya", home_of=olivia["id"])

    assert stand_in.v2(maya, "POST", "/api/home/users?title=Kids").status_code == 403
    assert stand_in.v2(maya, "DELETE", f"/api/home/users/{olivia['id']}").status_code == 403


def test_a_plus_that_is_not_quoted_becomes_a_space(stand_in: StandInClient, olivia: Row) -> None:
    assert stand_in.v2(olivia, "POST", "/api/home/users?invitedEmail=a+b@example.org").status_code == 400
    assert stand_in.v2(olivia, "POST", "/api/home/users?invitedEmail=a%2Bb@example.org").status_code == 201


def test_a_removed_managed_user_is_gone_with_its_share(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    stand_in.plexapi(olivia).createHomeUser("Kids", server["machine_id"], ["Movies"])

    stand_in.plexapi(olivia).removeHomeUser("Kids")

    assert stand_in.shares(server) == []
    assert stand_in.plexapi(olivia).users() == []


def test_a_removed_member_keeps_the_share(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    maya = stand_in.person("maya", home_of=olivia["id"])
    stand_in.plexapi(olivia).inviteFriend("maya", server["machine_id"], ["Movies"])

    stand_in.v2(olivia, "DELETE", f"/api/home/users/{maya['id']}").raise_for_status()

    assert stand_in.plexapi(maya).home is False
    assert stand_in.shares(server)[0]["accepted"] is True
    assert stand_in.v2(olivia, "DELETE", f"/api/home/users/{maya['id']}").status_code == 404
