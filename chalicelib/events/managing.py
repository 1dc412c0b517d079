"""Endpoints as their owners see to them: made, changed, tried, rotated, deleted, and their log."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from chalicelib.common.names import is_plain_name
from chalicelib.common.pages import Page
from chalicelib.common.people import Actor
from chalicelib.common.ports import NewId, RandomBytes, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import BadInput, EndpointNotFound, TooManyEndpoints, TryAgain
from chalicelib.events.catalogue import TEST
from chalicelib.events.deliveries import Delivery, event_key
from chalicelib.events.endpoints import (
    MANAGES,
    MAY_HAVE,
    MOST_ENDPOINTS,
    MOST_OF_ONE,
    Endpoint,
    Secrets,
    Turn,
    checked_patterns,
    checked_url,
    endpoint_entry,
    masked,
)
from chalicelib.events.model import Entry
from chalicelib.events.ports import DeliveryStore, EncryptForDelivery, EndpointStore
from chalicelib.events.signing import SECRET_BYTES, body_of, new_secret

ID_LENGTH = 10
"""Of an endpoint's id: short, so that a delivery's id, which begins with it, fits into a path."""

_TRIES = 3
_WOKEN_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRequest:
    """What a new endpoint is to be."""

    name: str
    events: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEdit:
    """What is to change; None stays as it is."""

    name: str | None = None
    events: tuple[str, ...] | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class ManagingEndpoints:
    endpoints: EndpointStore
    deliveries: DeliveryStore
    encrypt_for_delivery: EncryptForDelivery
    random_bytes: RandomBytes
    new_id: NewId
    webhook_targets: tuple[str, ...]

    def list(self, *, by: Actor) -> Sequence[Turn]:
        """Those of the person who asks; all, for an admin. By name. Raises NotAllowed."""
        by.must(*MAY_HAVE)
        own = [turn for turn in self.endpoints.turns() if turn.endpoint.is_for(by)]
        return sorted(own, key=lambda turn: (turn.endpoint.name.casefold(), turn.endpoint.id))

    def show(self, endpoint_id: str, *, by: Actor) -> Turn:
        """Raises NotAllowed, and EndpointNotFound also for another person's."""
        by.must(*MAY_HAVE)
        turn = self.endpoints.turn(endpoint_id)
        if not turn.endpoint.is_for(by):
            raise EndpointNotFound
        return turn

    def get(self, endpoint_id: str, *, by: Actor) -> Endpoint:
        """As above, without how its work stands."""
        return self.show(endpoint_id, by=by).endpoint

    def add(self, request: EndpointRequest, *, by: Actor, now: datetime) -> tuple[Endpoint, str]:
        """The new endpoint, and the secret that signs what it gets, which is shown this once. Raises NotAllowed,
        BadInput and TooManyEndpoints.
        """
        by.must(*MAY_HAVE)
        url = checked_url(request.url, self.webhook_targets)
        endpoint = Endpoint(
            id=self.new_id()[:ID_LENGTH],
            name=_checked_name(request.name),
            events=checked_patterns(request.events),
            shown_url=masked(url),
            owner=by.person,
            created_at=now,
        )
        self._must_have_room(by)
        secret = new_secret(self.random_bytes(SECRET_BYTES))
        secrets = Secrets(url=self._encrypt(url, endpoint), secret=self._encrypt(secret, endpoint))
        self.endpoints.add(endpoint, secrets, self._entry("created", None, endpoint, by, now))
        return endpoint, secret

    def change(self, endpoint_id: str, edit: EndpointEdit, *, by: Actor, now: datetime) -> Endpoint:
        """Raises NotAllowed, EndpointNotFound and BadInput."""
        name = None if edit.name is None else _checked_name(edit.name)
        events = None if edit.events is None else checked_patterns(edit.events)

        def edited(was: Endpoint) -> Endpoint:
            return replace(
                was,
                name=was.name if name is None else name,
                events=was.events if events is None else events,
                enabled=was.enabled if edit.enabled is None else edit.enabled,
            )

        return self._change(endpoint_id, "changed", edited, by=by, now=now)

    def rotate(self, endpoint_id: str, *, by: Actor, now: datetime) -> tuple[Endpoint, str]:
        """Another secret, shown this once; for a day the former signs, too. Raises NotAllowed and EndpointNotFound."""
        secret = new_secret(self.random_bytes(SECRET_BYTES))
        rotated = self._change(
            endpoint_id, "secret rotated", lambda was: replace(was, rotated_at=now), by=by, now=now, secret=secret
        )
        return rotated, secret

    def delete(self, endpoint_id: str, *, by: Actor, now: datetime) -> None:
        """Raises NotAllowed and EndpointNotFound."""
        for _ in range(_TRIES):
            endpoint = self.get(endpoint_id, by=by)
            try:
                return self.endpoints.delete(endpoint, self._entry("deleted", endpoint, None, by, now))
            except StaleWrite:
                continue
        raise TryAgain

    def test(self, endpoint_id: str, *, by: Actor, now: datetime) -> Delivery:
        """Send an event that says nothing. Raises NotAllowed and EndpointNotFound."""
        endpoint = self.get(endpoint_id, by=by)
        entry = self._entry("tested", endpoint, endpoint, by, now)
        delivery = Delivery(
            endpoint=endpoint.id,
            event=event_key(entry),
            event_id=entry.id,
            type=TEST,
            body=body_of(entry, TEST),
            since=now,
            due=now,
        )
        return self._send_again(delivery, entry, now)

    def log(self, endpoint_id: str, *, by: Actor, after: str | None, limit: int) -> Page[Delivery]:
        """What it was sent in the last 30 days. Raises NotAllowed and EndpointNotFound."""
        return self.deliveries.page(self.get(endpoint_id, by=by).id, after=after, limit=limit)

    def replay(self, delivery_id: str, *, by: Actor, now: datetime) -> Delivery:
        """Send it once more, under the same id. Raises NotAllowed, EndpointNotFound and DeliveryNotFound."""
        by.must(*MAY_HAVE)
        delivery = self.deliveries.get(delivery_id)
        endpoint = self.get(delivery.endpoint, by=by)
        again = delivery.again(now)
        entry = self._entry("replayed", endpoint, endpoint, by, now)
        entry = replace(entry, after={"event": delivery.type, "id": delivery.event_id})
        return self._send_again(again, entry, now)

    def _send_again(self, delivery: Delivery, entry: Entry, now: datetime) -> Delivery:
        try:
            self.endpoints.send_again(delivery, entry, wake_at=now + _WOKEN_WITHIN)
        except StaleWrite as error:  # it was deleted just now
            raise EndpointNotFound from error
        return delivery

    def _change(
        self,
        endpoint_id: str,
        action: str,
        edited: Callable[[Endpoint], Endpoint],
        *,
        by: Actor,
        now: datetime,
        secret: str | None = None,
    ) -> Endpoint:
        for _ in range(_TRIES):
            was = self.get(endpoint_id, by=by)
            becomes = edited(was)
            if becomes == was:
                return was
            becomes = replace(becomes, version=was.version + 1)
            encrypted = None if secret is None else self._encrypt(secret, was)
            try:
                self.endpoints.save(becomes, self._entry(action, was, becomes, by, now), over=was, secret=encrypted)
            except StaleWrite:
                continue
            return becomes
        raise TryAgain

    def _must_have_room(self, by: Actor) -> None:
        there = self.endpoints.all()
        own = sum(each.owner.id == by.id for each in there)
        if len(there) >= MOST_ENDPOINTS or (own >= MOST_OF_ONE and not by.may(*MANAGES)):
            most = MOST_ENDPOINTS if by.may(*MANAGES) else MOST_OF_ONE
            raise TooManyEndpoints(most=most)

    def _encrypt(self, text: str, endpoint: Endpoint) -> bytes:
        return self.encrypt_for_delivery(text, endpoint.id)

    def _entry(self, action: str, was: Endpoint | None, becomes: Endpoint | None, by: Actor, now: datetime) -> Entry:
        return endpoint_entry(self.new_id(), action, was, becomes, by=by.person, now=now)


def _checked_name(text: str) -> str:
    name = text.strip()
    if not name or not is_plain_name(name):
        raise BadInput("plain_name", field="name")
    return name
