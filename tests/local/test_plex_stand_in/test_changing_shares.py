"""Changing, ending and cancelling what was shared, as plexapi does it."""

from typing import Any

import pytest
from plexapi.exceptions import BadRequest

from tests.local.test_plex_stand_in.scene import Scene

Row = dict[str, Any]


def test_libraries_are_replaced_as_a_whole(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya", "Movies")
    scene.plexapi(olivia).updateFriend("maya", server["machine_id"], ["Shows"])

    assert scene.shares(server)[0]["section_ids"] == [server["sections"][1]["id"]]
    row = scene.plexapi(olivia).user("maya").servers[0]
    assert [(one.title, one.shared) for one in row.sections()] == [("Movies", False), ("Shows", True)]


def test_permissions_change_without_touching_libraries(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya", "Movies")
    scene.plexapi(olivia).updateFriend("maya", server["machine_id"], allowSync=True)

    (share,) = scene.shares(server)
    assert share["settings"]["allowSync"] is True
    assert share["section_ids"] == [server["sections"][0]["id"]]
    assert scene.plexapi(olivia).user("maya").allowSync is True


def test_a_share_ends_and_the_friendship_stays(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya")
    scene.plexapi(maya).acceptInvite("olivia")

    scene.plexapi(olivia).updateFriend("maya", server["machine_id"], ["Movies"], removeSections=True)

    assert scene.shares(server) == []
    assert scene.plexapi(olivia).user("maya").servers == []


def test_a_friend_is_removed_fully(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya")
    scene.plexapi(maya).acceptInvite("olivia")

    scene.plexapi(olivia).removeFriend("maya")

    assert scene.shares(server) == []
    assert scene.plexapi(olivia).users() == []
    assert scene.plexapi(maya).resources() == []
    assert scene.v2(olivia, "DELETE", f"/api/v2/sharings/{maya['id']}").status_code == 404


def test_an_invite_can_be_cancelled(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya")

    scene.plexapi(olivia).cancelInvite("maya")

    assert scene.shares(server) == []
    assert scene.plexapi(maya).pendingInvites() == []


def test_an_invite_by_email_is_cancelled_by_email(scene: Scene, olivia: Row, server: Row) -> None:
    scene.invite(olivia, server, "lena@example.org")

    path = "/api/invites/requested/lena@example.org?friend=1&home=0&server=1"

    assert scene.v2(olivia, "DELETE", path).status_code == 200
    assert scene.shares(server) == []
    assert scene.v2(olivia, "DELETE", path).status_code == 404


def test_cancelling_may_leave_a_row_that_is_in_the_way(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.options(cancel_leaves_share_row=True)
    scene.invite(olivia, server, "maya")
    scene.plexapi(olivia).cancelInvite("maya")

    assert scene.plexapi(maya).pendingInvites() == []
    with pytest.raises(BadRequest, match="already sharing"):
        scene.invite(olivia, server, "maya")

    row = scene.shares(server)[0]["id"]
    scene.v2(olivia, "DELETE", f"/api/servers/{server['machine_id']}/shared_servers/{row}")
    scene.invite(olivia, server, "maya")
