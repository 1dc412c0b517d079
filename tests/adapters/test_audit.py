"""The audit trail over the months, against the real store."""

from datetime import UTC, datetime

import pytest

from chalicelib import wiring
from chalicelib.adapters.dynamo.audit import audit_record
from chalicelib.domain.audit import Entry
from chalicelib.domain.users import Person

LONG_AGO = [datetime(2026, month, 3, tzinfo=UTC) for month in (1, 2, 5)]
"""Before anything else that the tests' house holds."""


@pytest.fixture(scope="module")
def entries(house):
    made = [_entry(at, number) for number, at in enumerate(LONG_AGO * 2)]
    for entry in made:
        audit_record(entry).save()
    return sorted(made, key=lambda entry: (entry.at, entry.id), reverse=True)


def test_pages_lead_back_over_empty_months_to_the_first_entry(entries):
    found: list[Entry] = []
    after: str | None = "2026-06-01"
    while after:
        page = wiring.audit().page(None, after=after, limit=4, now=datetime(2026, 6, 1, tzinfo=UTC))
        assert len(page.items) <= 4
        found += page.items
        after = page.next
    assert found == entries


def test_a_gap_of_years_is_crossed_a_page_at_a_time(entries):
    now = datetime(2031, 1, 1, tzinfo=UTC)
    page = wiring.audit().page(None, after=None, limit=100, now=now)
    assert page.items == ()
    found: list[Entry] = []
    while page.next:
        page = wiring.audit().page(None, after=page.next, limit=100, now=now)
        found += [each for each in page.items if each in entries]
    assert found == entries


def _entry(at, number):
    return Entry(
        id=f"old{number}", subject="settings", action="changed", by=Person("p", "P"), at=at, before={}, after={}
    )
