"""A caller who asks too often is kept out for a while, and no other caller is."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from chalicelib.accounts.rate_limits import LIMITS, SURCHARGES, Route
from chalicelib.common.refusals import InviteNotFound
from testing.metering.calls import counting

WRONG = 1 + SURCHARGES[InviteNotFound]
SECRET = "what-cloudfront-alone-sends"


def wrong_code(number: int) -> str:
    return f"Wrong{number:05d}"


def until_blocked(ask: Callable[[int], httpx.Response], most: int = 60) -> list[httpx.Response]:
    """The answers up to the first 429, which must come before so many were asked."""
    answers = []
    for number in range(most):
        answers.append(ask(number))
        if answers[-1].status_code == 429:
            assert _seconds(answers[-1]) > 0
            return answers
    raise AssertionError([answer.status_code for answer in answers])


def is_blocked(answer) -> bool:
    return answer.status_code == 429 and answer.json()["Code"] == "TooManyRequests" and _seconds(answer) > 0


def _seconds(answer) -> int:
    return int(answer.headers["Retry-After"])


def test_guessing_codes_is_stopped_soon_and_then_a_right_one_is_no_use_either(stack):
    code, guesser = stack.invite(), stack.client()
    answers = until_blocked(lambda number: guesser.get(f"/signup/{wrong_code(number)}"))
    allowed = LIMITS[Route.VALIDATE].hits // WRONG
    assert allowed <= len(answers) - 1 <= 2 * (allowed + 1)  # the minute may end meanwhile
    assert is_blocked(answers[-1])
    assert _seconds(answers[-1]) <= 121
    assert is_blocked(guesser.get(f"/signup/{code}"))
    assert stack.client().get(f"/signup/{code}").status_code == 200


def test_many_guesses_at_once_get_no_further(stack):
    guesser = stack.client()
    with ThreadPoolExecutor(20) as hands:
        answers = list(hands.map(lambda number: guesser.get(f"/signup/{wrong_code(number)}"), range(400)))
    answered = sum(answer.status_code == 404 for answer in answers)
    assert answered <= 2 * LIMITS[Route.VALIDATE].hits
    assert {answer.status_code for answer in answers} == {404, 429}


def test_the_page_says_it_too(stack):
    guesser = stack.client()
    page = f"{stack.origin}/signup"
    pages = until_blocked(lambda number: guesser.get(page, params={"icode": wrong_code(number)}))
    assert pages[-1].headers["Content-Type"].startswith("text/html")
    assert is_blocked(guesser.get(f"/signup/{wrong_code(0)}"))


def test_opening_a_link_again_and_again_like_a_household_does_is_fine(stack):
    code, household = stack.invite(), stack.client()
    answers = [household.get(f"/signup/{code}").status_code for _ in range(60)]
    assert answers == [200] * 60


@pytest.mark.parametrize(
    ("route", "path", "body"),
    [
        (Route.START_SIGN_IN, "/signup/Wrong123/plex", None),
        (Route.LOCAL_SIGN_IN, "/auth/local", {"email": "nobody@example.org", "password": "wrong"}),
        (Route.SET_UP, "/setup", {"setup_token": "wrong"}),
    ],
)
def test_each_public_route_has_its_own_limit(stack, route, path, body):
    client = stack.client()
    until_blocked(lambda _: client.post(path, json=body or {}), 2 * LIMITS[route].hits + 2)
    for other in {Route.START_SIGN_IN, Route.SET_UP} - {route}:
        free = {Route.START_SIGN_IN: "/auth/plex", Route.SET_UP: "/setup"}[other]
        assert client.post(free).status_code in (201, 401)


def test_completing_is_limited_far_above_what_polling_needs(stack):
    limit, client = LIMITS[Route.COMPLETE_SIGN_IN], stack.client()
    unknown = "/auth/plex/00000000000000000000000000000000"
    with ThreadPoolExecutor(10) as hands:
        found = list(hands.map(lambda _: client.post(unknown).status_code, range(2 * limit.hits + 20)))
    assert set(found) == {404, 429}
    assert found.count(404) >= limit.hits
    assert limit.hits >= 60 * 5  # five people in one household, each once a second


def test_an_account_is_protected_wherever_the_tries_come_from(stack, settings, local_account):
    address = local_account("correct horse battery")
    body = {"email": address, "password": "wrong"}
    with settings(local_signin_enabled=True):
        answers = until_blocked(lambda _: stack.client().post("/auth/local", json=body))
        right = stack.client().post("/auth/local", json={**body, "password": "correct horse battery"})
        stranger = {"email": "x" + address, "password": "wrong"}
        unknown = until_blocked(lambda _: stack.client().post("/auth/local", json=stranger))
    assert is_blocked(answers[-1])
    assert is_blocked(right)
    assert is_blocked(unknown[-1])  # no telling the one from the other


def test_the_right_password_clears_the_count_of_its_account(stack, settings, local_account):
    address = local_account("correct horse battery")
    with settings(local_signin_enabled=True):
        for _ in range(3):
            for password, status in (("wrong", 401), ("wrong", 401), ("correct horse battery", 200)):
                answer = stack.client().post("/auth/local", json={"email": address, "password": password})
                assert answer.status_code == status


def test_a_request_is_counted_with_one_write(stack):
    code = stack.invite()
    with counting() as right:
        assert stack.client().get(f"/signup/{code}").status_code == 200
    with counting() as wrong:
        assert stack.client().get(f"/signup/{wrong_code(1)}").status_code == 404
    assert [call.operation for call in right] == ["UpdateItem", "TransactGetItems"]
    assert [call.operation for call in wrong].count("UpdateItem") == 2


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "CloudFront-Viewer-Address"],
)
def test_a_forged_header_changes_nothing(stack, header):
    guesser = stack.client()

    def guesses(number):
        forged = {header: f"198.51.100.{number}:4711", "X-Origin-Secret": f"a guess {number}"}
        return guesser.get(f"/signup/{wrong_code(number)}", headers=forged)

    until_blocked(guesses)


def test_behind_cloudfront_the_viewer_counts_and_not_the_edge(stack, monkeypatch):
    edge, code = stack.client(), stack.invite()
    monkeypatch.setenv("ORIGIN_SECRET_HASH", hashlib.sha256(SECRET.encode()).hexdigest())

    def asks(viewer: str, path: str, secret: str = SECRET):
        return edge.get(path, headers={"CloudFront-Viewer-Address": viewer, "X-Origin-Secret": secret})

    until_blocked(lambda number: asks(f"198.51.100.7:{4000 + number}", f"/signup/{wrong_code(number)}"))
    assert asks("198.51.100.8:4711", f"/signup/{code}").status_code == 200
    until_blocked(lambda number: asks(f"2001:db8:1:2::{number:x}:4711", f"/signup/{wrong_code(number)}"))
    assert is_blocked(asks("2001:db8:1:2:ffff::1:4711", f"/signup/{code}"))
    assert asks("2001:db8:1:3::1:4711", f"/signup/{code}").status_code == 200


@pytest.mark.parametrize("secret", [{}, {"X-Origin-Secret": ""}, {"X-Origin-Secret": f"{SECRET}x"}])
def test_without_the_origin_s_secret_nothing_is_answered_and_nothing_is_counted(stack, monkeypatch, secret):
    """Past CloudFront, by the API's own address: neither its firewall nor the visitor's address would count."""
    monkeypatch.setenv("ORIGIN_SECRET_HASH", hashlib.sha256(SECRET.encode()).hexdigest())
    stranger, headers = stack.client(), {"CloudFront-Viewer-Address": "198.51.100.9:4711", **secret}
    with counting() as calls:
        for method, path in (("GET", "/health"), ("GET", f"/signup/{wrong_code(1)}"), ("POST", "/auth/plex")):
            answer = stranger.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["Code"]) == (403, "WrongAddress")
    assert calls == []
