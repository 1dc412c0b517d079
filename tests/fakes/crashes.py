"""Functions that crash: gone before the first call that they make to the outside world, or after any."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.ports import FakePorts

PORTS = (
    "accesses",
    "accounts",
    "claims",
    "invites",
    "owner_token_version",
    "plex_owner",
    "plex_person",
    "queue",
    "redemptions",
    "schema",
    "sessions",
    "tokens",
)


class Crashed(BaseException):
    """The function is gone: no handler of an Exception sees it."""


class Moments:
    """The moments at which a function can crash: before its first call, and after each. At one it does, if told to.

    Between two calls nothing changes outside, so the moment before a call is the one after the call before it.
    They count only while ``within``: what tests do by themselves goes through the same ports.
    """

    def __init__(self) -> None:
        self.passed = 0
        self.crash_at: int | None = None
        self._is_within = False

    @contextmanager
    def within(self) -> Iterator[None]:
        self._is_within = True
        try:
            self.pass_one()
            yield
        finally:
            self._is_within = False

    def pass_one(self) -> None:
        if self._is_within:
            self.passed += 1
            if self.passed == self.crash_at:
                raise Crashed


class Watched:
    """A port whose calls have a moment after them."""

    def __init__(self, port: Any, moments: Moments) -> None:
        self._port, self._moments = port, moments

    def __getattr__(self, name: str) -> Any:
        return Watched(getattr(self._port, name), self._moments)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return self._port(*args, **kwargs)
        finally:
            self._moments.pass_one()


def watch(ports: FakePorts) -> Moments:
    """The moments of all ports' calls from now on."""
    moments = Moments()
    for name in PORTS:
        setattr(ports, name, Watched(getattr(ports, name), moments))
    return moments
