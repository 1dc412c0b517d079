"""Deliveries: an event on its way to one endpoint. They are the log, too."""

from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.common.records import dataclass, replace
from chalicelib.events.model import Entry

MOST_TRIES_KEPT = 20
LONGEST_ANSWER = 200
KEPT_FOR = timedelta(days=30)

_SECONDS, _MINUTES, _HOURS = 1, 60, 3600
_TRY_AFTER = tuple(
    timedelta(seconds=each)
    for each in (
        5 * _SECONDS,
        5 * _MINUTES,
        10 * _MINUTES,
        30 * _MINUTES,
        1 * _HOURS,
        2 * _HOURS,
        5 * _HOURS,
        5 * _HOURS,
        10 * _HOURS,
    )
)
_GIVEN_UP_AFTER = timedelta(hours=24)

LONGEST_WAIT = max(_TRY_AFTER)
"""Between two tries of one delivery."""


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Attempt:
    """``status``: what the endpoint answered, None where it did not; ``said``: how its answer begins, or why not."""

    at: datetime
    status: int | None
    milliseconds: int
    said: str

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's successes

    @property
    def gone(self) -> bool:
        """The endpoint wants nothing more."""
        return self.status == 410  # noqa: PLR2004 - HTTP's Gone

    @property
    def refused(self) -> bool:
        """This event alone was not taken: others may be."""
        return self.status is not None and self.status < 500 and self.status not in (408, 429)  # noqa: PLR2004


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """``event`` is the place of the event in time, and unique; ``since``: when it was decided, or asked for again."""

    endpoint: str
    event: str
    event_id: str
    type: str
    body: str
    since: datetime
    state: DeliveryState = DeliveryState.PENDING
    due: datetime | None = None
    tried: int = 0
    attempts: tuple[Attempt, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.endpoint}-{self.event}"

    @property
    def waits_for_endpoint(self) -> bool:
        """It was tried, and it was not this event that was refused."""
        return bool(self.attempts) and not self.attempts[-1].refused

    def after(self, attempt: Attempt) -> "Delivery":
        """Delivered, due again, or given up after a day."""
        tried = self.tried + 1
        kept = replace(self, tried=tried, attempts=(*self.attempts, attempt)[-MOST_TRIES_KEPT:])
        if attempt.delivered:
            return replace(kept, state=DeliveryState.DELIVERED, due=None)
        due = attempt.at + _TRY_AFTER[min(tried, len(_TRY_AFTER)) - 1]
        if due - self.since > _GIVEN_UP_AFTER:
            return replace(kept, state=DeliveryState.GIVEN_UP, due=None)
        return replace(kept, due=due)

    def again(self, now: datetime) -> "Delivery":
        """As if it were new, under the same id; the log goes on."""
        return replace(self, state=DeliveryState.PENDING, since=now, due=now, tried=0)


def event_key(entry: Entry) -> str:
    """Sorts as time does, and fits into a path: ``20270301120000000000-<id>``."""
    return f"{entry.at:%Y%m%d%H%M%S%f}-{entry.id}"
