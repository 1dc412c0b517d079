"""setup.ports.ReadProgress and SaveProgress."""

from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.setup.model import Ownership, Progress
from tests.stores_contract.builders import a_session, a_sign_in, a_user, an_entry

BEGUN, ON, DONE = Progress(1, ""), Progress(1, "here"), Progress(2)


@pytest.fixture
def schema(ports):
    """Of an installation that says nothing of its schema; as it was, afterwards."""
    before = ports.schema.progress()
    _forget(ports)
    yield ports.schema
    _forget(ports)
    if before != Progress():
        ports.schema.save(before, was=Progress())


def _forget(ports):
    if ports is not wiring.ports:
        ports.database.progress = Progress()
        return
    from chalicelib.stores.settings.records import SettingsModel

    gone: list[Any] = [SettingsModel.schema_version.remove(), SettingsModel.migration_cursor.remove()]
    SettingsModel(id=SettingsModel.ID).update(gone)


def test_data_that_say_nothing_are_of_the_first_schema(schema):
    assert schema.progress() == Progress(1, None)


def test_how_far_they_came_is_read_as_it_was_written(schema):
    was = schema.progress()
    for progress in [BEGUN, ON, replace(ON, cursor="there"), DONE, Progress(2, ""), Progress(3)]:
        schema.save(progress, was=was)
        assert schema.progress() == progress
        was = progress


@pytest.mark.parametrize("stored", [Progress(), BEGUN, ON, DONE, Progress(2, "here")])
def test_it_is_written_over_what_was_read_and_nothing_else(schema, stored):
    schema.save(stored, was=Progress())
    for another in {Progress(), BEGUN, ON, DONE, Progress(2, "here"), Progress(2, "")} - {stored}:
        with pytest.raises(StaleWrite):
            schema.save(Progress(9), was=another)
    assert schema.progress() == stored


def test_it_is_no_part_of_the_settings_and_saving_those_leaves_it(ports, schema, settings_before):
    schema.save(ON, was=Progress())
    assert ports.settings.get() == settings_before
    changed = replace(settings_before, application_title="Another", version=settings_before.version + 1)
    ports.settings.save(changed, an_entry(ports), over=settings_before)
    assert (ports.settings.get(), schema.progress()) == (changed, ON)


@pytest.mark.usefixtures("without_owner")
@pytest.mark.parametrize(("before", "after"), [(Progress(), Progress(5)), (Progress(3, "here"), Progress(3, "here"))])
def test_the_first_owner_s_data_are_of_the_schema_of_the_version_that_they_begin_with(
    ports, schema, monkeypatch, before, after
):
    if ports is wiring.ports:
        monkeypatch.setattr("chalicelib.stores.setup.schema.SCHEMA", 5)
    else:
        ports.database.newest_schema = 5
    if before != Progress():
        schema.save(before, was=Progress())
    owner = a_user(ports)
    ownership = Ownership(owner_id=owner.id, plex_id=owner.plex_id or 0, servers=(), spent_token=None)
    session, sign_in = a_session(ports, owner), a_sign_in(ports)
    ports.ownership.take(ownership, session, an_entry(ports), sign_in=sign_in, newcomer=owner)
    assert schema.progress() == after
