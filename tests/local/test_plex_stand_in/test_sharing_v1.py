"""Sharing as plexapi does it."""

from typing import Any

import pytest
from plexapi.exceptions import BadRequest, NotFound

from tests.local.test_plex_stand_in.client import StandInClient

Row = dict[str, Any]


def test_an_invite_waits_until_it_is_accepted(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.invite(olivia, server, "maya", allowSync=True)
    (waiting,) = stand_in.shares(server)
    assert waiting["accepted"] is False

    invitee = stand_in.plexapi(maya)
    (received,) = invitee.pendingInvites(includeSent=False)
    assert (received.id, received.friend, received.home, received.server) == (olivia["id"], True, False, True)
    invitee.acceptInvite(received)

    (taken,) = stand_in.shares(server)
    assert (taken["accepted"], taken["account_id"]) == (True, maya["id"])
    assert taken["section_ids"] == [server["sections"][0]["id"]]
    assert (taken["settings"]["allowSync"], taken["settings"]["allowTuners"]) == (True, 0)


def test_an_invite_names_its_server_but_not_the_machine(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    stand_in.invite(olivia, server, "maya")

    (offered,) = stand_in.plexapi(maya).pendingInvites(includeSent=False)[0].servers

    assert (offered.name, offered.numLibraries, offered.machineIdentifier) == ("Olivia's Plex", 1, None)


def test_all_zero_flags_are_answered_well_and_accept_nothing(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    stand_in.invite(olivia, server, "maya")

    answer = stand_in.v2(maya, "PUT", f"/api/invites/requests/{olivia['id']}?friend=0&home=0&server=0")

    assert answer.status_code == 200
    assert stand_in.shares(server)[0]["accepted"] is False


def test_a_share_shows_to_the_invitee_once_accepted(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    stand_in.invite(olivia, server, "maya")
    assert stand_in.plexapi(maya).resources() == []

    stand_in.plexapi(maya).acceptInvite("olivia")

    (resource,) = stand_in.plexapi(maya).resources()
    assert (resource.clientIdentifier, resource.owned) == (server["machine_id"], False)
    assert (resource.ownerId, resource.sourceTitle) == (olivia["id"], "olivia")
    assert resource.accessToken not in (None, "", maya["token"])
    assert resource.connections


def test_the_owner_sees_her_own_server(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    (resource,) = stand_in.plexapi(olivia).resources()

    assert (resource.name, resource.owned, resource.clientIdentifier) == (
        "Olivia's Plex",
        True,
        server["machine_id"],
    )


def test_users_tell_pending_from_accepted(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.invite(olivia, server, "maya")
    (row,) = stand_in.plexapi(olivia).user("maya").servers
    assert (row.pending, row.owned, row.numLibraries, row.allLibraries) == (True, True, 1, False)
    assert row.id == stand_in.shares(server)[0]["id"]

    stand_in.plexapi(maya).acceptInvite("olivia")

    assert stand_in.plexapi(olivia).user("maya").servers[0].pending is False
    assert stand_in.plexapi(maya).user("olivia").servers[0].owned is False


def test_users_may_leave_pending_people_out(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.options(users_list_pending=False)
    stand_in.invite(olivia, server, "maya")

    assert stand_in.plexapi(olivia).users() == []


def test_a_server_lists_its_sections_to_its_owner_only(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    path = f"/api/servers/{server['machine_id']}"

    assert stand_in.v2(olivia, "GET", path).text.count("<Section ") == 2
    assert stand_in.v2(maya, "GET", path).status_code == 404
    assert len(str(server["sections"][0]["id"])) == 9
    assert [section["key"] for section in server["sections"]] == [1, 2]


def test_no_sections_at_all_share_everything_present_and_future(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    stand_in.plexapi(olivia).inviteFriend("maya", server["machine_id"], [])
    stand_in.ask("POST", f"/_standin/servers/{server['machine_id']}/sections", {"title": "New", "type": "movie"})

    (share,) = stand_in.shares(server)
    assert share["all_libraries"] is True
    assert len(share["section_ids"]) == 3


def test_of_two_libraries_with_one_title_plexapi_takes_the_last(
    stand_in: StandInClient, olivia: Row, maya: Row
) -> None:
    twins = stand_in.server(olivia, "Movies", "Movies")
    stand_in.invite(olivia, twins, "maya", "Movies")

    assert stand_in.shares(twins)[0]["section_ids"] == [twins["sections"][1]["id"]]


def test_invites_of_other_owners_wait_beside_ours(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    paul = stand_in.person("paul")
    stand_in.invite(paul, stand_in.server(paul, name="Olivia's Plex"), "maya")
    stand_in.invite(olivia, server, "maya")

    received = stand_in.plexapi(maya).pendingInvites(includeSent=False)

    assert {one.id for one in received} == {olivia["id"], paul["id"]}
    assert {one.servers[0].name for one in received} == {"Olivia's Plex"}


def test_invites_may_show_late(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.options(invites_visible_after_seconds=60)
    stand_in.invite(olivia, server, "maya")
    assert stand_in.plexapi(maya).pendingInvites(includeSent=False) == []
    assert len(stand_in.plexapi(olivia).pendingInvites(includeReceived=False)) == 1

    stand_in.options(invites_visible_after_seconds=0)
    assert len(stand_in.plexapi(maya).pendingInvites(includeSent=False)) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_no_account_is_invited_twice(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row, *, accepted: bool
) -> None:
    stand_in.invite(olivia, server, "maya")
    if accepted:
        stand_in.plexapi(maya).acceptInvite("olivia")

    with pytest.raises(BadRequest, match=r"\(400\).*You're already sharing this server with maya"):
        stand_in.invite(olivia, server, "maya@example.org")


def test_a_friend_gets_a_new_share_at_once(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.ask("POST", "/_standin/friendships", {"account_ids": [olivia["id"], maya["id"]]})
    stand_in.invite(olivia, server, "maya")

    assert stand_in.shares(server)[0]["accepted"] is True
    assert stand_in.plexapi(maya).pendingInvites() == []


def test_an_account_that_accepted_one_share_gets_the_next_at_once(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    second = stand_in.server(olivia)
    stand_in.ask("POST", "/_standin/shares", {"machine_id": second["machine_id"], "account_id": maya["id"]})

    stand_in.invite(olivia, server, "maya")

    assert stand_in.shares(server)[0]["accepted"] is True


def test_an_unknown_name_is_refused(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    with pytest.raises(BadRequest, match="400"):
        stand_in.invite(olivia, server, "nobody")
    assert stand_in.shares(server) == []


def test_an_unknown_email_waits_for_its_account(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    stand_in.invite(olivia, server, "Lena@example.org")
    assert stand_in.shares(server)[0]["email"] == "lena@example.org"

    lena = stand_in.person("lena")

    assert [one.id for one in stand_in.plexapi(lena).pendingInvites()] == [olivia["id"]]


def test_sections_of_another_server_are_not_found(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    elsewhere = stand_in.server(olivia)
    body = {
        "server_id": server["machine_id"],
        "shared_server": {
            "library_section_ids": [elsewhere["sections"][0]["id"]],
            "invited_email": "maya",
        },
    }

    answer = stand_in.v2(olivia, "POST", f"/api/servers/{server['machine_id']}/shared_servers", body)

    assert answer.status_code == 404
    assert stand_in.shares(server) == []


def test_another_owner_s_server_is_not_found(stand_in: StandInClient, maya: Row, server: Row) -> None:
    with pytest.raises(NotFound):
        stand_in.invite(maya, server, "olivia")


def test_there_is_room_for_a_limited_number_of_people(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    stand_in.options(people_limit=1)
    stand_in.invite(olivia, server, "first@example.org")

    with pytest.raises(BadRequest, match="400"):
        stand_in.invite(olivia, server, "maya")


def test_filters_need_a_plex_pass(stand_in: StandInClient, maya: Row) -> None:
    paul = stand_in.person("paul", subscription=False)

    with pytest.raises(BadRequest, match="403"):
        stand_in.invite(paul, stand_in.server(paul), "maya", filterMovies={"label": ["Kids"]})


def test_an_unconfirmed_account_cannot_accept(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    emil = stand_in.person("emil", confirmed=False)
    stand_in.invite(olivia, server, "emil")

    with pytest.raises(BadRequest, match="400"):
        stand_in.plexapi(emil).acceptInvite("olivia")

    stand_in.ask("PATCH", f"/_standin/accounts/{emil['id']}", {"confirmed": True})
    stand_in.plexapi(emil).acceptInvite("olivia")
    assert stand_in.shares(server)[0]["accepted"] is True


def test_v1_invites_may_be_gone(stand_in: StandInClient, olivia: Row, maya: Row) -> None:
    stand_in.options(v1_invites_gone=True)

    with pytest.raises(BadRequest, match=r"\(410\)"):
        stand_in.plexapi(maya).pendingInvites()


def test_friends_have_been_gone_for_long(stand_in: StandInClient, olivia: Row) -> None:
    assert stand_in.v2(olivia, "GET", "/api/friends/requests").status_code == 410


def test_v1_refuses_in_xml_even_where_json_is_asked_for(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    answer = stand_in.v2(olivia, "POST", f"/api/servers/{server['machine_id']}/shared_servers", {"odd": 1})

    assert answer.status_code == 400
    assert '<Response code="400" status="' in answer.text
