"""Odd requests, made from the contract by schemathesis: every answer is one that the contract documents."""

import itertools
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from requests.adapters import HTTPAdapter
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from local.openapi import contract
from testing.contract import Answer, check_answer, operations

ODD, FINE = GenerationMode.NEGATIVE, GenerationMode.POSITIVE
REAL, MADE_UP = True, False
PLAN = (
    ("admin", FINE, REAL, 5),
    ("admin", FINE, MADE_UP, 2),
    ("admin", ODD, REAL, 8),
    ("visitor", FINE, MADE_UP, 1),
    ("visitor", ODD, MADE_UP, 2),
)
"""Who asks, how, of what, and how often: what is plainly wrong is found in half a minute for the whole stack."""

_documented = schemathesis.openapi.from_dict(contract())
_addresses = itertools.count(1)


@pytest.fixture(autouse=True)
def settings_stay(stack):
    before = stack.admin.get("/settings").json()
    yield
    version = stack.admin.get("/settings").json()["version"]
    stack.admin.patch("/settings", json={**before, "version": version}).raise_for_status()


@pytest.mark.parametrize("named", sorted(operations()), ids=" ".join)
def test_every_answer_is_documented_however_odd_the_request(stack, named):
    path, method = named
    for who, mode, real, times in PLAN:
        if mode is FINE or _can_be_odd(path, method):
            session = _session(stack.member("admin").token if who == "admin" else None)
            parameters = _real_ids(stack, path) if real else None
            ask = _asking(stack, _documented[path][method], session, mode, parameters, times)
            ask()


def _can_be_odd(path, method):
    operation = contract()["paths"][path][method.lower()]
    return operation.get("security") != [] or not {"parameters", "requestBody"}.isdisjoint(operation)


def _asking(stack, operation, session, mode, parameters, times):
    @settings(
        max_examples=times,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=parameters))
    def ask(case):
        answer = case.call(base_url=f"{stack.origin}/api", session=session, headers=dict(session.headers))
        headers = {name.lower(): values[0] for name, values in answer.headers.items()}
        path = urlsplit(answer.request.url).path
        check_answer(Answer(answer.request.method, path, answer.status_code, headers, answer.content))
        assert not (_has_an_odd_body(case) and answer.status_code < 400), (case.body, answer.text)

    return ask


def _has_an_odd_body(case):
    body = case.meta.components.get(ParameterLocation.BODY)
    return body is not None and body.mode is ODD


def _real_ids(stack, path):
    """Something that is there, for a path that names something."""
    if "{code}" in path:
        return {"code": stack.invite()} | ({"sign_in_id": "0" * 32} if "{sign_in_id}" in path else {})
    if "{user_id}" in path:
        return {"user_id": stack.member("streamarr").id}
    return None


def _session(token):
    """From an address of its own, so that no rate limit answers for the route."""
    session = requests.Session()
    session.trust_env = False
    number = next(_addresses)
    adapter = HTTPAdapter()
    adapter.init_poolmanager(1, 1, source_address=(f"127.7.{number // 250}.{number % 250 + 1}", 0))
    session.mount("http://", adapter)
    session.headers.clear()
    if token:
        session.headers["Authorization"] = f"Bearer {token}"
    return session
