"""Sending what is due. Rows are the truth: a run that is lost, or comes twice, costs time and nothing else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from chalicelib.common.people import Person
from chalicelib.common.ports import Clock, DecryptionFailed, NewId, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.sweeping import Batch
from chalicelib.events.deliveries import LONGEST_ANSWER, LONGEST_WAIT, Attempt, Delivery
from chalicelib.events.endpoints import MOST_ENDPOINTS, Turn, Work, endpoint_entry
from chalicelib.events.ports import Answer, DecryptForDelivery, DeliveryStore, EndpointStore, Send, Wait, WakeDeliver
from chalicelib.events.signing import headers_of

AT_ONCE = 4
"""To one endpoint."""

SCHEDULE = Person("schedule", "Streamarr")
"""Who the journal names for what no person did."""

_A_SEND_TAKES = timedelta(seconds=20)
"""At most, with what is written of it."""

_LOOKED_AT = 50
"""Deliveries among which those are looked for that waited for the endpoint."""

_UNREADABLE = "its address cannot be decrypted here: make the endpoint anew"

_WORTH_WAITING = timedelta(seconds=8)


@dataclass(frozen=True, slots=True)
class Delivering:
    endpoints: EndpointStore
    deliveries: DeliveryStore
    decrypt_for_delivery: DecryptForDelivery
    send: Send
    clock: Clock
    pause: Wait
    new_id: NewId

    def deliver(self, *, until: datetime) -> list[BaseException]:
        """Send all that is due, to each endpoint by itself, so that none waits for another. What went wrong with some
        of them is given, and is tried again.
        """
        turns = [each for each in self.endpoints.turns() if self._has_work(each)]
        with ThreadPoolExecutor(MOST_ENDPOINTS) as hands:
            serving = [hands.submit(self._serve, turn, until) for turn in turns]
        return [error for each in serving if (error := each.exception())]

    def _has_work(self, turn: Turn) -> bool:
        """Also where nothing woke it: it may have been put to sleep just before this was written."""
        if not turn.endpoint.enabled or not turn.work.is_free(self.clock()):
            return False
        due = self.deliveries.next_due(turn.endpoint.id)
        return due is not None and due <= self.clock()

    def _serve(self, turn: Turn, until: datetime) -> None:
        """What is left when time is up is woken by the sweep; the endpoint is free again in any case."""
        begun = turn.work.begun(self.clock())
        if not self.endpoints.take(turn, begun):
            return
        work = turn.work
        while True:
            work, is_gone = self._send_what_is_due(turn.endpoint.id, work, until)
            if is_gone or work.is_hopeless(self.clock()):
                self._switch_off(turn.endpoint.id)
            if self.endpoints.release(turn, work, over=begun, wake_at=self._next(turn.endpoint.id, work)):
                return
            turn = self.endpoints.turn(turn.endpoint.id)  # it was woken meanwhile
            if turn.work != begun:
                return

    def _next(self, endpoint_id: str, work: Work) -> datetime | None:
        due = self.deliveries.next_due(endpoint_id)
        return due and max(due, work.rest_until or due)

    def _send_what_is_due(self, endpoint_id: str, work: Work, until: datetime) -> tuple[Work, bool]:
        """How work stands afterwards, and whether the endpoint wants nothing more."""
        was_failing = work.failures > 0
        while self.clock() + _A_SEND_TAKES < until:
            if due := self._due(endpoint_id, recovered=was_failing and not work.failures):
                attempts = self._send_each(endpoint_id, due)
                work = _after(work, attempts, self.clock())
                if any(attempt.gone for attempt, _ in attempts):
                    return work, True
            if not self._wait_for(self._next(endpoint_id, work), until):
                break
        return work, False

    def _due(self, endpoint_id: str, *, recovered: bool) -> list[Delivery]:
        """What is due, and once the endpoint works again all that waited for that."""
        now = self.clock()
        due = self.deliveries.due(endpoint_id, now, AT_ONCE)
        if due or not recovered:
            return due
        later = self.deliveries.due(endpoint_id, now + LONGEST_WAIT, _LOOKED_AT)
        return [each for each in later if each.waits_for_endpoint][:AT_ONCE]

    def _wait_for(self, moment: datetime | None, until: datetime) -> bool:
        """Whether it has come: it is waited for a few seconds."""
        now = self.clock()
        if moment is None or moment > now + _WORTH_WAITING or moment + _A_SEND_TAKES >= until:
            return False
        if moment > now:
            self.pause((moment - now).total_seconds())
        return True

    def _send_each(self, endpoint_id: str, due: list[Delivery]) -> list[tuple[Attempt, Answer]]:
        url, secrets = self._secrets(endpoint_id)
        with ThreadPoolExecutor(AT_ONCE) as hands:
            attempts = list(hands.map(lambda each: self._try(each, url, secrets), due))
        for delivery, (attempt, _) in zip(due, attempts, strict=True):
            self.deliveries.save(delivery.after(attempt))
        return attempts

    def _try(self, delivery: Delivery, url: str, secrets: list[str]) -> tuple[Attempt, Answer]:
        now = self.clock()
        headers = headers_of(delivery.event_id, delivery.body, secrets, now=now)
        answer = self.send(url, delivery.body, headers) if url else Answer(None, _UNREADABLE)
        took = int((self.clock() - now).total_seconds() * 1000)
        return Attempt(self.clock(), answer.status, took, answer.said[:LONGEST_ANSWER]), answer

    def _secrets(self, endpoint_id: str) -> tuple[str, list[str]]:
        """The address, empty where it cannot be decrypted, and the secrets that sign now."""
        endpoint, kept = self.endpoints.get(endpoint_id), self.endpoints.secrets(endpoint_id)
        former = [kept.former] if kept.former and endpoint.signs_with_both(self.clock()) else []
        encrypted = (kept.url, kept.secret, *former)
        try:
            url, *secrets = (self.decrypt_for_delivery(each, endpoint_id) for each in encrypted)
        except DecryptionFailed:
            return "", []
        return url, secrets

    def _switch_off(self, endpoint_id: str) -> None:
        """Others hear of it. Should it be changed just now, the next run does it."""
        was = self.endpoints.get(endpoint_id)
        becomes = replace(was, enabled=False, version=was.version + 1)
        entry = endpoint_entry(self.new_id(), "switched off", was, becomes, by=SCHEDULE, now=self.clock())
        try:
            self.endpoints.save(becomes, entry, over=was)
        except StaleWrite:
            return


def _after(work: Work, attempts: list[tuple[Attempt, Answer]], now: datetime) -> Work:
    """It failed where the endpoint did not answer, or not as one that works. One that refuses single events works."""
    failed = [answer for attempt, answer in attempts if not attempt.delivered and not attempt.refused]
    if not failed:
        return Work()
    asked = [answer.retry_after for answer in failed if answer.retry_after]
    return work.failed(now, max(asked, default=None))


@dataclass(frozen=True, slots=True)
class WakingOverdue:
    """What lost its call is found, and sent after all."""

    endpoints: EndpointStore
    wake_deliver: WakeDeliver

    def sweep(self, *, now: datetime) -> Iterator[Batch]:
        """One call for all of them."""
        overdue = sum(turn.is_due(now) for turn in self.endpoints.turns())
        if overdue:
            self.wake_deliver()
        yield Batch(done=overdue)
