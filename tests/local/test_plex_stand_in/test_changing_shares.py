"""Changing, ending and cancelling what was shared, as plexapi does it."""

from typing import Any

import pytest
from plexapi.exceptions import BadRequest

from tests.local.test_plex_stand_in.client import StandInClient

Row = dict[str, Any]


def test_libraries_are_replaced_as_a_whole(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.invite(olivia, server, "maya", "Movies")
    stand_in.plexapi(olivia).updateFriend("maya", server["machine_id"], ["Shows"])

    assert stand_in.shares(server)[0]["section_ids"] == [server["sections"][1]["id"]]
    row = stand_in.plexapi(olivia).user("maya").servers[0]
    assert [(one.title, one.shared) for one in row.sections()] == [("Movies", False), ("Shows", True)]


def test_permissions_change_without_touching_libraries(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    stand_in.invite(olivia, server, "maya", "Movies")
    stand_in.plexapi(olivia).updateFriend("maya", server["machine_id"], allowSync=True)

    (share,) = stand_in.shares(server)
    assert share["settings"]["allowSync"] is True
    assert share["section_ids"] == [server["sections"][0]["id"]]
    assert stand_in.plexapi(olivia).user("maya").allowSync is True


def test_a_share_ends_and_the_friendship_stays(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.invite(olivia, server, "maya")
    stand_in.plexapi(maya).acceptInvite("olivia")

    stand_in.plexapi(olivia).updateFriend("maya", server["machine_id"], ["Movies"], removeSections=True)

    assert stand_in.shares(server) == []
    assert stand_in.plexapi(olivia).user("maya").servers == []


def test_a_friend_is_removed_fully(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.invite(olivia, server, "maya")
    stand_in.plexapi(maya).acceptInvite("olivia")

    stand_in.plexapi(olivia).removeFriend("maya")

    assert stand_in.shares(server) == []
    assert stand_in.plexapi(olivia).users() == []
    assert stand_in.plexapi(maya).resources() == []
    assert stand_in.v2(olivia, "DELETE", f"/api/v2/sharings/{maya['id']}").status_code == 404


def test_an_invite_can_be_cancelled(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.invite(olivia, server, "maya")

    stand_in.plexapi(olivia).cancelInvite("maya")

    assert stand_in.shares(server) == []
    assert stand_in.plexapi(maya).pendingInvites() == []


def test_an_invite_by_email_is_cancelled_by_email(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    stand_in.invite(olivia, server, "lena@example.org")

    path = "/api/invites/requested/lena@example.org?friend=1&home=0&server=1"

    assert stand_in.v2(olivia, "DELETE", path).status_code == 200
    assert stand_in.shares(server) == []
    assert stand_in.v2(olivia, "DELETE", path).status_code == 404


def test_cancelling_may_leave_a_row_that_is_in_the_way(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    stand_in.options(cancel_leaves_share_row=True)
    stand_in.invite(olivia, server, "maya")
    stand_in.plexapi(olivia).cancelInvite("maya")

    assert stand_in.plexapi(maya).pendingInvites() == []
    with pytest.raises(BadRequest, match="already sharing"):
        stand_in.invite(olivia, server, "maya")

    row = stand_in.shares(server)[0]["id"]
    stand_in.v2(olivia, "DELETE", f"/api/servers/{server['machine_id']}/shared_servers/{row}")
    stand_in.invite(olivia, server, "maya")
