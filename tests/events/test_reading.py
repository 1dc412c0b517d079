"""The journal is for admins."""

from datetime import timedelta

import pytest

from chalicelib.common.people import Permission, Person
from chalicelib.common.refusals import NotAllowed
from chalicelib.events.model import Entry
from chalicelib.events.reading import ReadingJournal
from testing.invite_builders import NOW, a_user
from tests.fakes.ports import FakePorts

ADMIN = a_user("anna", Permission.ADMIN)


@pytest.fixture
def ports():
    ports = FakePorts()
    for number, subject in enumerate(("settings", "user#u1", "settings")):
        at = NOW + timedelta(minutes=number)
        entry = Entry(id=str(number), subject=subject, action="x", by=Person("jo", "Jo"), at=at, before={}, after={})
        ports.database.journal.append(entry)
    return ports


def read(ports, subject, by=ADMIN, **facts):
    return ports.use(ReadingJournal).list(subject, by=by, **{"after": None, "limit": 9, **facts})


def test_entries_come_newest_first_of_a_subject_or_all(ports):
    assert [entry.id for entry in read(ports, None).items] == ["2", "1", "0"]
    assert [entry.id for entry in read(ports, "settings").items] == ["2", "0"]


def test_a_page_has_so_many_and_the_next_goes_on(ports):
    first = read(ports, None, limit=2)
    assert [entry.id for entry in first.items] == ["2", "1"]
    assert [entry.id for entry in read(ports, None, after=first.next).items] == ["0"]


@pytest.mark.parametrize("permission", sorted(set(Permission) - {Permission.ADMIN}))
def test_it_is_for_no_one_but_admins(ports, permission):
    with pytest.raises(NotAllowed):
        read(ports, "settings", by=a_user("ruth", permission))
