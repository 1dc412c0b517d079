"""The smoke test: the deployed site, asked over HTTP."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from infra.deploy.installation import DeploymentError

PATIENCE = 180.0
"""Seconds: a new distribution's name takes a while to be known everywhere."""
PAUSE = 3.0


@dataclass(frozen=True)
class Site:
    """The site at ``url``. With AWS_ENDPOINT_URL set, the emulator there answers for it."""

    url: str

    def get(self, path: str) -> requests.Response:
        emulator = os.environ.get("AWS_ENDPOINT_URL")
        if not emulator:
            return requests.get(f"{self.url}{path}", timeout=30, allow_redirects=False)
        headers = {"Host": urlsplit(self.url).netloc, "X-Forwarded-Proto": "https"}
        return requests.get(f"{emulator}{path}", headers=headers, timeout=30, allow_redirects=False)

    def answers(self) -> bool:
        """Whether it is this site that answers there."""
        try:
            return self.get("/api/health").status_code == HTTPStatus.OK
        except requests.RequestException:
            return False

    def needs_set_up(self) -> bool:
        """Also where nothing answers yet."""
        try:
            answer = self.get("/api/setup")
            return answer.status_code != HTTPStatus.OK or bool(answer.json()["needed"])
        except (requests.RequestException, KeyError):
            return True


def run_smoke_test(site: Site, *, patience: float = PATIENCE) -> list[str]:
    """Do all checks; gives what each saw. Raises DeploymentError for the first that fails until patience ends."""
    return [_eventually(name, check, site, patience) for name, check in CHECKS.items()]


def _eventually(name: str, check: Callable[[Site], object], site: Site, patience: float) -> str:
    deadline = time.monotonic() + patience
    while True:
        try:
            found = check(site)
        except (requests.RequestException, ValueError, KeyError, IndexError) as error:
            found = error
        if found is True:
            return name
        if time.monotonic() > deadline:
            raise DeploymentError(f"{site.url}: {name}: not so; {found}")
        time.sleep(min(PAUSE, patience / 5))


def _api_answers(site: Site) -> object:
    answer = site.get("/api/health")
    return _verdict(answer, answer.status_code == HTTPStatus.OK and answer.json()["status"] == "ok")


def _database_answers(site: Site) -> object:
    """An unknown code is looked up: the function may read its tables and their key."""
    answer = site.get("/api/signup/SmokeTest0")
    refusals = {"InviteNotFound": HTTPStatus.NOT_FOUND, "SignupDisabled": HTTPStatus.FORBIDDEN}
    return _verdict(answer, refusals.get(answer.json().get("Code")) == answer.status_code)


def _signup_page(site: Site) -> object:
    answer = site.get("/signup?icode=SmokeTest0")
    return _verdict(answer, answer.headers["Content-Type"].startswith("text/html") and answer.status_code < 500)  # noqa: PLR2004 - HTTP's server errors


def _admin_site(site: Site) -> object:
    for path in ("/", "/invites"):
        answer = site.get(path)
        if not (answer.status_code == HTTPStatus.OK and answer.headers["Content-Type"].startswith("text/html")):
            return _verdict(answer, False)
    return True


def _unknown_route(site: Site) -> object:
    answer = site.get("/api/there-is-no-such-route")
    return _verdict(answer, (answer.status_code, answer.json().get("Code")) == (HTTPStatus.NOT_FOUND, "NotFound"))


def _headers(site: Site) -> object:
    for path in ("/", "/api/health", "/signup?icode=SmokeTest0"):
        answer = site.get(path)
        missing = [
            name for name in ("Strict-Transport-Security", "Content-Security-Policy") if name not in answer.headers
        ]
        if missing:
            return f"{path} lacks {missing[0]}"
    return True


def _verdict(answer: requests.Response, good: bool) -> Any:
    return good or f"{answer.status_code} {answer.text[:200]}"


CHECKS: dict[str, Callable[[Site], object]] = {
    "the API answers": _api_answers,
    "it reads its database": _database_answers,
    "the signup page is there": _signup_page,
    "the admin site is there, at any address": _admin_site,
    "an unknown route is said so": _unknown_route,
    "every answer has its security headers": _headers,
}
