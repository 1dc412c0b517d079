"""events.ports.EndpointStore and DeliveryStore."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import DeliveryNotFound, EndpointNotFound
from chalicelib.events.deliveries import Attempt, Delivery, DeliveryState
from chalicelib.events.endpoints import Endpoint, Secrets, Work
from tests.stores_contract.builders import JO, an_entry, walk

MINUTE = timedelta(minutes=1)


@pytest.fixture
def endpoint(ports, now):
    """One that is switched off, so that the stack's own functions leave it alone."""
    facts: dict[str, Any] = {"name": "Trial", "events": ("trial.ended",), "shown_url": "https://…", "owner": JO}
    made = Endpoint(id=ports.new_id()[:10], created_at=now, enabled=False, **facts)
    ports.endpoints.add(made, Secrets(url=b"url", secret=b"first"), an_entry(ports))
    yield made
    ports.endpoints.delete(ports.endpoints.get(made.id), an_entry(ports))


@pytest.fixture
def delivery(ports, endpoint, now):
    return a_delivery(ports, endpoint, now)


def a_delivery(ports, endpoint, now, second=0):
    event = f"203001011200{second:02}000000-{ports.new_id()[:8]}"
    return Delivery(endpoint=endpoint.id, event=event, event_id="e", type="x", body="{}", since=now, due=now)


def test_an_endpoint_is_read_as_it_was_written(ports, endpoint):
    assert ports.endpoints.get(endpoint.id) == endpoint
    assert endpoint in ports.endpoints.all()
    turn = ports.endpoints.turn(endpoint.id)
    assert (turn.endpoint, turn.work, turn.wakes, turn.wake_at) == (endpoint, Work(), 0, None)
    assert turn in ports.endpoints.turns()


def test_one_that_is_not_there_is_not_found(ports):
    for find in (ports.endpoints.get, ports.endpoints.turn, ports.endpoints.secrets):
        with pytest.raises(EndpointNotFound):
            find("unknown")


def test_an_edit_over_another_edit_is_refused(ports, endpoint):
    edited = replace(endpoint, name="Another", version=2)
    ports.endpoints.save(edited, an_entry(ports), over=endpoint)
    with pytest.raises(StaleWrite):
        ports.endpoints.save(replace(endpoint, name="Late", version=2), an_entry(ports), over=endpoint)
    assert ports.endpoints.get(endpoint.id) == edited


def test_a_new_secret_makes_the_present_one_the_former(ports, endpoint):
    ports.endpoints.save(replace(endpoint, version=2), an_entry(ports), over=endpoint, secret=b"second")
    assert ports.endpoints.secrets(endpoint.id) == Secrets(url=b"url", secret=b"second", former=b"first")


def test_work_is_taken_once_and_released_unless_it_was_woken(ports, endpoint, now):
    turn = ports.endpoints.turn(endpoint.id)
    begun = turn.work.begun(now)
    assert ports.endpoints.take(turn, begun)
    assert not ports.endpoints.take(turn, begun)
    ports.endpoints.wake(endpoint.id, now + MINUTE)
    assert not ports.endpoints.release(turn, Work(), over=begun, wake_at=None)
    woken = ports.endpoints.turn(endpoint.id)
    assert (woken.work, woken.wake_at) == (begun, now + MINUTE)
    assert ports.endpoints.release(woken, Work(), over=begun, wake_at=None)
    assert ports.endpoints.turn(endpoint.id).work == Work()


def test_the_first_moment_to_be_woken_at_stays(ports, endpoint, now):
    for minutes in (2, 1, 3):
        ports.endpoints.wake(endpoint.id, now + minutes * MINUTE)
    turn = ports.endpoints.turn(endpoint.id)
    assert (turn.wakes, turn.wake_at) == (3, now + 2 * MINUTE)


def test_waking_one_that_is_gone_makes_none(ports, now):
    ports.endpoints.wake("unknown", now)
    with pytest.raises(EndpointNotFound):
        ports.endpoints.get("unknown")


def test_a_delivery_is_written_once(ports, delivery):
    ports.deliveries.add(delivery)
    ports.deliveries.add(replace(delivery, body="another"))
    assert ports.deliveries.get(delivery.id) == delivery


def test_what_is_due_comes_in_its_order_until_it_is_done(ports, endpoint, now):
    first, second, later = (a_delivery(ports, endpoint, now, second) for second in (2, 1, 0))
    first = replace(first, due=now - MINUTE)
    later = replace(later, due=now + MINUTE)
    for each in (second, later, first):
        ports.deliveries.add(each)
    assert ports.deliveries.due(endpoint.id, now, 9) == [first, second]
    assert ports.deliveries.due(endpoint.id, now, 1) == [first]
    ports.deliveries.save(first.after(Attempt(now, 200, 5, "ok")))
    ports.deliveries.save(second.after(Attempt(now, 200, 5, "ok")))
    assert ports.deliveries.due(endpoint.id, now, 9) == []
    assert ports.deliveries.next_due(endpoint.id) == later.due
    assert ports.deliveries.get(first.id).state is DeliveryState.DELIVERED


def test_the_log_has_the_newest_event_first(ports, endpoint, now):
    rows = [a_delivery(ports, endpoint, now, second) for second in range(3)]
    for each in rows:
        ports.deliveries.add(each)
    page_after = lambda after, limit: ports.deliveries.page(endpoint.id, after=after, limit=limit)  # noqa: E731
    assert walk(page_after) == rows[::-1]


def test_what_is_sent_again_is_due_and_wakes(ports, delivery, now):
    ports.deliveries.add(delivery.after(Attempt(now, 200, 5, "ok")))
    ports.endpoints.send_again(delivery.again(now), an_entry(ports), wake_at=now + MINUTE)
    assert ports.deliveries.due(delivery.endpoint, now, 9) == [delivery.again(now)]
    assert ports.endpoints.turn(delivery.endpoint).wakes == 1


@pytest.mark.parametrize("unknown", ["unknown", "unknown-1", "-"])
def test_a_delivery_that_is_not_there_is_not_found(ports, unknown):
    with pytest.raises(DeliveryNotFound):
        ports.deliveries.get(unknown)
