"""Sharing as plexapi does it."""

from typing import Any

import pytest
from plexapi.exceptions import BadRequest, NotFound

from tests.local.test_plex_stand_in.scene import Scene

Row = dict[str, Any]


def test_an_invite_waits_until_it_is_accepted(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya", allowSync=True)
    (waiting,) = scene.shares(server)
    assert waiting["accepted"] is False

    invitee = scene.plexapi(maya)
    (received,) = invitee.pendingInvites(includeSent=False)
    assert (received.id, received.friend, received.home, received.server) == (olivia["id"], True, False, True)
    invitee.acceptInvite(received)

    (taken,) = scene.shares(server)
    assert (taken["accepted"], taken["account_id"]) == (True, maya["id"])
    assert taken["section_ids"] == [server["sections"][0]["id"]]
    assert (taken["settings"]["allowSync"], taken["settings"]["allowTuners"]) == (True, 0)


def test_an_invite_names_its_server_but_not_the_machine(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya")

    (offered,) = scene.plexapi(maya).pendingInvites(includeSent=False)[0].servers

    assert (offered.name, offered.numLibraries, offered.machineIdentifier) == ("Olivia's Plex", 1, None)


def test_all_zero_flags_are_answered_well_and_accept_nothing(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya")

    answer = scene.v2(maya, "PUT", f"/api/invites/requests/{olivia['id']}?friend=0&home=0&server=0")

    assert answer.status_code == 200
    assert scene.shares(server)[0]["accepted"] is False


def test_a_share_shows_to_the_invitee_once_accepted(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya")
    assert scene.plexapi(maya).resources() == []

    scene.plexapi(maya).acceptInvite("olivia")

    (resource,) = scene.plexapi(maya).resources()
    assert (resource.clientIdentifier, resource.owned) == (server["machine_id"], False)
    assert (resource.ownerId, resource.sourceTitle) == (olivia["id"], "olivia")
    assert resource.accessToken not in (None, "", maya["token"])
    assert resource.connections


def test_the_owner_sees_her_own_server(scene: Scene, olivia: Row, server: Row) -> None:
    (resource,) = scene.plexapi(olivia).resources()

    assert (resource.name, resource.owned, resource.clientIdentifier) == (
        "Olivia's Plex",
        True,
        server["machine_id"],
    )


def test_users_tell_pending_from_accepted(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.invite(olivia, server, "maya")
    (row,) = scene.plexapi(olivia).user("maya").servers
    assert (row.pending, row.owned, row.numLibraries, row.allLibraries) == (True, True, 1, False)
    assert row.id == scene.shares(server)[0]["id"]

    scene.plexapi(maya).acceptInvite("olivia")

    assert scene.plexapi(olivia).user("maya").servers[0].pending is False
    assert scene.plexapi(maya).user("olivia").servers[0].owned is False


def test_users_may_leave_pending_people_out(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.options(users_list_pending=False)
    scene.invite(olivia, server, "maya")

    assert scene.plexapi(olivia).users() == []


def test_a_server_lists_its_sections_to_its_owner_only(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    path = f"/api/servers/{server['machine_id']}"

    assert scene.v2(olivia, "GET", path).text.count("<Section ") == 2
    assert scene.v2(maya, "GET", path).status_code == 404
    assert len(str(server["sections"][0]["id"])) == 9
    assert [section["key"] for section in server["sections"]] == [1, 2]


def test_no_sections_at_all_share_everything_present_and_future(
    scene: Scene, olivia: Row, maya: Row, server: Row
) -> None:
    scene.plexapi(olivia).inviteFriend("maya", server["machine_id"], [])
    scene.told("POST", f"/_standin/servers/{server['machine_id']}/sections", {"title": "New", "type": "movie"})

    (share,) = scene.shares(server)
    assert share["all_libraries"] is True
    assert len(share["section_ids"]) == 3


def test_of_two_libraries_with_one_title_plexapi_takes_the_last(scene: Scene, olivia: Row, maya: Row) -> None:
    twins = scene.server(olivia, "Movies", "Movies")
    scene.invite(olivia, twins, "maya", "Movies")

    assert scene.shares(twins)[0]["section_ids"] == [twins["sections"][1]["id"]]


def test_invites_of_other_owners_wait_beside_ours(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    paul = scene.person("paul")
    scene.invite(paul, scene.server(paul, name="Olivia's Plex"), "maya")
    scene.invite(olivia, server, "maya")

    received = scene.plexapi(maya).pendingInvites(includeSent=False)

    assert {one.id for one in received} == {olivia["id"], paul["id"]}
    assert {one.servers[0].name for one in received} == {"Olivia's Plex"}


def test_invites_may_show_late(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.options(invites_visible_after_seconds=60)
    scene.invite(olivia, server, "maya")
    assert scene.plexapi(maya).pendingInvites(includeSent=False) == []
    assert len(scene.plexapi(olivia).pendingInvites(includeReceived=False)) == 1

    scene.options(invites_visible_after_seconds=0)
    assert len(scene.plexapi(maya).pendingInvites(includeSent=False)) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_nobody_is_invited_twice(scene: Scene, olivia: Row, maya: Row, server: Row, *, accepted: bool) -> None:
    scene.invite(olivia, server, "maya")
    if accepted:
        scene.plexapi(maya).acceptInvite("olivia")

    with pytest.raises(BadRequest, match=r"\(400\).*You're already sharing this server with maya"):
        scene.invite(olivia, server, "maya@example.org")


def test_a_friend_gets_a_new_share_at_once(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.told("POST", "/_standin/friendships", {"account_ids": [olivia["id"], maya["id"]]})
    scene.invite(olivia, server, "maya")

    assert scene.shares(server)[0]["accepted"] is True
    assert scene.plexapi(maya).pendingInvites() == []


def test_whoever_accepted_one_share_gets_the_next_at_once(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    second = scene.server(olivia)
    scene.told("POST", "/_standin/shares", {"machine_id": second["machine_id"], "account_id": maya["id"]})

    scene.invite(olivia, server, "maya")

    assert scene.shares(server)[0]["accepted"] is True


def test_an_unknown_name_is_refused(scene: Scene, olivia: Row, server: Row) -> None:
    with pytest.raises(BadRequest, match="400"):
        scene.invite(olivia, server, "nobody")
    assert scene.shares(server) == []


def test_an_unknown_email_waits_for_its_account(scene: Scene, olivia: Row, server: Row) -> None:
    scene.invite(olivia, server, "Lena@example.org")
    assert scene.shares(server)[0]["email"] == "lena@example.org"

    lena = scene.person("lena")

    assert [one.id for one in scene.plexapi(lena).pendingInvites()] == [olivia["id"]]


def test_sections_of_another_server_are_not_found(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    elsewhere = scene.server(olivia)
    body = {
        "server_id": server["machine_id"],
        "shared_server": {
            "library_section_ids": [elsewhere["sections"][0]["id"]],
            "invited_email": "maya",
        },
    }

    answer = scene.v2(olivia, "POST", f"/api/servers/{server['machine_id']}/shared_servers", body)

    assert answer.status_code == 404
    assert scene.shares(server) == []


def test_a_server_of_somebody_else_is_not_found(scene: Scene, maya: Row, server: Row) -> None:
    with pytest.raises(NotFound):
        scene.invite(maya, server, "olivia")


def test_there_is_room_for_a_limited_number_of_people(scene: Scene, olivia: Row, maya: Row, server: Row) -> None:
    scene.options(people_limit=1)
    scene.invite(olivia, server, "first@example.org")

    with pytest.raises(BadRequest, match="400"):
        scene.invite(olivia, server, "maya")


def test_filters_need_a_plex_pass(scene: Scene, maya: Row) -> None:
    paul = scene.person("paul", subscription=False)

    with pytest.raises(BadRequest, match="403"):
        scene.invite(paul, scene.server(paul), "maya", filterMovies={"label": ["Kids"]})


def test_an_unconfirmed_account_cannot_accept(scene: Scene, olivia: Row, server: Row) -> None:
    emil = scene.person("emil", confirmed=False)
    scene.invite(olivia, server, "emil")

    with pytest.raises(BadRequest, match="400"):
        scene.plexapi(emil).acceptInvite("olivia")

    scene.told("PATCH", f"/_standin/accounts/{emil['id']}", {"confirmed": True})
    scene.plexapi(emil).acceptInvite("olivia")
    assert scene.shares(server)[0]["accepted"] is True


def test_v1_invites_may_be_gone(scene: Scene, olivia: Row, maya: Row) -> None:
    scene.options(v1_invites_gone=True)

    with pytest.raises(BadRequest, match=r"\(410\)"):
        scene.plexapi(maya).pendingInvites()


def test_friends_have_been_gone_for_long(scene: Scene, olivia: Row) -> None:
    assert scene.v2(olivia, "GET", "/api/friends/requests").status_code == 410


def test_v1_refuses_in_xml_whatever_is_accepted(scene: Scene, olivia: Row, server: Row) -> None:
    answer = scene.v2(olivia, "POST", f"/api/servers/{server['machine_id']}/shared_servers", {"odd": 1})

    assert answer.status_code == 400
    assert '<Response code="400" status="' in answer.text
