"""Who else hears of an event: decided once for each event and endpoint, from what the journal's stream brings."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.common.people import Actor
from chalicelib.events.catalogue import name_of
from chalicelib.events.deliveries import Delivery, event_key
from chalicelib.events.endpoints import Endpoint
from chalicelib.events.model import Entry
from chalicelib.events.ports import DeliveryStore, EndpointStore, FindOwners
from chalicelib.events.signing import body_of

WOKEN_WITHIN = timedelta(minutes=2)
"""When the sweep wakes what nothing else has woken."""


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

    def announce(self, noted: Iterable[Noted], audience: Audience, *, now: datetime) -> bool:
        """Write what is to be delivered: each endpoint is woken before, so that no delivery is ever forgotten. Whether
        there is anything to send. The same again writes nothing new.
        """
        wanted: dict[str, list[Delivery]] = defaultdict(list)
        wakes = False
        for each in noted:
            wakes = wakes or each.wakes
            for delivery in _deliveries(each, audience, now):
                wanted[delivery.endpoint].append(delivery)
        for endpoint_id, deliveries in wanted.items():
            self.endpoints.wake(endpoint_id, now + WOKEN_WITHIN)
            for delivery in deliveries:
                self.deliveries.add(delivery)
        return wakes or bool(wanted)


def _deliveries(noted: Noted, audience: Audience, now: datetime) -> list[Delivery]:
    name = name_of(noted.entry)
    if name is None or not (endpoints := audience.of(noted, name)):
        return []
    key, body = event_key(noted.entry), body_of(noted.entry, name)
    return [
        Delivery(endpoint=each.id, event=key, event_id=noted.entry.id, type=name, body=body, since=now, due=now)
        for each in endpoints
    ]
