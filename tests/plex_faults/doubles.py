"""What a scenario has in place of the queue, the clock, encryption, the owner's token and the hashing of passwords."""

import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.aws.owner_token import OwnerToken
from chalicelib.common.records import replace
from chalicelib.plex.model import Pin
from chalicelib.plexapi_client.person import PlexApiPerson
from chalicelib.vendors.encryption import Decrypter, Encrypter
from local.plex import demo


class ScenarioClock:
    """Starts at the present and runs ahead of it, so that what is due here is not yet due for the stack's sweep."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.time

    def reset(self) -> None:
        self.time = datetime.now(UTC)

    def reach(self, moment: datetime) -> None:
        self.time = max(self.time, moment)


@dataclass(order=True, frozen=True)
class Message:
    """``seen_at``: from when on the queue gives it out."""

    seen_at: datetime
    kind: str
    id: str


@dataclass
class ScenarioQueue:
    """plex.ports.WorkQueue, with the messages that wait in it."""

    clock: ScenarioClock
    emitted: list[str]
    waiting: list[Message] = field(default_factory=list)
    ever_sent: list[str] = field(default_factory=list)

    def align(self, user_id: str, *, delay: int = 0) -> None:
        self._send("align", user_id, delay)

    def migrate(self, *, delay: int = 0) -> None:
        self._send("migrate", "", delay)

    def refresh_libraries(self) -> None:
        self._send("refresh_libraries", "", 0)

    def finish_renewal(self, sign_in_id: str, *, delay: int = 0) -> None:
        self._send("finish_renewal", sign_in_id, delay)

    def batch(self, batch_id: str) -> None:
        self._send("batch", batch_id, 0)

    def look(self) -> None:
        self._send("look", "", 0)

    def observe(self, plex_id: int) -> None:
        self._send("observe", str(plex_id), 0)

    def forget_tokens(self, key: str, *, delay: int = 0, only_expired: bool = False) -> None:
        self._send("forget_expired_tokens" if only_expired else "forget_tokens", key, delay)

    def _send(self, kind: str, id_: str, delay: int) -> None:
        assert 0 <= delay <= 900, "SQS delays by a quarter of an hour at most"
        if id_:
            self.ever_sent.append(id_)
        self.emitted.append(json.dumps([kind, id_, delay]))
        self.put(kind, id_, after=timedelta(seconds=delay))

    def put(self, kind: str, id_: str, *, after: timedelta = timedelta()) -> None:
        """As SQS does with a message that comes again, and the sweep with one that got lost."""
        self.waiting.append(Message(self.clock() + after, kind, id_))

    def take_next(self) -> Message:
        """The message that is seen first; the clock runs on until then."""
        message = min(self.waiting)
        self.waiting.remove(message)
        self.clock.reach(message.seen_at)
        return message

    def reset(self) -> None:
        self.waiting.clear()
        self.ever_sent.clear()


class FakeEncryption(Encrypter, Decrypter):
    """Without keys, which tests/http have."""

    def __init__(self) -> None:
        """There is nothing to keep."""

    def encrypt(self, text: str, record_id: str) -> bytes:
        return bytes(byte ^ 0x55 for byte in f"{record_id} {text}".encode())

    def decrypt(self, encrypted: bytes, record_id: str) -> str:
        meant_for, text = bytes(byte ^ 0x55 for byte in encrypted).decode().split(" ")
        assert meant_for == record_id
        return text


class FakePasswords:
    """accounts.ports.HashPassword and VerifyPassword without the time that a real hash takes."""

    def hash(self, password: str) -> str:
        return password[::-1]

    def verify(self, password: str, password_hash: str | None) -> bool:
        return password_hash == password[::-1]


class FakeOwnerToken(OwnerToken):
    """In memory."""

    def __init__(self) -> None:
        super().__init__("no parameter")
        self.value, self.number = demo.OWNER.token, 1

    def read(self) -> str:
        return self.value

    def version(self) -> str:
        return f"version {self.number}"

    def write(self, token: str) -> None:
        self.value, self.number = token, self.number + 1

    def reset(self) -> None:
        self.value = demo.OWNER.token


class LogLines(logging.Handler):
    """Every line that any logger writes, at any level, as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.name} {record.getMessage()} {trace}")


class PersonInScenario(PlexApiPerson):
    """The client itself counts a PIN's half hour from the real present, which is not the scenario's."""

    def __init__(self, clock: ScenarioClock, **options: Any) -> None:
        super().__init__(**options)
        self._clock = clock

    def start(self, return_to: str) -> Pin:
        return replace(super().start(return_to), expires_at=self._clock() + timedelta(minutes=30))
