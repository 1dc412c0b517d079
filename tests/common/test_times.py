"""Times: written, read and counted on."""

import calendar
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.refusals import BadInput
from chalicelib.common.times import Unit, find_zone, in_utc, in_whole_seconds, iso, later, order_key

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
MOMENTS = st.datetimes(timezones=st.just(UTC))
UTC_ZONE = ZoneInfo("UTC")
A_MICROSECOND = timedelta(microseconds=1)


def test_a_moment_is_written_in_utc_and_always_as_wide():
    assert iso(NOON) == "2026-03-12T12:00:00.000000Z"
    assert iso(NOON + A_MICROSECOND) == "2026-03-12T12:00:00.000001Z"
    assert iso(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-03-12T12:00:00.000000Z"


@given(MOMENTS, MOMENTS)
def test_written_moments_sort_as_time_does(one, other):
    assert (iso(one) < iso(other)) == (one < other)
    assert datetime.fromisoformat(iso(one)) == one


@given(MOMENTS, MOMENTS)
def test_order_keys_sort_by_moment_and_then_by_what_is_unique(one, other):
    assert (order_key(one, "b"), order_key(one, "a")) == (f"{iso(one)}#b", f"{iso(one)}#a")
    if one != other:
        assert (order_key(one, "b") < order_key(other, "a")) == (one < other)


def test_a_moment_elsewhere_is_brought_to_utc():
    at = datetime(2026, 3, 12, 14, tzinfo=timezone(timedelta(hours=2)))
    assert in_utc(at, field="from") == NOON
    assert in_utc(at, field="from").tzinfo is UTC


@pytest.mark.parametrize(
    "at",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=2))),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=2))),
    ],
)
def test_a_moment_that_utc_does_not_reach_is_refused(at):
    with pytest.raises(BadInput) as refused:
        in_utc(at, field="from")
    assert (refused.value.key, refused.value.field) == ("BadInput.too_far", "from")


def test_a_full_second_stays_and_a_begun_one_is_filled():
    assert in_whole_seconds(NOON) == NOON
    assert in_whole_seconds(NOON + A_MICROSECOND) == NOON + timedelta(seconds=1)
    assert in_whole_seconds(NOON - A_MICROSECOND) == NOON


def test_the_last_second_there_is_stays():
    assert in_whole_seconds(LAST) == LAST.replace(microsecond=0)
    assert in_whole_seconds(LAST - timedelta(seconds=1)) == LAST.replace(microsecond=0)


@given(MOMENTS)
def test_whole_seconds_are_never_too_early_nor_a_second_too_late(moment):
    whole = in_whole_seconds(moment)
    assert whole.microsecond == 0
    assert whole - moment < timedelta(seconds=1)
    assert whole >= moment or whole == LAST.replace(microsecond=0)


def test_days_and_weeks_are_counted_in_days():
    assert later(NOON, 3, Unit.DAYS, UTC_ZONE) == NOON + timedelta(days=3)
    assert later(NOON, 3, Unit.WEEKS, UTC_ZONE) == NOON + timedelta(days=21)


@pytest.mark.parametrize(
    ("months", "year", "month", "day"),
    [(1, 2027, 2, 28), (2, 2027, 3, 31), (3, 2027, 4, 30), (11, 2027, 12, 31), (12, 2028, 1, 31), (13, 2028, 2, 29)],
)
def test_a_month_keeps_the_day_or_takes_the_last_one(months, year, month, day):
    at = NOON.replace(year=2027, month=1, day=31)
    assert later(at, months, Unit.MONTHS, UTC_ZONE) == at.replace(year=year, month=month, day=day)


def test_december_is_followed_by_january():
    assert later(NOON.replace(month=12), 1, Unit.MONTHS, UTC_ZONE) == NOON.replace(year=2027, month=1)
    assert later(NOON.replace(month=11), 1, Unit.MONTHS, UTC_ZONE) == NOON.replace(month=12)


@given(MOMENTS.filter(lambda moment: moment.year < 9900), st.integers(1, 1200))
def test_so_many_months_later_is_so_many_months_later(moment, months):
    after = later(moment, months, Unit.MONTHS, UTC_ZONE)
    assert (after.year * 12 + after.month) - (moment.year * 12 + moment.month) == months
    assert after.day == min(moment.day, calendar.monthrange(after.year, after.month)[1])
    assert after.timetz() == moment.timetz()


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("value", [10**5 * 12, 10**9])
def test_past_the_year_9999_is_too_far(unit, value):
    with pytest.raises(BadInput) as refused:
        later(NOON.replace(year=9000), value, unit, UTC_ZONE)
    assert (refused.value.key, refused.value.field) == ("BadInput.too_far", "expires_in")


AUCKLAND = ZoneInfo("Pacific/Auckland")
BERLIN = ZoneInfo("Europe/Berlin")


def at(zone, *date_and_time):
    return datetime(*date_and_time).replace(tzinfo=zone)  # noqa: DTZ001 - replaced at once


@pytest.mark.parametrize(
    ("zone", "begins", "value", "unit", "ends"),
    [
        (AUCKLAND, (2027, 3, 1, 5), 1, Unit.MONTHS, (2027, 4, 1, 5)),
        (AUCKLAND, (2027, 4, 3, 5), 1, Unit.DAYS, (2027, 4, 4, 5)),
        (BERLIN, (2027, 3, 27, 12), 1, Unit.DAYS, (2027, 3, 28, 12)),
        (BERLIN, (2027, 10, 24, 12), 1, Unit.WEEKS, (2027, 10, 31, 12)),
        (BERLIN, (2027, 3, 27, 2, 30), 1, Unit.DAYS, (2027, 3, 28, 3, 30)),
        (BERLIN, (2027, 1, 31, 0, 30), 1, Unit.MONTHS, (2027, 2, 28, 0, 30)),
    ],
    ids=["months", "a day in autumn", "a short day", "a week with a long day", "an hour that there is not", "clamped"],
)
def test_days_and_months_are_counted_at_the_wall_clock(zone, begins, value, unit, ends):
    counted = later(at(zone, *begins), value, unit, zone)
    assert counted == at(zone, *ends).astimezone(UTC)
    assert counted.tzinfo is UTC


def test_the_zone_of_the_moment_does_not_matter():
    begins = at(AUCKLAND, 2027, 3, 1, 5)
    assert begins.astimezone(UTC).month == 2
    assert later(begins.astimezone(UTC), 1, Unit.MONTHS, AUCKLAND) == later(begins, 1, Unit.MONTHS, AUCKLAND)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"])
def test_a_zone_is_found_by_its_name(name):
    assert find_zone(name) == ZoneInfo(name)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "Europe/Berlin ", "a" * 200]
)
def test_what_is_no_zone_is_not_found(name):
    assert find_zone(name) is None
