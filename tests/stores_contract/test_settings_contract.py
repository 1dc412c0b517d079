"""settings.ports.SettingsStore."""

from datetime import timedelta

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.events.model import SETTINGS
from chalicelib.plex.model import Features, Library, Server
from chalicelib.settings.model import Quota, Refresh, Trial
from tests.stores_contract.builders import an_entry, journal_of

ATTIC = Server("attic", "Attic", 41)
MOVIES = Library("100", "1", "Movies", "movie")
EDITED = {
    "signup_enabled": True,
    "application_url": "https://invites.example.org",
    "application_title": "Cinema",
    "time_zone": "Pacific/Auckland",
    "close_after_days": 90,
    "welcome_text": "*Hello*",
    "welcome_html": "<p><em>Hello</em></p>",
    "dashboard_url": "https://watch.example.org",
    "local_signin_enabled": True,
    "new_plex_signin_enabled": True,
    "default_permissions": frozenset({Permission.CREATE_INVITES, Permission.STREAMARR}),
    "default_quota": Quota(3, 7),
    "default_features": Features(downloads=True, live_tv=True, plex_home=True),
    "enabled_libraries": ("100", "101"),
    "default_libraries": ("100",),
    "trial": Trial(enabled=True, days=14),
}


@pytest.fixture
def before(settings_before):
    return settings_before


@pytest.fixture
def chosen(ports, before):
    """With the server chosen, and its libraries read."""
    version = before.version + 1
    with_server = replace(before, server=ATTIC, libraries=(MOVIES,), libraries_refresh=Refresh(), version=version)
    ports.settings.choose_server(with_server, an_entry(ports, SETTINGS), over=before)
    return ports.settings.get()


def test_what_people_decide_is_read_as_it_was_written(ports, before):
    wanted = replace(before, **EDITED, version=before.version + 1)
    entry = an_entry(ports, SETTINGS)
    ports.settings.save(wanted, entry, over=before)
    assert ports.settings.get() == wanted
    assert entry in journal_of(ports, SETTINGS)


def test_what_was_given_can_be_taken_back(ports, before):
    given = replace(before, **EDITED, version=before.version + 1)
    ports.settings.save(given, an_entry(ports, SETTINGS), over=before)
    taken_back = replace(given, dashboard_url=None, application_url="", version=given.version + 1)
    ports.settings.save(taken_back, an_entry(ports, SETTINGS), over=given)
    assert ports.settings.get() == taken_back


def test_saving_writes_nothing_that_plex_said(ports, chosen):
    elsewhere = replace(chosen, server=None, libraries=(), libraries_refresh=Refresh(failure="NoServer"))
    ports.settings.save(replace(elsewhere, version=chosen.version + 1), an_entry(ports, SETTINGS), over=chosen)
    assert ports.settings.get() == replace(chosen, version=chosen.version + 1)


@pytest.mark.parametrize("off_by", [-1, 1])
@pytest.mark.parametrize("how", ["save", "choose_server"])
def test_another_version_is_not_written_over(ports, chosen, how, off_by):
    entry = an_entry(ports, SETTINGS)
    wanted = replace(chosen, application_url="https://other.example.org", version=chosen.version + 1)
    with pytest.raises(StaleWrite):
        getattr(ports.settings, how)(wanted, entry, over=replace(chosen, version=chosen.version + off_by))
    assert ports.settings.get() == chosen
    assert entry not in journal_of(ports, SETTINGS)


def test_choosing_a_server_writes_what_goes_with_it_and_nothing_else(ports, chosen):
    cellar = Server("cellar", "Cellar", 42)
    goes_along = {
        "server": cellar,
        "libraries": (),
        "libraries_refresh": Refresh(failure="NoServer"),
        "enabled_libraries": ("100",),
        "default_libraries": ("100",),
        "application_url": "https://cellar.example.org",
        "version": chosen.version + 1,
    }
    entry = an_entry(ports, SETTINGS)
    ports.settings.choose_server(replace(chosen, application_title="Another", **goes_along), entry, over=chosen)
    assert ports.settings.get() == replace(chosen, **goes_along)
    assert entry in journal_of(ports, SETTINGS)


def test_choosing_a_server_takes_the_place_of_what_was_read_meanwhile(ports, chosen, now):
    """A reading has no version: the libraries of the server before must not become those of another."""
    ports.settings.save_libraries(ATTIC, (), Refresh(refreshed_at=now), was=ATTIC)
    cellar = replace(chosen, server=Server("cellar", "Cellar", 42), version=chosen.version + 1)
    ports.settings.choose_server(cellar, an_entry(ports, SETTINGS), over=chosen)
    assert ports.settings.get() == cellar


def test_how_a_reading_stands_is_noted_for_the_server_that_was_read(ports, chosen, now):
    refresh = Refresh(refreshed_at=now - timedelta(days=1), asked_at=now, failure="PlexUnavailable")
    ports.settings.note_refresh(refresh, was=ATTIC)
    assert ports.settings.get() == replace(chosen, libraries_refresh=refresh)


def test_what_plex_said_is_written_beside_what_people_decide(ports, chosen, now):
    renamed, refresh = replace(ATTIC, name="Loft"), Refresh(refreshed_at=now)
    music = Library("101", "2", "Music", "artist")
    ports.settings.save_libraries(renamed, (MOVIES, music), refresh, was=ATTIC)
    assert ports.settings.get() == replace(chosen, server=renamed, libraries=(MOVIES, music), libraries_refresh=refresh)


@pytest.mark.parametrize("another", [replace(ATTIC, machine_id="cellar"), replace(ATTIC, name="Loft")])
def test_nothing_is_written_of_a_server_that_is_another_by_now(ports, chosen, now, another):
    with pytest.raises(StaleWrite):
        ports.settings.note_refresh(Refresh(asked_at=now), was=another)
    with pytest.raises(StaleWrite):
        ports.settings.save_libraries(another, (), Refresh(refreshed_at=now), was=another)
    assert ports.settings.get() == chosen
