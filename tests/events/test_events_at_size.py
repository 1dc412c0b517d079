"""Many events, an endpoint that is down or hangs, and functions that crash at every moment.

EVENTS: how many, for a run at full size.
"""

import os
from datetime import timedelta
from threading import Event

import pytest

from chalicelib.events.deliveries import DeliveryState
from chalicelib.events.delivering import Delivering, WakingOverdue
from chalicelib.events.ports import Answer
from tests.events.test_sending import ANNA, DOWN, JO, URL, an_endpoint, announce, deliver, note, rows
from tests.fakes.crashes import Crashed, Moments, Watched
from tests.fakes.ports import FakePorts

EVENTS = int(os.environ.get("EVENTS", "400"))
OTHER = "https://other.example.org/hook"
MINUTE = timedelta(minutes=1)
FINE = Answer(200, "")


def ports_with_people():
    ports = FakePorts()
    ports.database.users |= {each.id: each for each in (ANNA, JO)}
    return ports


@pytest.fixture
def ports():
    return ports_with_people()


def watched(ports):
    """The moments of all that the two functions touch."""
    moments = Moments()
    for name in ("endpoints", "deliveries"):
        setattr(ports, name, Watched(getattr(ports, name), moments))
    return moments


def crash_in(moments, moment, work):
    """Whether it crashed."""
    moments.crash_at = moments.passed + moment
    try:
        with moments.within():
            work()
    except Crashed:
        return True
    finally:
        moments.crash_at = None
    return False


def test_wherever_announce_crashes_each_event_is_decided_once_for_each_endpoint():
    moment = 0
    crashed = True
    while crashed:
        moment += 1
        ports = ports_with_people()
        for url in (URL, OTHER):
            an_endpoint(ports, url=url)
        noted = [note(ports) for _ in range(3)]
        endpoints, deliveries = ports.endpoints, ports.deliveries
        crashed = crash_in(watched(ports), moment, lambda ports=ports, noted=noted: announce(ports, *noted))
        assert not deliveries.rows or all(turn.wake_at for turn in endpoints.turns() if has_rows(deliveries, turn))
        announce(ports, *noted)  # the batch comes again
        announce(ports, *noted[1:])  # and once more, cut elsewhere
        assert sorted(row.event_id for row in deliveries.rows.values()) == sorted(2 * [each.entry.id for each in noted])


def has_rows(deliveries, turn):
    return any(row.endpoint == turn.endpoint.id for row in deliveries.rows.values())


def test_wherever_deliver_crashes_all_arrives_and_what_comes_twice_has_the_same_id():
    moment = 0
    crashed = True
    while crashed:
        moment += 1
        ports = ports_with_people()
        an_endpoint(ports)
        noted = [note(ports) for _ in range(3)]
        announce(ports, *noted)
        deliveries, until = ports.deliveries, ports.now + 5 * MINUTE
        moments, case = watched(ports), ports.use(Delivering)
        crashed = crash_in(moments, moment, lambda case=case, until=until: raise_first(case.deliver(until=until)))
        ports.later(minutes=7)  # its lease is over by then, as the sweep knows
        deliver(ports)
        assert {row.state for row in deliveries.rows.values()} == {DeliveryState.DELIVERED}
        sent = [headers["webhook-id"] for _, _, headers in ports.receiver.sent]
        assert set(sent) == {each.entry.id for each in noted}


def raise_first(errors):
    for error in errors:
        raise error


def test_after_an_hour_down_all_arrives_within_twenty_minutes_and_nothing_else_is_delayed(ports):
    an_endpoint(ports)
    an_endpoint(ports, url=OTHER)
    ports.receiver.answers[URL] = [DOWN]
    back, each_minute = ports.now + timedelta(hours=1), EVENTS // 60
    while ports.now < back:
        announce(ports, *(note(ports) for _ in range(each_minute)))
        deliver(ports)
        of_other = [row for row in rows(ports) if row.endpoint == endpoint_of(ports, OTHER)]
        assert all(row.state is DeliveryState.DELIVERED for row in of_other)
        ports.later(minutes=1)
    ports.receiver.answers[URL] = [FINE]
    while ports.now <= back + 20 * MINUTE:
        for batch in ports.use(WakingOverdue).sweep(now=ports.now):
            assert batch.error is None
        deliver(ports)
        ports.later(minutes=5)
    assert {row.state for row in rows(ports)} == {DeliveryState.DELIVERED}
    assert len(rows(ports)) == 2 * 60 * each_minute


def endpoint_of(ports, url):
    return next(turn.endpoint.id for turn in ports.endpoints.turns() if "other" in turn.endpoint.shown_url)


def test_an_endpoint_that_hangs_keeps_no_other(ports):
    an_endpoint(ports)
    an_endpoint(ports, url=OTHER)
    announce(ports, note(ports))
    send, other_has_it = ports.receiver.send, Event()

    def hang(url, *arguments):
        if url == URL:
            assert other_has_it.wait(5), "it was kept waiting"
            return DOWN
        other_has_it.set()
        return send(url, *arguments)

    ports.receiver.send = hang
    deliver(ports)
    assert {row.state for row in rows(ports)} == {DeliveryState.DELIVERED, DeliveryState.PENDING}
