"""What an owner and their people do on plex.tv, and how plex.tv may write and cut its lists."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.local.test_plex_stand_in.client import StandInClient

Row = dict[str, Any]
FILTER = "contentRating=G%2CPG|label=Kids"


def shared(stand_in: StandInClient, server: Row, person: Row, **more: Any) -> Row:
    asked = {"machine_id": server["machine_id"], "account_id": person["id"], **more}
    made: Row = stand_in.ask("POST", "/_standin/shares", asked)
    return made


def rows(stand_in: StandInClient, person: Row, path: str, start: int = 0) -> ET.Element:
    answer = stand_in.v2(person, "GET", f"{path}?X-Plex-Container-Start={start}&X-Plex-Container-Size=100")
    return ET.fromstring(answer.content)  # noqa: S314 - the stand-in's own


def test_a_share_is_changed_as_an_owner_does_it(stand_in: StandInClient, server: Row, maya: Row) -> None:
    share = shared(stand_in, server, maya)
    movies = server["sections"][0]["id"]
    changes = {"section_ids": [movies], "settings": {"allowSync": True}, "accepted": False}
    changed = stand_in.ask("PATCH", f"/_standin/shares/{share['id']}", changes)
    assert (changed["section_ids"], changed["all_libraries"], changed["accepted"]) == ([movies], False, False)
    assert changed["settings"]["allowSync"] is True
    everything = stand_in.ask("PATCH", f"/_standin/shares/{share['id']}", {"section_ids": [], "accepted": True})
    assert (everything["all_libraries"], everything["accepted"]) == (True, True)


def test_an_owner_parts_with_a_person(stand_in: StandInClient, olivia: Row, maya: Row, server: Row) -> None:
    stand_in.ask("POST", "/_standin/friendships", {"account_ids": [olivia["id"], maya["id"]]})
    shared(stand_in, server, maya)
    path = f"/_standin/friendships/{olivia['id']}/{maya['id']}"
    stand_in.ask("DELETE", path)
    assert (stand_in.shares(server), stand_in.plexapi(olivia).users()) == ([], [])
    assert stand_in.control.delete(path).status_code == 404


@pytest.mark.parametrize("has_joined", [True, False])
def test_a_member_leaves_the_home_and_an_invitation_into_it_is_declined(
    stand_in: StandInClient, olivia: Row, maya: Row, has_joined: bool
) -> None:
    stand_in.ask("PATCH", f"/_standin/accounts/{olivia['id']}", {"home": True})
    if has_joined:
        stand_in.ask("PATCH", f"/_standin/accounts/{maya['id']}", {"home_of": olivia["id"]})
    else:
        stand_in.v2(olivia, "POST", "/api/home/users?invitedEmail=maya")
    stand_in.ask("DELETE", f"/_standin/homes/{olivia['id']}/members/{maya['id']}")
    listed = stand_in.ask("GET", "/_standin/homes")
    assert (listed["homes"][0]["member_ids"], listed["pending"]) == ([olivia["id"]], [])


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({}, FILTER),
        ({"filters_joined_by": "&"}, "contentRating=G%2CPG&label=Kids"),
        ({"filters_reversed": True}, "label=Kids|contentRating=PG%2CG"),
        ({"filters_unquoted": True}, "contentRating=G,PG|label=Kids"),
    ],
)
def test_filters_are_written_in_several_ways(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row, options: Row, written: str
) -> None:
    stand_in.v2_share(olivia, server, maya, filterMovies=FILTER)
    stand_in.options(**options)
    (row,) = rows(stand_in, olivia, f"/api/servers/{server['machine_id']}/shared_servers")
    (of_v2,) = stand_in.v2(olivia, "GET", "/api/v2/shared_servers/owned/pending").json()
    assert row.attrib["filterMovies"] == of_v2["sharingSettings"]["filterMovies"] == written


def test_a_quick_second_change_of_filters_has_no_effect(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row
) -> None:
    share = stand_in.v2_share(olivia, server, maya).json()
    stand_in.options(filters_settle_seconds=60)
    for hidden in ("label=Kids", "label=Family"):
        answer = stand_in.v2(
            olivia, "POST", f"/api/v2/shared_servers/{share['id']}", {"settings": {"filterMovies": hidden}}
        )
        assert answer.is_success
    assert stand_in.shares(server)[0]["settings"]["filterMovies"] == "label=Kids"
    stand_in.options(filters_settle_seconds=0)
    stand_in.v2(olivia, "POST", f"/api/v2/shared_servers/{share['id']}", {"settings": {"filterMovies": "label=Family"}})
    assert stand_in.shares(server)[0]["settings"]["filterMovies"] == "label=Family"


def test_a_page_is_shifted_as_often_as_it_is_told(stand_in: StandInClient, olivia: Row, server: Row) -> None:
    for name in ("anna", "berta", "carla"):
        shared(stand_in, server, stand_in.person(name))
    path = f"/api/servers/{server['machine_id']}/shared_servers"
    stand_in.options(page_size=1, pages_shift_after=1, pages_shift_times=1)
    names = [rows(stand_in, olivia, path, start)[0].attrib["username"] for start in (0, 1, 1)]
    assert names == ["anna", "carla", "berta"]


@pytest.mark.parametrize(("kind", "left"), [("shrink", 1), ("odd_row", 4)])
def test_a_list_comes_shorter_or_with_an_odd_row_and_with_totals_that_fit(
    stand_in: StandInClient, olivia: Row, server: Row, kind: str, left: int
) -> None:
    for name in ("anna", "berta", "carla"):
        shared(stand_in, server, stand_in.person(name))
    v1, v2 = f"/api/servers/{server['machine_id']}/shared_servers", "/api/v2/shared_servers/owned/accepted"
    for path in (v1, v2):
        stand_in.fault(kind, path)
    listed = rows(stand_in, olivia, v1)
    assert (len(listed), listed.attrib["size"]) == (left, str(left))
    assert len(stand_in.v2(olivia, "GET", v2).json()) == left


@pytest.mark.parametrize(("listed", "names"), [(True, ["maya"]), (False, [])])
def test_who_is_invited_into_the_home_stands_among_the_people_or_among_the_invites_alone(
    stand_in: StandInClient, olivia: Row, maya: Row, listed: bool, names: list[str]
) -> None:
    stand_in.options(users_list_home_invites=listed)
    stand_in.v2(olivia, "POST", "/api/home/users?invitedEmail=maya")
    assert [row.attrib["username"] for row in rows(stand_in, olivia, "/api/users/")] == names
    assert [row.attrib["home"] for row in rows(stand_in, olivia, "/api/invites/requested")] == ["1"]
