"""Who else hears of an event: decided once for each event and endpoint, from what the journal's stream brings."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from chalicelib.common.people import Actor
from chalicelib.common.records import dataclass
from chalicelib.events.catalogue import name_of
from chalicelib.events.deliveries import Delivery, event_key
from chalicelib.events.endpoints import Endpoint
from chalicelib.events.model import Entry
from chalicelib.events.ports import DeliveryStore, EndpointStore, FindOwners
from chalicelib.events.signing import body_of

WOKEN_WITHIN = timedelta(minutes=2)
"""When the sweep wakes what nothing else has woken."""

WRITTEN_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry as the stream brings it. ``creator`` made the invite that it is about; ``wakes``: deliveries were
    written with it.
    """

    entry: Entry
    creator: str | None = None
    wakes: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """The endpoints and what their owners may, as of now."""

    endpoints: tuple[Endpoint, ...]
    owners: dict[str, Actor]

    def of(self, noted: Noted, name: str) -> list[Endpoint]:
        return [each for each in self.endpoints if each.hears(name, noted.creator, self.owners.get(each.owner.id))]


@dataclass(frozen=True, slots=True)
class Announcing:
    endpoints: EndpointStore
    deliveries: DeliveryStore
    find_owners: FindOwners

    def audience(self) -> Audience:
        """To be read once for what comes together."""
        endpoints = tuple(each for each in self.endpoints.all() if each.enabled)
        return Audience(endpoints, self.find_owners({each.owner.id for each in endpoints}))

    def write(self, decided: Iterable[Delivery], *, now: datetime) -> list[tuple[Delivery, Exception]]:
        """Each endpoint is woken before, once, so that no delivery is ever forgotten. The same again writes nothing
        new. What could not be written is given, with the reason.
        """
        decided = list(decided)
        for endpoint_id in sorted({each.endpoint for each in decided}):
            self.endpoints.wake(endpoint_id, now + WOKEN_WITHIN)
        with ThreadPoolExecutor(WRITTEN_AT_ONCE) as hands:
            writing = [hands.submit(self.deliveries.add, each) for each in decided]
        results = ((delivery, each.exception()) for delivery, each in zip(decided, writing, strict=True))
        return [(delivery, error) for delivery, error in results if isinstance(error, Exception)]


def deliveries_of(noted: Noted, audience: Audience, *, now: datetime) -> list[Delivery]:
    """One for each endpoint that hears of it."""
    name = name_of(noted.entry)
    if name is None or not (endpoints := audience.of(noted, name)):
        return []
    key, body = event_key(noted.entry), body_of(noted.entry, name)
    return [
        Delivery(endpoint=each.id, event=key, event_id=noted.entry.id, type=name, body=body, since=now, due=now)
        for each in endpoints
    ]
