import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree.ElementTree import ParseError

import pytest
import requests
from plexapi.exceptions import BadRequest, NotFound, Unauthorized

from tests.local.test_plex_stand_in.client import StandInClient

Row = dict[str, Any]
USER = "/api/v2/user"
INVITE = "/api/servers/[^/]+/shared_servers"


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (401, Unauthorized),
        (403, BadRequest),
        (404, NotFound),
        (410, BadRequest),
        (422, BadRequest),
        (429, BadRequest),
        (498, TypeError),
        (500, BadRequest),
        (502, BadRequest),
        (503, BadRequest),
        (520, TypeError),
        (522, TypeError),
        (524, TypeError),
        (530, TypeError),
    ],
)
def test_a_status_reaches_plexapi_as_the_real_one_would(
    stand_in: StandInClient, olivia: Row, status: int, raised: type[Exception]
) -> None:
    stand_in.fault("status", USER, status=status)

    with pytest.raises(raised):
        stand_in.plexapi(olivia)


def test_an_error_takes_the_form_of_its_path(stand_in: StandInClient, olivia: Row) -> None:
    for path in (USER, "/api/users/"):
        stand_in.fault("status", path, status=429, retry_after="7")
    v2, v1 = stand_in.v2(olivia, "GET", USER), stand_in.v2(olivia, "GET", "/api/users/")

    assert v2.json()["errors"][0]["code"] == 1003
    assert '<Response code="429"' in v1.text
    assert v2.headers["Retry-After"] == v1.headers["Retry-After"] == "7"


def test_a_server_error_is_a_page(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("status", USER, status=502)

    answer = stand_in.v2(olivia, "GET", USER)

    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_timeout_holds_the_answer_back(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("timeout", USER)

    with pytest.raises(requests.ReadTimeout):
        stand_in.session.get(
            f"{stand_in.url.replace('http:', 'https:')}{USER}",
            headers={"X-Plex-Client-Identifier": "x", "X-Plex-Token": olivia["token"]},
            timeout=0.1,
        )


def test_slow_is_late_but_right(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("slow", USER, seconds=0.2)
    started = time.monotonic()

    assert stand_in.plexapi(olivia).id == olivia["id"]
    assert time.monotonic() - started >= 0.2


def test_a_dropped_connection_breaks_without_an_answer(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("drop", USER)

    with pytest.raises(requests.ConnectionError):
        stand_in.plexapi(olivia)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_truncated_answer_ends_too_early(stand_in: StandInClient, olivia: Row, when: str) -> None:
    stand_in.fault("truncate", USER, when=when)

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        stand_in.plexapi(olivia)


def test_garbage_cannot_be_read(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("garbage", USER, times=2)

    with pytest.raises(ParseError):
        stand_in.plexapi(olivia)
    with pytest.raises(ValueError, match=r"."):
        stand_in.v2(olivia, "GET", USER).json()


def test_an_empty_answer_makes_an_account_without_attributes(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("empty", USER)

    assert not hasattr(stand_in.plexapi(olivia), "id")


@pytest.mark.parametrize("kind", ["html", "wrong_shape"])
def test_a_well_formed_page_passes_for_an_invite(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row, kind: str
) -> None:
    stand_in.fault(kind, INVITE, method="POST")

    assert stand_in.invite(olivia, server, "maya") is not None
    assert stand_in.shares(server) == []


def test_the_wrong_shape_is_json_where_that_is_asked_for(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("wrong_shape", USER)

    assert "id" not in stand_in.v2(olivia, "GET", USER).json()


@pytest.mark.parametrize(("when", "shares"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["drop", "status", "truncate"])
def test_a_lost_answer_may_hide_an_effect(
    stand_in: StandInClient, olivia: Row, maya: Row, server: Row, kind: str, when: str, shares: int
) -> None:
    stand_in.fault(kind, INVITE, method="POST", when=when)

    with pytest.raises((BadRequest, requests.RequestException)):
        stand_in.invite(olivia, server, "maya")

    assert len(stand_in.shares(server)) == shares


def test_a_fault_skips_hits_and_stops(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("status", USER, status=503, skip=1, times=2)

    assert [stand_in.v2(olivia, "GET", USER).status_code for _ in range(4)] == [200, 503, 503, 200]
    (fault,) = stand_in.ask("GET", "/_standin/faults")["faults"]
    assert (fault["seen"], fault["fired"]) == (4, 2)


def test_a_fault_without_a_number_lasts_until_it_is_cleared(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("status", "/api/.*", status=503, times=None)
    assert {stand_in.v2(olivia, "GET", USER).status_code for _ in range(3)} == {503}

    stand_in.ask("DELETE", "/_standin/faults")

    assert stand_in.v2(olivia, "GET", USER).status_code == 200


def test_a_fault_hits_its_method_and_its_whole_path_only(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("status", "/api/v2/us", status=503)
    stand_in.fault("status", USER, status=503, method="POST")

    assert stand_in.v2(olivia, "GET", USER).status_code == 200


@pytest.mark.parametrize("odd", [{"kind": "flood", "path": "/"}, {"kind": "drop", "path": "("}, {"kind": "drop"}])
def test_an_odd_fault_is_refused(stand_in: StandInClient, odd: Row) -> None:
    assert stand_in.control.post("/_standin/faults", json=odd).status_code == 400


def test_latency_delays_plex_and_not_its_control(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.options(latency_seconds=1)
    started = time.monotonic()
    stand_in.ask("GET", "/_standin/calls")
    assert time.monotonic() - started < 1

    stand_in.v2(olivia, "GET", USER)

    assert time.monotonic() - started >= 1


def test_clearing_the_faults_lets_go_of_a_held_call(stand_in: StandInClient, olivia: Row) -> None:
    stand_in.fault("slow", USER, seconds=30)
    with ThreadPoolExecutor(1) as caller:
        held = caller.submit(stand_in.plexapi, olivia)
        while not stand_in.ask("GET", "/_standin/faults")["faults"][0]["fired"]:
            time.sleep(0.01)
        stand_in.ask("DELETE", "/_standin/faults")

        assert held.result(timeout=5).id == olivia["id"]
