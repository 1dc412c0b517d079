"""What each route and each function asks of AWS, call by call: a table that every change of it must be written into.

Calls follow one another as they stand here. `make bench ONLY=cost` says what they cost in units.
"""

import re
import time
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest

from local.pollers import Poller
from testing import each_function, each_route
from testing.metering.calls import counting, depth, of_aws

WHO = "TransactGetItems"
"""Session and account (and, where they are needed, the settings), in one read."""

RATE = "UpdateItem"
"""The rate limit's one write."""

READ, WRITE = "TransactGetItems", "TransactWriteItems"
SHOWN = f"{READ} Query Query"
"""An invite with its settings, its redemptions and its audit entries."""

ROUTES = {
    "GET /health": "",
    "GET /openapi.json": "",
    "GET /signup.css": "",
    "GET /signup.js": "",
    "GET /signup": f"{RATE} {READ}",
    "HEAD /signup": f"{RATE} {READ}",
    "GET /signup/{code}": f"{RATE} {READ}",
    "POST /signup/{code}/plex": f"{RATE} {READ} PutItem",
    "POST /signup/{code}/plex/{sign_in_id}, waiting": f"{RATE} {READ}",
    "POST /signup/{code}/plex/{sign_in_id}, claiming": f"{RATE} {READ} {WRITE} SendMessage",
    "POST /signup/{code}/plex/{sign_in_id}, again": f"{RATE} {READ} {READ} GetItem",
    "POST /signup/{code}/local": f"{RATE} {READ} {WRITE}",
    "GET /redemptions/{redemption_id}": f"{WHO} GetItem",
    "GET /setup": "GetItem",
    "POST /setup": f"{RATE} {WHO} {READ} PutItem SendMessage",
    "POST /setup/{sign_in_id}": (
        f"{RATE} {READ} {READ} {READ} GetItem {WRITE} PutParameter GetItem UpdateItem SendMessage"
    ),
    "PUT /setup/server": f"{WHO} {READ} GetItem UpdateItem SendMessage GetItem",
    "POST /auth/plex": f"{RATE} GetItem PutItem",
    "POST /auth/plex/{sign_in_id}": f"{RATE} {READ} GetItem GetItem GetItem UpdateItem SendMessage {WRITE}",
    "POST /auth/local": f"{RATE} {READ} {RATE} {READ} {WRITE} DeleteItem",
    "GET /auth/me": f"{WHO} {READ}",
    "DELETE /auth/session": f"{WHO} DeleteItem",
    "DELETE /auth/sessions": f"{WHO} UpdateItem",
    "PUT /me/password": f"{WHO} {READ} {RATE} {WRITE} DeleteItem",
    "GET /me/sessions": f"{WHO} Query",
    "DELETE /me/sessions/{session_id}": f"{WHO} Query DeleteItem",
    "POST /users/{user_id}/password-reset": f"{WHO} {READ} {READ} {WRITE}",
    "PUT /auth/password/{token}": f"{RATE} GetItem {READ} {WRITE}",
    "GET /me/export": f"{WHO} {READ} GetItem Query Query GetItem Query",
    "DELETE /me": f"{WHO} {READ} SendMessage {READ} {WRITE} UpdateItem SendMessage Query",
    "GET /invites": f"{WHO} Query",
    "GET /invites, of all creators": f"{WHO} Query",
    "GET /invites, active": f"{WHO} Query",
    "GET /invites, expired": f"{WHO} Query Query",
    "GET /invites, searched": f"{WHO} Query",
    "GET /invites, with redeemers": f"{WHO} Query BatchGetItem",
    "POST /invites": f"{WHO} {READ} {WRITE}",
    "POST /invites, with all options": f"{WHO} {READ} {WRITE}",
    "GET /invites/{code}": f"{WHO} {SHOWN}",
    "PATCH /invites/{code}": f"{WHO} {READ} {WRITE} {SHOWN}",
    "PATCH /invites/{code}, expiry": f"{WHO} {READ} {WRITE} Query {SHOWN}",
    "PATCH /invites/{code}, switch": f"{WHO} {READ} {WRITE} {SHOWN}",
    "DELETE /invites/{code}": f"{WHO} {READ} {WRITE} Query",
    "GET /invites/{code}/redemptions": f"{WHO} GetItem Query",
    "GET /invites/{code}/qr, drawn": f"{WHO} {READ} {WRITE} HeadObject PutObject BatchGetItem",
    "GET /invites/{code}/qr, again": f"{WHO} {READ} {WRITE} HeadObject",
    "DELETE /invites/{code}/qr": f"{WHO} {READ} Query DeleteItem",
    "GET /redemptions": f"{WHO} Query Query Query Query Query",
    "GET /redemptions, in one state": f"{WHO} Query",
    "POST /redemptions/{redemption_id}/retry": f"{WHO} GetItem GetItem UpdateItem SendMessage",
    "GET /users": f"{WHO} Query BatchGetItem",
    "GET /users, by the end of access": f"{WHO} Query BatchGetItem BatchGetItem",
    "GET /users/{user_id}": f"{WHO} {READ} Query",
    "PATCH /users/{user_id}": f"{WHO} {READ} {WRITE}",
    "GET /users/{user_id}/access": f"{WHO} {READ}",
    "PATCH /users/{user_id}/access": f"{WHO} {READ} {WRITE} SendMessage",
    "POST /users/{user_id}/access/restore": f"{WHO} {READ} {WRITE} SendMessage",
    "POST /users/{user_id}/access/accept": f"{WHO} {READ} {WRITE}",
    "POST /users/{user_id}/access/suspend": f"{WHO} {READ} {WRITE} SendMessage",
    "POST /users/{user_id}/access/resume": f"{WHO} {READ} {WRITE} SendMessage",
    "POST /users/{user_id}/access/extend": f"{WHO} {READ} {WRITE} SendMessage",
    "POST /users/{user_id}/access/delete-profile": f"{WHO} {READ} {WRITE} SendMessage",
    "GET /access": f"{WHO} GetItem Query BatchGetItem",
    "GET /seats": f"{WHO} GetItem GetItem",
    "POST /access/bulk": f"{WHO} GetItem PutItem SendMessage",
    "GET /batches/{batch_id}": f"{WHO} GetItem",
    "POST /access/look": f"{WHO} GetItem UpdateItem SendMessage",
    "GET /access/look": f"{WHO} GetItem",
    "GET /access/looks/{look_id}": f"{WHO} GetItem",
    "GET /access/unknown": f"{WHO} Query BatchGetItem",
    "POST /access/adopt": f"{WHO} GetItem Query BatchGetItem GetItem {WRITE}",
    "POST /me/extension": f"{WHO} {READ} {WRITE}",
    "GET /extensions": f"{WHO} Query BatchGetItem",
    "POST /extensions/{user_id}/approve": f"{WHO} Query BatchGetItem {READ} {WRITE} SendMessage",
    "POST /extensions/{user_id}/refuse": f"{WHO} {WRITE}",
    "GET /me/access": f"{WHO} {READ}",
    "DELETE /users/{user_id}": f"{WHO} {READ} SendMessage {READ} {WRITE} UpdateItem SendMessage Query",
    "GET /settings": WHO,
    "PATCH /settings": f"{WHO} GetItem {WRITE}",
    "GET /libraries": WHO,
    "POST /libraries/refresh": f"{WHO} GetItem UpdateItem SendMessage",
    "GET /stats": f"{WHO} GetItem BatchGetItem Query Query Query",
    "GET /audit": f"{WHO} Query",
    "GET /keys": f"{WHO} Query",
    "POST /keys": f"{WHO} Query {WRITE}",
    "DELETE /keys/{key_id}": f"{WHO} Query {WRITE}",
    "GET /endpoints": f"{WHO} Query",
    "POST /endpoints": f"{WHO} Query {WRITE}",
    "GET /endpoints/{endpoint_id}": f"{WHO} GetItem",
    "PATCH /endpoints/{endpoint_id}": f"{WHO} GetItem {WRITE} GetItem",
    "DELETE /endpoints/{endpoint_id}": f"{WHO} GetItem {WRITE}",
    "POST /endpoints/{endpoint_id}/test": f"{WHO} GetItem {WRITE}",
    "POST /endpoints/{endpoint_id}/rotate": f"{WHO} GetItem {WRITE}",
    "GET /endpoints/{endpoint_id}/deliveries": f"{WHO} GetItem Query",
    "POST /deliveries/{delivery_id}/replay": f"{WHO} GetItem GetItem {WRITE}",
}

LOOK = "provision, a look at everybody"
FUNCTIONS = {
    "provision, a friend": (
        f"{READ} UpdateItem GetItem GetParameter {WRITE} GetParameter {WRITE} {WRITE} SendMessage GetItem {WRITE}"
    ),
    "provision, a friend in the Home": (
        f"{READ} UpdateItem GetItem GetParameter {WRITE} GetParameter UpdateItem {WRITE} {WRITE} {WRITE} "
        f"SendMessage GetItem {WRITE}"
    ),
    "provision, the end of an account's access": (
        f"{READ} UpdateItem UpdateItem GetParameter UpdateItem SendMessage GetItem {WRITE}"
    ),
    "provision, a token signed out": "GetItem GetParameter DeleteItem",
    LOOK: "GetItem UpdateItem GetItem GetItem GetParameter GetItem Query Query UpdateItem",
    "provision, the libraries": "GetItem GetItem GetParameter UpdateItem",
    "announce, an entry that nobody hears": "Query",
    "deliver, nothing due": "Query",
    "tidy_qr, an image given up": "BatchGetItem GetItem DeleteObject",
    "tidy_qr, an image of an expired invite": "BatchGetItem GetItem DeleteObject",
}

PLEX_CALLS = {"provision, a friend": 3, "provision, a friend in the Home": 8}

IDLE_SWEEP = "sweep, nothing due"
SWEPT = ["GetItem"] * 2 + ["Query"] * 9


WITH_REMINDERS = [*SWEPT, "Query"]
"""From ten o'clock on, once an hour."""


def test_every_route_has_its_place_in_the_table(stack):
    from app import app

    routes = {f"{method} {path}" for path, methods in app.routes.items() for method in methods}
    assert {each_route.route_of(name) for name in ROUTES} == routes
    assert ROUTES.keys() == each_route.SCENARIOS.keys()


def test_every_function_has_its_place_in_the_table(stack):
    from app import app

    functions = {source.name for source in app.event_sources} | {each.name for each in app.pure_lambda_functions}
    assert {name.partition(",")[0] for name in (*FUNCTIONS, IDLE_SWEEP)} == functions
    assert FUNCTIONS.keys() | {IDLE_SWEEP} == each_function.SCENARIOS.keys()


@pytest.mark.parametrize("name", ROUTES)
def test_a_route_asks_of_aws_what_the_table_says(stack, name):
    calls = of_aws(each_route.walk(stack, name))
    assert " ".join(call.operation for call in calls) == ROUTES[name]
    assert depth(calls) == len(calls)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_asks_of_aws_and_plex_what_the_tables_say(stack, name):
    calls = each_function.walk(stack, name)
    aws = of_aws(calls)
    asked = " ".join(call.operation for call in aws)
    if name == LOOK:  # accesses that other tests have workers at are read in vain
        asked = re.sub("Query( GetItem)* Query", "Query Query", asked)
        asked = re.sub("UpdateItem UpdateItem$", "UpdateItem", asked)  # people without an account were counted anew
    assert asked == FUNCTIONS[name]
    assert len(calls) - len(aws) == PLEX_CALLS.get(name, len(calls) - len(aws))


def test_a_sweep_with_nothing_to_do_asks_once_for_each_kind_of_thing(stack):
    deadline = time.monotonic() + 30
    while sorted(call.operation for call in each_function.walk(stack, IDLE_SWEEP)) not in (SWEPT, WITH_REMINDERS):
        assert time.monotonic() < deadline  # other tests leave things to be swept, and the stack's own sweep helps


def test_nothing_is_ever_found_by_a_scan():
    assert not [name for name, calls in (ROUTES | FUNCTIONS).items() if "Scan" in calls]


def test_calls_of_any_thread_are_counted_but_for_those_of_lambda_s_own_pollers(stack):
    from chalicelib import wiring

    class Polling(Poller):
        def run(self):
            wiring.ports.settings.get()

    source: Any = SimpleNamespace(name="a queue")
    polling, other = Polling(source, None, Event()), Thread(target=wiring.ports.settings.get)  # type: ignore[arg-type]
    with counting() as calls:
        for thread in (polling, other):
            thread.start()
            thread.join()
    assert [call.operation for call in calls] == ["GetItem"]


@pytest.mark.parametrize("name", ["POST /signup/{code}/plex/{sign_in_id}, claiming", "PATCH /invites/{code}, switch"])
def test_units_are_computed_as_the_emulator_reports_them_where_it_knows(stack, name):
    """It knows all but what queries read; those here find less than half a unit."""
    calls = each_route.walk(stack, name, units=True)
    for call in calls:
        assert call.units.read + call.units.write + call.units.index == call.reported, call
