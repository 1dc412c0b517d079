"""The people of the tests, as HTTP clients: an admin, members, visitors with browsers of their own; and Plex itself."""

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import new_session
from chalicelib.common.people import Permission
from local.plex import demo
from testing import contract

_numbers = itertools.count(1)
_addresses = itertools.count(2)


class Stack:
    """The running product: `admin` and `plex` are HTTP clients, `visitor()` makes more.

    Every answer that they get is checked against the contract (testing/contract.py).
    """

    check = staticmethod(contract.check_response)

    def __init__(self, running) -> None:
        self.running = running
        self.origin = running.origin
        self._clients = ExitStack()
        self.admin = self.client(running.admin_token)
        self.plex = Plex(self._clients.enter_context(httpx.Client(base_url=running.plex_url, timeout=30)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clients.close()

    def has_room(self) -> None:
        """For all that the tests of one stack invite."""
        self.plex.has_room()
        self.admin.patch("/settings", json={"seat_limit": 10_000}).raise_for_status()
        self.admin.post("/libraries/refresh").raise_for_status()
        deadline = time.monotonic() + 20
        while (shown := self.admin.get("/libraries").json())["libraries_refresh"] != "idle":
            assert time.monotonic() < deadline, shown
            time.sleep(0.1)  # between two questions

    def client(self, token: str | None = None) -> httpx.Client:
        """A client with an address and a cookie jar of its own, as another phone has them."""
        number = next(_addresses)
        transport = httpx.HTTPTransport(local_address=f"127.1.{number // 250}.{number % 250 + 1}", verify=False)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._clients.enter_context(
            httpx.Client(
                base_url=f"{self.origin}/api",
                transport=transport,
                headers=headers,
                timeout=60,
                event_hooks={"response": [self.check]},
            )
        )

    def member(self, *permissions: str, **facts: Any) -> "Member":
        """A new account with these permissions, signed in. ``facts``: fields of chalicelib.accounts.model.User."""
        from chalicelib import wiring
        from chalicelib.stores.accounts.identities import identities_of
        from chalicelib.stores.accounts.records import IdentityModel, session_record, user_record

        id_, now = wiring.ports.new_id(), wiring.now()
        named = {"name": f"member {id_[:8]}", "email": f"{id_[:8]}@example.org", "created_at": now, **facts}
        user = User(id=id_, permissions=frozenset(Permission(each) for each in permissions), **named)
        token, session = new_session(id_, new_id=wiring.ports.new_id, now=now)
        user_record(user).save()
        for identity in identities_of(user).values():
            IdentityModel(id=identity, user_id=id_).save()
        session_record(session).save()
        return Member(user, token, self.client(token))

    def visitor(self, account: dict[str, Any] | None = None) -> "Visitor":
        return Visitor(self, account or self.plex.account())

    def invite(self, **options: Any) -> str:
        """A new invite's code."""
        answer = self.admin.post("/invites", json=options)
        assert answer.status_code == 201, answer.text
        return answer.json()["code"]

    def looks_at_everybody(self) -> dict[str, Any]:
        """One look at everybody on Plex, from the request to its end; gives how it went."""
        look_id = self.admin.post("/access/look", json={}).json()["look_id"]
        deadline = time.monotonic() + 20
        while (look := self.admin.get(f"/access/looks/{look_id}").json())["state"] == "running":
            assert time.monotonic() < deadline, look
            time.sleep(0.1)  # between two questions
        return dict(look)

    def shown(self, code: str) -> dict[str, Any]:
        return self.admin.get(f"/invites/{code}").json()


@dataclass(frozen=True)
class Member:
    """An account that is signed in: `http` is its client."""

    user: User
    token: str
    http: httpx.Client

    @property
    def id(self) -> str:
        return self.user.id


class Plex:
    """The stand-in's control."""

    def __init__(self, control: httpx.Client) -> None:
        self.control = control

    def account(self, **facts: Any) -> dict[str, Any]:
        name = f"person{next(_numbers)}"
        answer = self.control.post(
            "/_standin/accounts", json={"username": name, "email": f"{name}@example.org", **facts}
        )
        assert answer.is_success, answer.text
        return answer.json()

    def approve(self, auth_url: str, account: dict[str, Any]) -> None:
        pin = re.search(r"[?&]code=([^&]+)", auth_url)
        assert pin
        answer = self.control.post(f"/_standin/pins/{pin[1]}/approve", json={"account_id": account["id"]})
        assert answer.is_success, answer.text

    @contextmanager
    def behaving(self, **options: Any) -> Iterator[None]:
        """With these options of the stand-in, and afterwards with those that it had."""
        before = self.control.get("/_standin/options").json()
        self._set(**options)
        try:
            yield
        finally:
            self._set(**{name: before[name] for name in options})

    def has_room(self) -> None:
        """For all that the tests of one stack invite: plex.tv's own limits are met after a hundred people."""
        self._set(people_limit=100_000, home_limit=10_000)

    def change(self, account: dict[str, Any], **facts: Any) -> None:
        """Change what plex.tv keeps of that account."""
        answer = self.control.patch(f"/_standin/accounts/{account['id']}", json=facts)
        assert answer.is_success, answer.text

    def _set(self, **options: Any) -> None:
        answer = self.control.patch("/_standin/options", json=options)
        assert answer.is_success, answer.text

    def revoke(self, account_id: int) -> None:
        """None of that account's tokens is taken any more."""
        answer = self.control.post("/_standin/tokens/revoke", json={"account_id": account_id})
        assert answer.is_success, answer.text

    def shares(self, account: dict[str, Any]) -> list[dict[str, Any]]:
        rows = self.control.get("/_standin/shares", params={"machine_id": demo.MACHINE_ID}).json()["shares"]
        return [row for row in rows if row["account_id"] == account["id"] and not row["cancelled"]]

    def calls(self, path: str) -> list[dict[str, Any]]:
        return [call for call in self.control.get("/_standin/calls").json()["calls"] if path in call["path"]]

    def fault(self, **fault: Any) -> None:
        answer = self.control.post("/_standin/faults", json=fault)
        assert answer.is_success, answer.text


class Visitor:
    """A person with a phone and a Plex account."""

    def __init__(self, stack: Stack, account: dict[str, Any]) -> None:
        self.stack, self.account = stack, account
        self.browser = stack.client()

    def starts(self, code: str) -> dict[str, Any]:
        answer = self.browser.post(f"/signup/{code}/plex")
        assert answer.status_code == 201, answer.text
        return answer.json()

    def signs_in(self, code: str) -> str:
        """Up to and with the approval at Plex; gives the sign-in's id."""
        started = self.starts(code)
        self.stack.plex.approve(started["auth_url"], self.account)
        return started["sign_in_id"]

    def completes(self, code: str, sign_in_id: str) -> httpx.Response:
        return self.browser.post(f"/signup/{code}/plex/{sign_in_id}")

    def redeems(self, code: str) -> httpx.Response:
        return self.completes(code, self.signs_in(code))

    def waits(
        self, answer: httpx.Response, *, until: tuple[str, ...] = ("done",), seconds: float = 30
    ) -> dict[str, Any]:
        """Follow the redemption until it is in one of these states."""
        assert answer.status_code == 202, answer.text
        return self.follows(answer.json(), until=until, seconds=seconds)

    def follows(self, redeemed: dict[str, Any], *, until: tuple[str, ...], seconds: float) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {redeemed['token']}"}
        deadline = time.monotonic() + seconds
        while True:
            redemption = self.browser.get(f"/redemptions/{redeemed['redemption']['id']}", headers=headers).json()
            if redemption["state"] in until:
                return redemption
            assert time.monotonic() < deadline, redemption
            time.sleep(0.1)
