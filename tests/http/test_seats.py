"""Seats over HTTP: however many come at once, no more are let in than there are."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

PEOPLE = int(os.environ.get("SEATS_PEOPLE", "60"))
"""How many want the last three seats; 200 by hand."""


@pytest.fixture
def seats(stack):
    """Gives how the seats stand, once nothing moves them any more."""

    stack.looks_at_everybody()  # so that no later look counts people whom another test left on Plex

    def read():
        seen = None
        while seen != (latest := stack.admin.get("/seats").json()):
            seen = latest
            time.sleep(1)  # what other tests left under way
        return latest

    return read


@pytest.fixture
def only(stack, seats):
    """Leaves so many seats; all of them again afterwards."""

    def leave(number):
        limit = seats()["used"] + number
        stack.admin.patch("/settings", json={"seat_limit": limit}).raise_for_status()
        return limit

    yield leave
    stack.admin.patch("/settings", json={"seat_limit": 10_000}).raise_for_status()


def test_of_many_at_once_only_as_many_are_let_in_as_there_are_seats(stack, seats, only):
    code, visitors = stack.invite(usage_limit=None), [stack.visitor() for _ in range(PEOPLE)]
    limit = only(3)
    with ThreadPoolExecutor(PEOPLE) as crowd:
        sign_ins = list(crowd.map(lambda visitor: visitor.signs_in(code), visitors))
        answers = list(crowd.map(lambda pair: pair[0].completes(code, pair[1]), zip(visitors, sign_ins, strict=True)))
    refused = [answer for answer in answers if answer.status_code != 202]
    assert len(answers) - len(refused) == 3
    assert {(answer.status_code, answer.json()["Message"]) for answer in refused} == {
        (409, "The server is full at the moment")
    }
    for visitor, answer in zip(visitors, answers, strict=True):
        if answer.status_code == 202:
            visitor.waits(answer, seconds=60)
    assert (seats()["used"], stack.shown(code)["uses"]) == (limit, 3)
    assert sum(len(stack.plex.shares(visitor.account)) for visitor in visitors) == 3


def test_a_seat_is_free_again_once_its_member_is_gone(stack, seats, only):
    code, (leaving, coming) = stack.invite(usage_limit=2), (stack.visitor(), stack.visitor())
    only(1)
    user_id = leaving.waits(leaving.redeems(code))["user"]["id"]
    full = coming.redeems(code)
    assert (full.status_code, full.json()["Code"]) == (409, "SeatsTaken")
    assert stack.admin.delete(f"/users/{user_id}").status_code == 204
    deadline = time.monotonic() + 20
    while (answer := coming.redeems(code)).status_code != 202:
        assert (answer.json()["Code"], time.monotonic() < deadline) == ("SeatsTaken", True)
        time.sleep(0.5)
    coming.waits(answer)
