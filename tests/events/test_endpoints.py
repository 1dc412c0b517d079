"""Endpoints: rests, patience, and which addresses they may have."""

from datetime import timedelta

import pytest

from chalicelib.common.refusals import BadInput
from chalicelib.events.deliveries import Attempt, Delivery, DeliveryState
from chalicelib.events.endpoints import Work, checked_patterns, checked_url, masked
from testing.invite_builders import NOW

MINUTE = timedelta(minutes=1)


def test_each_failure_is_followed_by_a_longer_rest():
    work, rests = Work(), []
    for _ in range(5):
        work = work.failed(NOW)
        rests.append((work.rest_until or NOW) - NOW)
    assert rests == [timedelta(seconds=5), 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 15 * MINUTE]


@pytest.mark.parametrize(("asked", "rest"), [(30, 30), (600, 60), (0, 5)])
def test_an_endpoint_may_ask_for_a_longer_rest_of_an_hour_at_most(asked, rest):
    work = Work(failures=1).failed(NOW, asked * MINUTE)
    assert work.rest_until == NOW + rest * MINUTE


def test_a_run_that_dies_has_failed_and_lets_go():
    begun = Work().begun(NOW)
    assert not begun.is_free(NOW + 5 * MINUTE)
    assert begun.is_free(NOW + 6 * MINUTE)
    assert (begun.failures, begun.failing_since) == (1, NOW)


def test_it_is_hopeless_after_three_days_since_the_first_failure():
    work = Work().failed(NOW).failed(NOW + timedelta(days=2))
    assert not work.is_hopeless(NOW + timedelta(days=3) - MINUTE)
    assert work.is_hopeless(NOW + timedelta(days=3))
    assert not Work().is_hopeless(NOW)


@pytest.mark.parametrize(
    "url", ["https://example.org", "https://example.org:8443/a?b=c", "http://127.0.0.1:8002/webhook"]
)
def test_an_address_is_https_or_one_that_is_allowed(url):
    assert checked_url(f" {url} ", ("127.0.0.1:8002",)) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://example.org",
        "https://",
        "https:///x",
        "https://user@example.org",
        "https://:secret@example.org",
        "file:///etc/passwd",
        "https://example.org:99999",
        "https://[::1",
        "http://127.0.0.1:8003",
        "https://exämple.org",
    ],
)
def test_any_other_address_is_refused(url):
    with pytest.raises(BadInput):
        checked_url(url, ("127.0.0.1:8002",))


def test_a_masked_address_does_not_show_its_path():
    assert masked("https://example.org/hooks/secret-token") == "https://example.org/…oken"


def test_a_pattern_that_chooses_nothing_is_named():
    with pytest.raises(BadInput) as refused:
        checked_patterns(("invite.*", "nothing.*"))
    assert refused.value.field == "events[1]"


def a_delivery():
    return Delivery(endpoint="e", event="1", event_id="1", type="x", body="{}", since=NOW, due=NOW)


def attempt(at, status):
    return Attempt(at, status, 1, "")


def test_a_delivery_that_fails_is_tried_for_a_day_and_then_given_up():
    delivery, tried_after = a_delivery(), []
    while delivery.due:
        tried_after.append((delivery.due - NOW).total_seconds())
        delivery = delivery.after(attempt(delivery.due, 500))
    hours = [round(each / 3600, 2) for each in tried_after]
    assert tried_after[:2] == [0, 5]
    assert hours[2:] == [0.08, 0.25, 0.75, 1.75, 3.75, 8.75, 13.75, 23.75]
    assert delivery.state is DeliveryState.GIVEN_UP


def test_a_delivery_is_done_with_any_success_and_starts_anew_when_it_is_replayed():
    done = a_delivery().after(attempt(NOW, 500)).after(attempt(NOW, 204))
    assert (done.state, done.due) == (DeliveryState.DELIVERED, None)
    again = done.again(NOW + MINUTE)
    assert (again.state, again.due, again.id, len(again.attempts)) == (
        DeliveryState.PENDING,
        NOW + MINUTE,
        done.id,
        2,
    )


def test_of_many_attempts_the_last_twenty_are_kept():
    delivery = a_delivery()
    for number in range(25):
        delivery = delivery.again(NOW).after(attempt(NOW + number * MINUTE, 500))
    assert [each.at for each in delivery.attempts] == [NOW + number * MINUTE for number in range(5, 25)]


def test_what_an_answer_means():
    assert [attempt(NOW, status).refused for status in (400, 404, 410, 408, 429, 500, None)] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
