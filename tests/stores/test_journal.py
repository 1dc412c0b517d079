"""The journal, against the real store."""

from datetime import UTC, datetime

import pytest

from chalicelib import wiring
from chalicelib.common.people import Person
from chalicelib.events.model import Entry
from chalicelib.stores.events.journal import entry_record
from testing.metering.calls import counting

LONG_AGO = [datetime(year, 3, 3, tzinfo=UTC) for year in (2019, 2022, 2025)]
"""Before anything else that the tests' stack holds."""


@pytest.fixture(scope="module")
def entries(stack):
    made = [_entry(at, number) for number, at in enumerate(LONG_AGO * 2)]
    for entry in made:
        entry_record(entry).save()
    return sorted(made, key=lambda entry: (entry.at, entry.id), reverse=True)


def test_pages_lead_back_over_the_years_to_the_first_entry(entries):
    found: list[Entry] = []
    after: str | None = "2026-01-01"
    while after:
        page = wiring.ports.journal.page(None, after=after, limit=4)
        assert len(page.items) <= 4
        found += page.items
        after = page.next
    assert found == entries


def test_a_page_is_one_query_however_old_its_entries_are(entries):
    with counting() as calls:
        page = wiring.ports.journal.page(None, after="2026-01-01", limit=6)
    assert list(page.items) == entries
    assert [call.operation for call in calls] == ["Query"]


def _entry(at, number):
    return Entry(
        id=f"old{number}", subject="settings", action="changed", by=Person("p", "P"), at=at, before={}, after={}
    )
