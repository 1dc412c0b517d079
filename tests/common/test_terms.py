"""How long something lasts, by the calendar of any place."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.common.refusals import BadInput
from chalicelib.common.terms import Term
from chalicelib.common.times import Unit

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
BERLIN = ZoneInfo("Europe/Berlin")


def test_until_a_day_is_until_its_end_there():
    ends = Term(until=date(2027, 3, 31)).ends(datetime(2026, 1, 1, tzinfo=UTC), BERLIN)
    assert ends == datetime(2027, 3, 31, 22, tzinfo=UTC)


def test_a_month_ends_with_the_month_where_that_is_shorter():
    begun = datetime(2027, 1, 31, 12, tzinfo=UTC)
    assert Term(1, Unit.MONTHS).ends(begun, BERLIN) == datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert Term(13, Unit.MONTHS).ends(begun, BERLIN) == datetime(2028, 2, 29, 12, tzinfo=UTC)


@given(DAYS, ZONES)
def test_the_day_is_over_at_the_end_and_not_before(day, zone):
    ends = Term(until=day).ends(datetime(2026, 1, 1, tzinfo=UTC), zone)
    assert ends.astimezone(zone).date() > day
    assert (ends - timedelta(microseconds=1)).astimezone(zone).date() <= day


@given(MOMENTS, ZONES, st.integers(1, 60))
def test_a_length_ends_at_the_same_wall_clock_where_there_is_that(begun, zone, value):
    for unit in Unit:
        ends = Term(value, unit).ends(begun, zone)
        assert ends > begun
        wall, then = begun.astimezone(zone), ends.astimezone(zone)
        is_skipped = then.time() != wall.time()
        assert not is_skipped or abs(
            timedelta(hours=then.hour - wall.hour, minutes=then.minute - wall.minute)
        ) <= timedelta(hours=24)
        if unit is Unit.MONTHS and not is_skipped:
            assert (then.year * 12 + then.month) - (wall.year * 12 + wall.month) == value


def test_what_lies_past_the_year_9999_is_refused_by_its_field():
    for term in (Term(until=date(9999, 12, 31)), Term(10_000, Unit.MONTHS)):
        with pytest.raises(BadInput) as refused:
            term.ends(datetime(9990, 1, 1, tzinfo=UTC), BERLIN, field="by")
        assert refused.value.field == "by"
