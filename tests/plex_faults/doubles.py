"""What a scene has in place of the queue, the clock, KMS and the hashing of passwords, and what it writes down."""

import json
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.plex.model import Pin
from chalicelib.plexapi_client.person import PlexApiPerson
from local.plex import demo


class Killed(BaseException):
    """The function is gone: no handler of an Exception sees it."""


class Clock:
    """Starts at the present and runs ahead of it, so that what is due here is not yet due for the stack's sweep."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.time

    def reach(self, moment: datetime) -> None:
        self.time = max(self.time, moment)


@dataclass
class Post:
    """ports.ProvisionQueue: messages with the moment from which they are seen."""

    clock: Clock
    emitted: list[str]
    waiting: list[tuple[datetime, str, str]] = field(default_factory=list)
    ever_sent: list[str] = field(default_factory=list)

    def send(self, redemption_id: str, *, delay: int = 0) -> None:
        self._put("provision", redemption_id, delay)

    def end_access(self, user_id: str, *, delay: int = 0) -> None:
        self._put("end_access", user_id, delay)

    def refresh_libraries(self) -> None:
        self._put("refresh_libraries", "", 0)

    def _put(self, kind: str, id_: str, delay: int) -> None:
        assert 0 <= delay <= 900, "SQS delays by a quarter of an hour at most"
        self.ever_sent.append(id_)
        self.emitted.append(json.dumps([kind, id_, delay]))
        self.waiting.append((self.clock() + timedelta(seconds=delay), kind, id_))

    def next(self) -> tuple[str, str]:
        self.waiting.sort()
        due, kind, id_ = self.waiting.pop(0)
        self.clock.reach(due)
        return kind, id_

    def again(self, kind: str, id_: str, after: timedelta) -> None:
        self.waiting.append((self.clock() + after, kind, id_))


class Seal:
    """ports.Sealer and ports.Opener, without the round trip to KMS, which tests/http makes."""

    def seal(self, token: str, redemption_id: str) -> bytes:
        return bytes(byte ^ 0x55 for byte in f"{redemption_id} {token}".encode())

    def open(self, sealed: bytes, redemption_id: str) -> str:
        context, token = bytes(byte ^ 0x55 for byte in sealed).decode().split(" ")
        assert context == redemption_id
        return token


class Passwords:
    """ports.Passwords, without the time that a real hash takes."""

    def hash(self, password: str) -> str:
        return password[::-1]

    def verify(self, password: str, password_hash: str | None) -> bool:
        return password_hash == password[::-1]


@dataclass
class OwnersToken:
    value: str = demo.OWNER.token
    number: int = 1

    def version(self) -> str:
        return f"version {self.number}"

    def read(self) -> str:
        return self.value

    def renew(self, value: str) -> None:
        self.value, self.number = value, self.number + 1


class Lines(logging.Handler):
    """Every line that any logger writes, at any level, as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.name} {record.getMessage()} {trace}")


class SignIn(PlexApiPerson):
    """plex.tv counts a PIN's half hour from its own present, which is not the scene's."""

    def __init__(self, clock: Clock, **options: Any) -> None:
        super().__init__(**options)
        self._clock = clock

    def start(self, return_to: str) -> Pin:
        return replace(super().start(return_to), expires_at=self._clock() + timedelta(minutes=30))
