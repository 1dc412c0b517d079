"""The libraries: from Plex, through the queue, into the settings."""

import time

import pytest

from local.plex import demo


@pytest.fixture
def one_more_library(stack):
    """Another library on the server, gone again afterwards."""
    path = f"/_standin/servers/{demo.MACHINE_ID}/sections"
    section = stack.plex.control.post(path, json={"title": "Documentaries", "type": "movie"})
    assert section.is_success, section.text
    yield str(section.json()["id"])
    stack.plex.control.delete(f"{path}/{section.json()['id']}")
    _refresh(stack)


def test_the_libraries_are_shown_as_plex_has_them(stack):
    shown = stack.admin.get("/libraries").json()
    assert shown["server"] == {"machine_id": demo.MACHINE_ID, "name": demo.SERVER_NAME}
    movies = next(library for library in shown["libraries"] if library["id"] == str(demo.MOVIES))
    assert movies == {"id": str(demo.MOVIES), "key": movies["key"], "title": "Movies", "type": "movie", "enabled": True}


def test_a_refresh_brings_what_is_new_and_is_no_edit_of_the_settings(stack, one_more_library):
    before = stack.admin.get("/settings").json()
    shown = _refresh(stack)
    assert one_more_library in [library["id"] for library in shown["libraries"] if library["enabled"]]
    assert (shown["libraries_refresh"], shown["libraries_refresh_message"]) == ("idle", None)
    assert stack.admin.get("/settings").json() == before


def test_a_refresh_that_fails_says_so_and_goes_on_by_itself(stack):
    stack.plex.fault(
        method="GET", path=f"/api/servers/{demo.MACHINE_ID}", when="before", kind="status", status=503, retry_after="1"
    )
    stack.admin.post("/libraries/refresh")
    failed = _wait_until(stack, "failed")
    assert "Plex does not answer" in failed["libraries_refresh_message"]
    assert failed["libraries"]
    _wait_until(stack, "idle")


def test_people_who_may_choose_libraries_see_them(stack):
    for permissions, status in (
        (["streamarr", "create_invites"], 403),
        (["create_invites", "advanced_invites"], 200),
        (["manage_invites"], 200),
    ):
        assert stack.member(*permissions).http.get("/libraries").status_code == status


def _refresh(stack):
    before = stack.admin.get("/libraries").json()["libraries_refreshed_at"]
    asked = stack.admin.post("/libraries/refresh")
    assert (asked.status_code, asked.json()["libraries_refresh"]) == (202, "running")
    shown = _wait_until(stack, "idle")
    assert shown["libraries_refreshed_at"] > (before or "")
    return shown


def _wait_until(stack, state, seconds=20):
    deadline = time.monotonic() + seconds
    while (shown := stack.admin.get("/libraries").json())["libraries_refresh"] != state:
        assert time.monotonic() < deadline, shown
        time.sleep(0.1)
    return shown
