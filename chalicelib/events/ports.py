"""Where the journal is read, and what is sent on from it. An entry is written in the transaction of the change that it
tells of.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from chalicelib.common.pages import Page
from chalicelib.common.people import Actor
from chalicelib.events.deliveries import Delivery
from chalicelib.events.endpoints import Endpoint, Secrets, Turn, Work
from chalicelib.events.model import Entry

EncryptForDelivery = Callable[[str, str], bytes]
"""A text for the function that sends, and the id of the endpoint that holds it."""

DecryptForDelivery = Callable[[bytes, str], str]
"""Raises DecryptionFailed."""

Wait = Callable[[float], None]
"""Seconds to wait."""

WakeDeliver = Callable[[], None]
"""Have the function that sends run soon. It may fail, or be lost: what is overdue is found anyway."""


class Answer(NamedTuple):
    """``status`` None: none came, and ``said`` tells why."""

    status: int | None
    said: str
    retry_after: timedelta | None = None


Send = Callable[[str, str, Mapping[str, str]], Answer]
"""A body to an address, with headers, within 15 seconds. Raises nothing."""

FindOwners = Callable[[Iterable[str]], dict[str, Actor]]
"""What the open ones among these accounts may; their names are left out."""


ReadJournal = Callable[[str | None, str | None, int], Page[Entry]]
"""What was changed, of that subject or at all, the newest first: from which place on, and how many at most."""


class EndpointStore(Protocol):
    """Every change of an endpoint is written with its entry. Raises StaleWrite where it was changed meanwhile."""

    def all(self) -> tuple[Endpoint, ...]:
        """All of them, by their names."""

    def get(self, endpoint_id: str) -> Endpoint:
        """Raises EndpointNotFound."""

    def secrets(self, endpoint_id: str) -> Secrets:
        """Raises EndpointNotFound."""

    def add(self, endpoint: Endpoint, secrets: Secrets, entry: Entry) -> None: ...

    def save(self, endpoint: Endpoint, entry: Entry, *, over: Endpoint, secret: bytes | None = None) -> None:
        """``secret`` becomes the present one, and the present one the former."""

    def delete(self, endpoint: Endpoint, entry: Entry) -> None: ...

    def send_again(self, delivery: Delivery, entry: Entry, *, wake_at: datetime) -> None:
        """Write the delivery, new or as it is due again, with its entry, and have the endpoint woken."""

    def wake(self, endpoint_id: str, wake_at: datetime) -> None:
        """There is something to send: at the latest then, if it is not awake already."""

    def turns(self) -> list[Turn]:
        """How work stands with each."""

    def turn(self, endpoint_id: str) -> Turn:
        """How it stands with one. Raises EndpointNotFound."""

    def take(self, turn: Turn, work: Work) -> bool:
        """Write how work stands, unless it stands otherwise than it did; whether that was so."""

    def release(self, turn: Turn, work: Work, *, over: Work, wake_at: datetime | None) -> bool:
        """The same, and when it is to be woken next, unless it was woken since; whether that was so."""


class DeliveryStore(Protocol):
    def add(self, delivery: Delivery) -> None:
        """Nothing happens where it is there."""

    def get(self, delivery_id: str) -> Delivery:
        """Raises DeliveryNotFound."""

    def save(self, delivery: Delivery) -> None:
        """After an attempt."""

    def due(self, endpoint_id: str, now: datetime, limit: int) -> list[Delivery]:
        """What is to be sent, the longest due first; no write is missing."""

    def next_due(self, endpoint_id: str) -> datetime | None:
        """When the next is to be sent."""

    def page(self, endpoint_id: str, *, after: str | None, limit: int) -> Page[Delivery]:
        """The log, the newest event first."""
