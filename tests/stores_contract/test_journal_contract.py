"""events.ports.Journal."""

from datetime import timedelta

import pytest

from tests.stores_contract.builders import an_entry, an_invite, walk

MINUTE = timedelta(minutes=1)


@pytest.fixture
def subject(ports):
    return f"invite#{ports.new_id()[:20]}"


def note(ports, entry):
    """As any change does, in its own transaction."""
    ports.invites.add(an_invite(ports), entry, None)
    return entry


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_subject_s_entries_come_newest_first(ports, subject, now, limit):
    entries = [note(ports, an_entry(ports, subject, at=now - number * MINUTE)) for number in range(3)]
    note(ports, an_entry(ports))
    assert walk(lambda after, limit: ports.journal.page(subject, after=after, limit=limit), limit) == entries


def test_an_entry_is_read_as_it_was_written(ports, subject):
    facts = {"before": {"permissions": ["admin"], "quota": None}, "after": {"quota": {"limit": 3, "days": 7}}}
    entry = note(ports, an_entry(ports, subject, **facts))
    assert ports.journal.page(subject, after=None, limit=1).items == (entry,)


def test_entries_of_one_moment_are_all_there(ports, subject, now):
    entries = [note(ports, an_entry(ports, subject, at=now)) for _ in range(3)]
    walked = walk(lambda after, limit: ports.journal.page(subject, after=after, limit=limit))
    assert sorted(entry.id for entry in walked) == sorted(entry.id for entry in entries)


def test_without_a_subject_all_entries_are_there(ports, now):
    older, newer = (note(ports, an_entry(ports, at=now + each * MINUTE)) for each in (1, 2))
    found: list[object] = []
    after = None
    while len(found) < 2:  # others write at the same time, and some of next year
        page = ports.journal.page(None, after=after, limit=50)
        found += [entry for entry in page.items if entry in (older, newer)]
        after = page.next
        assert after or len(found) == 2
    assert found == [newer, older]


def test_nothing_was_changed_of_what_was_never_there(ports, subject):
    page = ports.journal.page(subject, after=None, limit=10)
    assert (page.items, page.next) == ((), None)
