"""Admins change settings, and none loses what another changed."""

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.records import replace
from chalicelib.common.refusals import BadInput, NotAllowed, SettingsOutOfDate, TryAgain
from chalicelib.plex.model import Features, Library, Server
from chalicelib.settings.editing import EditingSettings, facts
from chalicelib.settings.model import LONGEST_WELCOME_HTML, Quota, Settings, Trial
from testing.invite_builders import NOW, SETTINGS, a_user
from tests.fakes.ports import FakePorts

ADMIN = a_user("anna", Permission.ADMIN)
MANAGER = a_user("mona", Permission.MANAGE_USERS, Permission.MANAGE_INVITES)


@pytest.fixture
def ports():
    ports = FakePorts()
    ports.database.settings = replace(SETTINGS, version=7)
    return ports


def change(ports, *, version=None, by=ADMIN, **changes):
    return ports.use(EditingSettings).change(
        lambda settings: replace(settings, **changes), version=version, by=by, now=NOW
    )


def another_saves(ports, **changes):
    def save():
        settings = ports.database.settings
        ports.database.settings = replace(settings, **changes, version=settings.version + 1)

    return save


def test_what_an_admin_decides_is_saved_and_told_of(ports):
    shown = change(ports, version=7, application_title="Cinema")
    assert ports.settings.get() == replace(SETTINGS, application_title="Cinema", version=8)
    assert shown == facts(ports.settings.get())
    (entry,) = ports.database.journal
    assert (entry.subject, entry.action, entry.by, entry.at) == ("settings", "changed", ADMIN.person, NOW)
    assert entry.before == {"application_title": "Streamarr", "version": 7}
    assert entry.after == {"application_title": "Cinema", "version": 8}


def test_default_permissions_of_a_newer_version_stay(ports):
    newer = frozenset({Permission.STREAMARR, "rule_the_world"})
    ports.database.settings = replace(SETTINGS, default_permissions=newer, version=7)
    shown = change(ports, default_permissions=frozenset({Permission.CREATE_INVITES}))
    assert shown["default_permissions"] == ["create_invites"]
    assert ports.settings.get().default_permissions == {"create_invites", "rule_the_world"}
    change(ports, application_title="Cinema")
    assert ports.settings.get().default_permissions == {"create_invites", "rule_the_world"}


def test_settings_are_for_admins(ports):
    for attempt in (
        lambda: change(ports, by=MANAGER, application_title="Cinema"),
        lambda: ports.use(EditingSettings).show(SETTINGS, by=MANAGER),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert ports.settings.get().version == 7
    assert ports.use(EditingSettings).show(SETTINGS, by=ADMIN) == facts(SETTINGS)


def test_a_decision_for_what_is_there_writes_nothing(ports):
    assert change(ports, application_title="Streamarr")["version"] == 7
    assert ports.database.journal == []


@pytest.mark.parametrize("version", [6, 8, 0])
def test_a_decision_made_from_another_version_is_refused_and_names_the_present_one(ports, version):
    with pytest.raises(SettingsOutOfDate) as refused:
        change(ports, version=version, application_title="Cinema")
    assert (refused.value.field, refused.value.facts) == ("version", {"version": 7})
    assert ports.settings.get().application_title == "Streamarr"


def test_without_a_version_a_decision_applies_to_what_another_saved_meanwhile(ports):
    ports.database.let_come_first(another_saves(ports, dashboard_url="https://watch.example.org"))
    change(ports, application_title="Cinema")
    saved = ports.settings.get()
    assert (saved.application_title, saved.dashboard_url) == ("Cinema", "https://watch.example.org")
    assert saved.version == 9


def test_with_a_version_what_another_saved_meanwhile_counts(ports):
    ports.database.let_come_first(another_saves(ports, dashboard_url="https://watch.example.org"))
    with pytest.raises(SettingsOutOfDate) as refused:
        change(ports, version=7, application_title="Cinema")
    assert refused.value.facts == {"version": 8}


def test_too_many_at_once_are_told_so(ports):
    ports.database.let_come_first(*[another_saves(ports)] * 5)
    with pytest.raises(TryAgain):
        change(ports, application_title="Cinema")


def test_what_makes_no_sense_is_not_saved(ports):
    with pytest.raises(BadInput):
        change(ports, enabled_libraries=())
    assert ports.settings.get() == replace(SETTINGS, version=7)


def test_what_plex_said_meanwhile_stays(ports):
    def plex_answers():
        ports.database.settings = replace(ports.database.settings, libraries=())

    ports.database.let_come_first(plex_answers)
    change(ports, application_title="Cinema")
    assert ports.settings.get() == replace(SETTINGS, libraries=(), application_title="Cinema", version=8)


def test_what_members_are_welcomed_with_is_rendered_once_when_it_is_saved(ports):
    change(ports, welcome_text="Hello")
    ports.render_markdown = lambda _: pytest.fail("rendered again")
    change(ports, application_title="Cinema")
    assert (ports.settings.get().welcome_text, ports.settings.get().welcome_html) == ("Hello", "<p>Hello</p>")
    assert ports.database.journal[0].after == {"welcome_text": "Hello", "version": 8}


def test_a_text_without_words_leaves_nothing_to_show(ports):
    change(ports, welcome_text="Hello")
    change(ports, welcome_text="")
    assert ports.settings.get().welcome_html == ""


def test_a_text_that_comes_to_too_much_is_refused(ports):
    ports.render_markdown = lambda text: text * (LONGEST_WELCOME_HTML + 1)
    with pytest.raises(BadInput) as refused:
        change(ports, welcome_text="x")
    assert refused.value.field == "welcome_text"
    assert ports.settings.get().welcome_text == ""


def test_settings_are_shown_as_the_contract_has_them():
    settings = Settings(
        signup_enabled=True,
        application_url="https://invites.example.org",
        application_title="Cinema",
        dashboard_url="https://watch.example.org",
        time_zone="Europe/Berlin",
        local_signin_enabled=True,
        new_plex_signin_enabled=False,
        default_permissions=frozenset({Permission.STREAMARR, Permission.CREATE_INVITES}),
        default_quota=Quota(3, 7),
        default_features=Features(downloads=True, live_tv=False, plex_home=True),
        enabled_libraries=("1", "2"),
        default_libraries="all",
        trial=Trial(enabled=True, days=14),
        server=Server("machine", "Home", 1),
        libraries=(Library("1", "1", "Movies", "movie"),),
        version=3,
    )
    assert facts(settings) == {
        "signup_enabled": True,
        "application_url": "https://invites.example.org",
        "application_title": "Cinema",
        "dashboard_url": "https://watch.example.org",
        "time_zone": "Europe/Berlin",
        "local_signin_enabled": True,
        "new_plex_signin_enabled": False,
        "default_permissions": ["create_invites", "streamarr"],
        "default_quota": {"limit": 3, "days": 7},
        "default_features": {"downloads": True, "live_tv": False, "plex_home": True},
        "enabled_libraries": ["1", "2"],
        "default_libraries": "all",
        "trial": {"enabled": True, "days": 14, "outcome": "keep"},
        "on_difference": dict.fromkeys(
            ("missing", "narrower", "wider", "everything", "features", "restrictions", "unknown_person"), "report"
        ),
        "seat_limit": 100,
        "reminders": [30, 7, 1],
        "grace_days": 0,
        "close_after_days": None,
        "welcome_text": "",
        "version": 3,
    }
