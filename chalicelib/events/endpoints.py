"""Endpoints: addresses that hear of events, each within what its owner may. Their secrets are not part of them."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from chalicelib.common.people import Actor, Permission, Person
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import BadInput
from chalicelib.events.catalogue import fits, is_pattern, may_hear
from chalicelib.events.model import Entry, Facts, change_entry

MOST_ENDPOINTS, MOST_OF_ONE = 20, 3
"""In all, and of a person who manages nothing."""

LONGEST_URL = 1000

BOTH_SIGN_FOR = timedelta(hours=24)
"""After a rotation, for as long as this the former secret signs, too."""

MAY_HAVE = (Permission.CREATE_INVITES, Permission.MANAGE_INVITES, Permission.MANAGE_USERS)
"""Who hears of anything at all."""

MANAGES = (Permission.MANAGE_INVITES, Permission.MANAGE_USERS)

_LONGEST_LEASE = timedelta(minutes=6)
_RESTS = (timedelta(seconds=5), *(timedelta(minutes=each) for each in (5, 10, 15)))
_LONGEST_REST = timedelta(hours=1)
_PATIENCE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Work:
    """How sending to an endpoint goes. It is written as failed before anything is sent: a run that dies has failed."""

    failures: int = 0
    rest_until: datetime | None = None
    busy_until: datetime | None = None
    failing_since: datetime | None = None

    def is_free(self, now: datetime) -> bool:
        return all(until is None or until <= now for until in (self.rest_until, self.busy_until))

    def begun(self, now: datetime) -> "Work":
        """As if it had failed, and taken for longer than a run can last."""
        return replace(self.failed(now), busy_until=now + _LONGEST_LEASE)

    def failed(self, now: datetime, retry_after: timedelta | None = None) -> "Work":
        """Once more, with a rest: the longer the more often, or as long as the endpoint asked for."""
        rest = _RESTS[min(self.failures, len(_RESTS) - 1)]
        asked = min(retry_after or rest, _LONGEST_REST)
        since = self.failing_since or now
        return Work(failures=self.failures + 1, rest_until=now + max(rest, asked), failing_since=since)

    def over(self) -> "Work":
        """No function is at it any more."""
        return replace(self, busy_until=None)

    def is_hopeless(self, now: datetime) -> bool:
        """It has failed for so long that it is switched off."""
        return self.failing_since is not None and now - self.failing_since >= _PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``shown_url`` is the address as it may be shown. ``version`` counts the edits."""

    id: str
    name: str
    events: tuple[str, ...]
    shown_url: str
    owner: Person
    created_at: datetime
    enabled: bool = True
    rotated_at: datetime | None = None
    version: int = 1

    def hears(self, name: str, creator: str | None, owner: Actor | None) -> bool:
        """Whether that event is for it. ``owner``: its owner as of now, None where the account is closed."""
        chosen = self.enabled and any(fits(pattern, name) for pattern in self.events)
        return chosen and owner is not None and may_hear(owner, name, creator)

    def is_for(self, person: Actor) -> bool:
        """Whether this person may see and change it."""
        return self.owner.id == person.id or person.may(Permission.ADMIN)

    def signs_with_both(self, now: datetime) -> bool:
        return self.rotated_at is not None and now < self.rotated_at + BOTH_SIGN_FOR

    def facts(self) -> Facts:
        """What the journal tells of it: never its address."""
        return {"name": self.name, "events": list(self.events), "enabled": self.enabled}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What an endpoint needs to be sent to, each encrypted for the function that sends."""

    url: bytes
    secret: bytes
    former: bytes | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An endpoint with how its work stands; ``wakes`` counts how often it was woken."""

    endpoint: Endpoint
    work: Work
    wakes: int
    wake_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        woken = self.wake_at is not None and self.wake_at <= now
        return woken and self.endpoint.enabled and self.work.is_free(now)


def about_endpoint(endpoint_id: str) -> str:
    """The subject of entries about an endpoint."""
    return f"endpoint#{endpoint_id}"


def endpoint_entry(
    id_: str, action: str, was: Endpoint | None, becomes: Endpoint | None, *, by: Person, now: datetime
) -> Entry:
    """What the journal tells of an endpoint; one of the two is there."""
    subject = about_endpoint((becomes or was).id)  # type: ignore[union-attr]
    before, after = was.facts() if was else {}, becomes.facts() if becomes else {}
    return change_entry(id_, subject, action, by=by, now=now, before=before, after=after)


def checked_url(text: str, allowed: tuple[str, ...]) -> str:
    """The address. Raises BadInput unless it is https, without credentials; ``allowed`` names hosts that may be
    reached otherwise.
    """
    try:
        parts = urlsplit(text.strip())
        is_allowed = parts.scheme == "http" and f"{parts.hostname}:{parts.port}" in allowed
        is_good = bool(parts.hostname) and (parts.scheme == "https" or is_allowed) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or parts.username is not None or parts.password is not None or not text.isascii():
        raise BadInput("endpoint_url", field="url")
    return text.strip()


def checked_patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Raises BadInput for one that chooses no event."""
    for number, pattern in enumerate(patterns):
        if not is_pattern(pattern):
            raise BadInput("event_pattern", field=f"events[{number}]")
    return patterns


def masked(url: str) -> str:
    """Scheme, host and the last four characters: enough to know it again, too little to use it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/…{url[-4:]}"
