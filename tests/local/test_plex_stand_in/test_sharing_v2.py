"""Sharing through v2, which plexapi does not know."""

from typing import Any

import pytest

from tests.local.test_plex_stand_in.client import StandInClient, error_code

Row = dict[str, Any]
RECEIVED = "/api/v2/shared_servers/invites/received/pending"


def test_a_share_by_account_id_is_offered_and_accepted(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    made = stand_in.v2_share(olivia, server, maya, allowTuners=2, allowSync=True)
    assert made.status_code == 201
    assert (made.json()["invitedId"], made.json()["accepted"]) == (maya["id"], False)

    (received,) = stand_in.v2(maya, "GET", RECEIVED).json()
    (offered,) = received["sharedServers"]
    assert received["owner"]["id"] == olivia["id"]
    assert (offered["id"], offered["machineIdentifier"]) == (made.json()["id"], server["machine_id"])
    stand_in.v2(maya, "POST", f"/api/v2/shared_servers/{offered['id']}/accept").raise_for_status()

    (taken,) = stand_in.shares(server)
    assert taken["accepted"] is True
    assert (taken["settings"]["allowTuners"], taken["settings"]["allowSync"]) == (2, True)
    assert stand_in.v2(maya, "GET", RECEIVED).json() == []
    assert [one.clientIdentifier for one in stand_in.plexapi(maya).resources()] == [server["machine_id"]]


def test_the_owner_lists_pending_and_accepted_apart(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    share_id = stand_in.v2_share(olivia, server, maya).json()["id"]

    def listed(state: str) -> list[int]:
        answer = stand_in.v2(olivia, "GET", f"/api/v2/shared_servers/owned/{state}")
        return [row["id"] for row in answer.json()]

    assert (listed("pending"), listed("accepted")) == ([share_id], [])
    stand_in.v2(maya, "POST", f"/api/v2/shared_servers/{share_id}/accept")
    assert (listed("pending"), listed("accepted")) == ([], [share_id])


def test_received_invites_are_grouped_by_owner(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    paul = stand_in.person("paul")
    stand_in.v2_share(olivia, server, maya)
    stand_in.v2_share(paul, stand_in.server(paul), maya)
    stand_in.v2_share(olivia, stand_in.server(olivia), maya)

    received = stand_in.v2(maya, "GET", RECEIVED).json()

    assert {one["owner"]["username"]: len(one["sharedServers"]) for one in received} == {
        "olivia": 2,
        "paul": 1,
    }


def test_no_section_ids_share_everything(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    made = stand_in.v2_share(olivia, server, maya, sections=[]).json()

    assert (made["allLibraries"], made["numLibraries"]) == (True, 2)


def test_sharing_twice_is_1999(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.v2_share(olivia, server, maya)

    again = stand_in.v2_share(olivia, server, maya)

    assert (again.status_code, error_code(again)) == (422, 1999)
    assert len(stand_in.shares(server)) == 1


def test_wrong_sections_and_servers_are_not_found(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    unknown_section = stand_in.v2_share(olivia, server, maya, sections=[1])
    unknown_server = stand_in.v2_share(maya, server, olivia)

    assert (unknown_section.status_code, unknown_server.status_code) == (404, 404)
    assert stand_in.shares(server) == []


def test_an_unknown_account_is_refused(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    answer = stand_in.v2_share(olivia, server, {"id": 1})

    assert answer.status_code == 422


def test_a_malformed_offer_is_1004(stand_in: StandInClient, olivia: Row) -> None:
    answer = stand_in.v2(olivia, "POST", "/api/v2/shared_servers", {"librarySectionIds": "all"})

    assert (answer.status_code, error_code(answer)) == (400, 1004)


def test_every_v2_call_names_its_client(stand_in: StandInClient, olivia: Row) -> None:
    answer = stand_in.control.get("/api/v2/user", headers={"X-Plex-Token": olivia["token"]})

    assert answer.status_code == 400
    assert '<errors><error code="1000"' in answer.text


def test_a_hundred_people_are_the_limit(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.options(people_limit=1)
    stand_in.v2_share(olivia, server, maya)

    assert stand_in.v2_share(olivia, server, stand_in.person("noah")).status_code == 422


def test_shares_may_need_no_accepting(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.options(v2_shares_accepted_at_once=True)

    assert stand_in.v2_share(olivia, server, maya).json()["accepted"] is True


def test_an_unconfirmed_account_takes_nothing(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    stand_in.options(v2_shares_accepted_at_once=True)
    emil = stand_in.person("emil", confirmed=False)

    made = stand_in.v2_share(olivia, server, emil).json()
    answer = stand_in.v2(emil, "POST", f"/api/v2/shared_servers/{made['id']}/accept")

    assert made["accepted"] is False
    assert answer.status_code == 422


def test_only_the_invitee_accepts(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    made = stand_in.v2_share(olivia, server, maya).json()

    assert stand_in.v2(olivia, "POST", f"/api/v2/shared_servers/{made['id']}/accept").status_code == 404


@pytest.mark.parametrize("status", [404, 410])
def test_the_invitees_endpoints_may_be_missing(stand_in: StandInClient, maya: Row, status: int) -> None:
    stand_in.options(v2_invites_status=status)

    assert stand_in.v2(maya, "GET", RECEIVED).status_code == status
    assert stand_in.v2(maya, "POST", "/api/v2/shared_servers/1/accept").status_code == status


def test_a_share_is_updated_by_post(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    path = f"/api/v2/shared_servers/{stand_in.v2_share(olivia, server, maya).json()['id']}"
    changes = {"librarySectionIds": [server["sections"][1]["id"]], "settings": {"allowTuners": 1}}

    stand_in.v2(olivia, "POST", path, changes).raise_for_status()

    (share,) = stand_in.shares(server)
    assert (share["section_ids"], share["settings"]["allowTuners"]) == (changes["librarySectionIds"], 1)
    assert stand_in.v2(olivia, "PUT", path, changes).status_code == 405


def test_a_share_is_deleted_once(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    path = f"/api/v2/shared_servers/{stand_in.v2_share(olivia, server, maya).json()['id']}"

    assert stand_in.v2(maya, "DELETE", path).status_code == 404
    assert stand_in.v2(olivia, "DELETE", path).status_code == 204
    assert stand_in.v2(olivia, "DELETE", path).status_code == 404


def test_live_tv_is_set_by_the_share_endpoint_only(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    stand_in.v2_share(olivia, server, maya)

    stand_in.v2(olivia, "PUT", f"/api/v2/sharings/{maya['id']}?allowTuners=2&allowSync=1").raise_for_status()

    settings = stand_in.shares(server)[0]["settings"]
    assert (settings["allowTuners"], settings["allowSync"]) == (0, True)
