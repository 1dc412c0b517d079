from typing import Any

import pytest

from local.plex import demo
from local.plex.server import running
from local.plex.world import World
from tests.local.test_plex_stand_in.client import StandInClient

Row = dict[str, Any]


def test_calls_are_recorded_in_order_and_without_tokens(stand_in: StandInClient) -> None:
    olivia = stand_in.person("olivia")
    stand_in.v2(olivia, "GET", "/api/v2/user")
    stand_in.v2(olivia, "GET", f"/api/users/?X-Plex-Token={olivia['token']}&a=1")

    calls = stand_in.control.get("/_standin/calls")

    assert olivia["token"] not in calls.text
    first, second = calls.json()["calls"]
    assert (first["method"], first["path"], first["status"]) == ("GET", "/api/v2/user", 200)
    assert (second["path"], second["query"]) == ("/api/users/", "a=1")
    assert first["token_sha256"] == second["token_sha256"]
    stand_in.ask("DELETE", "/_standin/calls")
    assert stand_in.ask("GET", "/_standin/calls")["calls"] == []


def test_a_call_without_an_answer_is_recorded_with_its_fault(stand_in: StandInClient) -> None:
    stand_in.fault("drop", "/api/v2/ping")
    with pytest.raises(Exception, match="disconnected"):
        stand_in.v2(None, "GET", "/api/v2/ping")

    (call,) = stand_in.ask("GET", "/_standin/calls")["calls"]

    assert (call["status"], call["fault"]) == (None, "drop")


def test_every_secret_ever_issued_is_listed_even_after_a_reset(stand_in: StandInClient) -> None:
    olivia, maya = stand_in.person("olivia"), stand_in.person("maya")
    made = stand_in.v2_share(olivia, stand_in.server(olivia), maya)
    stand_in.v2(maya, "POST", f"/api/v2/shared_servers/{made.json()['id']}/accept")
    (resource,) = stand_in.plexapi(maya).resources()

    stand_in.ask("POST", "/_standin/reset")

    listed = stand_in.ask("GET", "/_standin/tokens")
    assert listed["tokens"] == []
    assert {olivia["token"], maya["token"], resource.accessToken} <= {*listed["ever_issued"]}


def test_a_removed_account_leaves_nothing_behind(stand_in: StandInClient) -> None:
    olivia, maya = stand_in.person("olivia"), stand_in.person("maya")
    server = stand_in.server(olivia)
    stand_in.v2_share(olivia, server, maya)

    stand_in.ask("DELETE", f"/_standin/accounts/{maya['id']}")

    assert stand_in.shares(server) == []
    assert stand_in.v2(maya, "GET", "/api/v2/user").status_code == 401


def test_a_removed_section_leaves_every_share(stand_in: StandInClient) -> None:
    olivia, maya = stand_in.person("olivia"), stand_in.person("maya")
    server = stand_in.server(olivia)
    movies, shows = (section["id"] for section in server["sections"])
    stand_in.v2_share(olivia, server, maya, sections=[movies, shows])

    stand_in.ask("DELETE", f"/_standin/servers/{server['machine_id']}/sections/{movies}")

    assert stand_in.shares(server)[0]["section_ids"] == [shows]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_standin/accounts", {"username": "maya"}, 400),
        ("/_standin/accounts", {"username": "noah", "email": "n@example.org", "odd": 1}, 400),
        ("/_standin/accounts", {"username": "maya", "email": "other@example.org"}, 409),
        ("/_standin/servers", {"owner_id": 1, "name": "Nobody's"}, 404),
        ("/_standin/shares", {"machine_id": "none", "account_id": 1}, 404),
        ("/_standin/nothing", {}, 404),
    ],
)
def test_what_cannot_be_done_is_said(stand_in: StandInClient, path: str, body: Row, status: int) -> None:
    stand_in.person("maya")

    answer = stand_in.control.post(path, json=body)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_demo_is_the_same_at_every_start() -> None:
    seen = []
    for _ in range(2):
        with running(World(demo.furnish)) as plex:
            seen.append(
                (
                    {(one.id, one.username) for one in plex.world.accounts.values()},
                    [section.id for section in plex.world.servers[demo.MACHINE_ID].sections],
                    set(plex.world.tokens),
                )
            )

    assert seen[0] == seen[1]


def test_in_the_demo_one_has_access_and_one_is_unconfirmed() -> None:
    world = World(demo.furnish)

    (share,) = world.shares.values()
    assert (share.invitee, share.accepted_at is None) == (demo.HAS_ACCESS.id, False)
    assert world.accounts[demo.UNCONFIRMED.id].confirmed is False
    assert world.accounts[demo.OWNER.id].subscription is True
