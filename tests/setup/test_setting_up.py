"""The first run: the holder of the set-up token becomes the owner, and no one after them."""

from datetime import timedelta

import pytest

from chalicelib.accounts.model import Kind
from chalicelib.accounts.sessions import Purpose, hash_secret
from chalicelib.common.people import Permission
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import replace
from chalicelib.common.refusals import (
    ApplicationUrlMissing,
    BadInput,
    NotTheOwner,
    OwnsNoServer,
    PlexUnavailable,
    SetupTokenRefused,
    SignInNotFound,
    TryAgain,
)
from chalicelib.plex.errors import TemporaryPlexError
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Refresh, Settings
from chalicelib.setup.finishing_renewals import FinishingRenewals
from chalicelib.setup.model import FINISHED_AFTER, SetupState
from chalicelib.setup.setting_up import SettingUp
from testing.invite_builders import a_user
from tests.fakes.ports import FakePorts

TOKEN = "as the deployment printed it"
MOVIES = Library("100", "1", "Movies", "movie")


class Installation:
    """A fresh one: Olivia owns a server at Plex, and holds the set-up token."""

    def __init__(self):
        self.ports = FakePorts()
        self.ports.setup_token_hash = hash_secret(TOKEN)
        self.database, self.plex = self.ports.database, self.ports.plex
        self.olivia = self.plex.owner

    @property
    def setting_up(self):
        return self.ports.use(SettingUp)

    def start(self, token=TOKEN):
        return self.setting_up.start(token, now=self.ports.now)

    def complete(self, started, secret=None):
        secret = started.browser_secret if secret is None else secret
        return self.setting_up.complete(started.sign_in.id, secret, now=self.ports.now)

    def sign_in(self, account, started=None):
        """Up to and with what the person sees afterwards."""
        started = started or self.start()
        self.plex.approve(started.pin.id, account.id)
        return self.complete(started)

    def owner(self):
        assert self.database.ownership
        return self.database.users[self.database.ownership.owner_id]

    def choose(self, machine_id=None, by=None):
        chosen = machine_id or self.plex.server.machine_id
        self.setting_up.choose_server(chosen, by=by or self.owner(), now=self.ports.now)

    def renew(self):
        """The owner signs in at Plex once more, from the settings."""
        return self.sign_in(self.olivia, self.setting_up.start_again(by=self.owner(), now=self.ports.now))

    @property
    def sent(self):
        return [message.kind for message in self.ports.queue.messages]


@pytest.fixture
def installation():
    return Installation()


@pytest.fixture
def owned(installation):
    """Olivia owns it."""
    installation.sign_in(installation.olivia)
    return installation


# The token


def test_the_deployment_s_token_begins_the_set_up(installation):
    started = installation.start()
    assert installation.database.sign_ins[started.sign_in.id].purpose is Purpose.SET_UP
    assert "https://invites.example.org/" in started.pin.auth_url


@pytest.mark.parametrize("token", ["", "another", hash_secret(TOKEN)])
def test_another_token_does_not_count(installation, token):
    with pytest.raises(SetupTokenRefused):
        installation.start(token)


def test_without_a_token_no_one_sets_up(installation):
    installation.ports.setup_token_hash = None
    for token in ("", TOKEN):
        with pytest.raises(SetupTokenRefused):
            installation.start(token)


def test_a_token_that_led_to_an_owner_is_spent(owned):
    with pytest.raises(SetupTokenRefused):
        owned.start()


def test_the_next_deployment_s_token_counts_again(owned):
    owned.ports.setup_token_hash = hash_secret("the next one")
    with pytest.raises(SetupTokenRefused):
        owned.start()
    assert owned.sign_in(owned.olivia, owned.start("the next one"))
    with pytest.raises(SetupTokenRefused):
        owned.start("the next one")


def test_the_site_s_address_must_be_known(installation):
    installation.ports.application_url = ""
    with pytest.raises(ApplicationUrlMissing):
        installation.start()
    installation.database.settings = Settings(application_url="https://other.example.org")
    assert "https://other.example.org/" in installation.start().pin.auth_url


# The owner


def test_the_person_who_approves_becomes_the_owner_with_an_account_a_session_and_the_servers(installation):
    signed_in = installation.sign_in(installation.olivia)
    ownership, owner = installation.database.ownership, installation.owner()
    assert (owner.plex_id, owner.name, owner.email) == (installation.olivia.id, "olivia", "olivia@example.org")
    assert (owner.permissions, owner.kind) == ({Permission.ADMIN}, Kind.PLEX)
    assert [server.machine_id for server in signed_in.servers] == [installation.plex.server.machine_id]
    assert (ownership.plex_id, ownership.servers) == (installation.olivia.id, signed_in.servers)
    assert ownership.spent_token == hash_secret(TOKEN)
    assert installation.ports.sessions.find(signed_in.token, now=installation.ports.now)[1] == owner


def test_the_owner_s_token_is_kept(installation):
    installation.sign_in(installation.olivia)
    assert installation.plex.tokens[installation.ports.owner_token].account_id == installation.olivia.id
    assert installation.ports.token_version == "2"


def test_before_a_server_is_chosen_there_are_no_libraries_to_ask_for(owned):
    assert owned.sent == []


def test_while_the_pin_waits_nothing_has_happened(installation):
    started = installation.start()
    assert installation.complete(started) is None
    assert installation.database.ownership is None
    assert installation.ports.token_version == "1"


def test_another_browser_does_not_complete_it(installation):
    started = installation.start()
    installation.plex.approve(started.pin.id, installation.olivia.id)
    with pytest.raises(SignInNotFound):
        installation.complete(started, "another secret")
    assert installation.database.ownership is None


def test_a_sign_in_for_something_else_does_not_set_up(installation):
    started = installation.start()
    sign_in = replace(started.sign_in, purpose=Purpose.SIGN_IN)
    installation.ports.sessions.add_sign_in(sign_in)
    installation.plex.approve(started.pin.id, installation.olivia.id)
    with pytest.raises(SignInNotFound):
        installation.complete(started)


def test_a_person_without_a_server_does_not_become_the_owner(installation):
    with pytest.raises(OwnsNoServer):
        installation.sign_in(installation.plex.add_person("maya"))
    assert installation.database.ownership is None
    assert installation.ports.token_version == "1"


def test_with_plex_out_of_order_nothing_has_happened(installation):
    installation.plex.fail("owned_servers", TemporaryPlexError("503"))
    with pytest.raises(PlexUnavailable):
        installation.sign_in(installation.olivia)
    assert installation.database.ownership is None
    assert installation.database.users == {}


def test_of_two_owners_of_servers_the_first_becomes_the_owner(installation):
    maya = installation.plex.add_person("maya")
    installation.plex.add_server(maya.id, "Maya's Plex", MOVIES)
    first, second = installation.start(), installation.start()
    installation.sign_in(installation.olivia, first)
    with pytest.raises(NotTheOwner):
        installation.sign_in(maya, second)
    assert installation.database.ownership.plex_id == installation.olivia.id
    assert [user.name for user in installation.database.users.values()] == ["olivia"]
    assert installation.ports.token_version == "2"


def test_of_two_at_the_very_same_moment_one_becomes_the_owner(installation):
    maya = installation.plex.add_person("maya")
    installation.plex.add_server(maya.id, "Maya's Plex", MOVIES)
    first, second = installation.start(), installation.start()
    installation.database.let_come_first(lambda: installation.sign_in(maya, second))
    with pytest.raises(NotTheOwner):
        installation.sign_in(installation.olivia, first)
    assert installation.database.ownership.plex_id == maya.id


def test_two_clicks_of_the_owner_at_the_very_same_moment_both_sign_in(installation):
    first, second = installation.start(), installation.start()
    signed_in = []
    installation.database.let_come_first(lambda: signed_in.append(installation.sign_in(installation.olivia, second)))
    signed_in.append(installation.sign_in(installation.olivia, first))
    tokens = {each.token for each in signed_in}
    assert len(tokens) == 2
    assert all(installation.ports.sessions.find(token, now=installation.ports.now) for token in tokens)
    assert len(installation.database.users) == 1


def test_ownership_that_keeps_changing_is_told(installation, monkeypatch):
    def meet_another(*_, **__):
        raise StaleWrite

    monkeypatch.setattr(installation.ports.ownership, "take", meet_another)
    with pytest.raises(TryAgain):
        installation.sign_in(installation.olivia)
    assert installation.ports.token_version == "1"


# Another owner

FRESH = "as a later deployment printed it"


@pytest.fixture
def maya(owned):
    """She owns a server as well, and holds a fresh set-up token."""
    maya = owned.plex.add_person("maya")
    owned.plex.add_server(maya.id, "Maya's Plex", MOVIES)
    owned.ports.setup_token_hash = hash_secret(FRESH)
    return maya


def test_the_holder_of_a_fresh_set_up_token_takes_over(owned, maya):
    former = owned.owner()
    signed_in = owned.sign_in(maya, owned.start(FRESH))
    owner = owned.owner()
    assert (owner.plex_id, owner.permissions) == (maya.id, {Permission.ADMIN})
    assert owned.ports.sessions.find(signed_in.token, now=owned.ports.now)[1] == owner
    assert owned.plex.tokens[owned.ports.owner_token].account_id == maya.id
    was = owned.database.users[former.id]
    assert (was.is_open, was.permissions) == (True, {Permission.STREAMARR})
    assert owned.database.journal[-1].action == "took over"
    with pytest.raises(SetupTokenRefused):
        owned.start(FRESH)


def test_an_account_that_the_new_owner_has_already_becomes_an_admin(owned, maya):
    user = replace(a_user("maya", Permission.CREATE_INVITES), plex_id=maya.id)
    owned.database.users[user.id] = user
    owned.database.identities[f"plex#{maya.id}"] = user.id
    owned.sign_in(maya, owned.start(FRESH))
    assert owned.owner() == replace(user, permissions=frozenset({Permission.CREATE_INVITES, Permission.ADMIN}))


def test_the_owner_s_own_renewal_hands_nothing_over(owned, maya):
    with pytest.raises(NotTheOwner):
        owned.sign_in(maya, owned.setting_up.start_again(by=owned.owner(), now=owned.ports.now))
    assert owned.owner().plex_id == owned.olivia.id


def test_of_two_who_would_take_over_one_does(owned, maya):
    noah = owned.plex.add_person("noah")
    owned.plex.add_server(noah.id, "Noah's Plex", MOVIES)
    first, second = owned.start(FRESH), owned.start(FRESH)
    owned.database.let_come_first(lambda: owned.sign_in(noah, second))
    with pytest.raises(NotTheOwner):
        owned.sign_in(maya, first)
    assert owned.owner().plex_id == noah.id


def test_a_server_that_moved_to_the_new_owner_keeps_what_was_chosen(owned, maya):
    owned.choose()
    owned.database.settings = replace(
        owned.database.settings, libraries=(MOVIES,), enabled_libraries=("100",), default_libraries=("100",)
    )
    before = owned.database.settings
    owned.plex.server.owner_id = maya.id
    owned.sign_in(maya, owned.start(FRESH))
    owned.choose()
    assert owned.database.settings.server.owner_id == maya.id
    for name in ("libraries", "enabled_libraries", "default_libraries"):
        assert getattr(owned.database.settings, name) == getattr(before, name)


# A renewal, and the browser does not come back


def begin_renewal(owned):
    return owned.setting_up.start_again(by=owned.owner(), now=owned.ports.now)


def finish(owned, started):
    return owned.ports.use(FinishingRenewals).finish(started.sign_in.id)


def test_a_renewal_that_was_approved_is_finished_by_itself(owned):
    owned.choose()
    before, started = owned.ports.owner_token, begin_renewal(owned)
    assert owned.ports.queue.messages[-1].delay == FINISHED_AFTER
    token = owned.plex.approve(started.pin.id, owned.olivia.id)
    owned.plex.add_server(owned.olivia.id, "Attic", MOVIES)
    assert finish(owned, started)
    assert owned.ports.owner_token == token != before
    assert "Attic" in {server.name for server in owned.database.ownership.servers}
    assert owned.sent[-1] == "refresh_libraries"
    assert owned.database.journal[-1].action == "owner's sign-in renewed"
    assert owned.complete(started)  # the browser comes back after all


def test_one_that_waits_for_its_approval_is_looked_at_again_until_it_is_over(owned):
    started = begin_renewal(owned)
    owned.ports.queue.messages.clear()
    assert not finish(owned, started)
    assert owned.sent == ["finish_renewal"]
    owned.ports.later(minutes=30)
    assert not finish(owned, started)
    assert owned.sent == ["finish_renewal"]


def test_one_that_was_completed_or_is_gone_is_left_alone(owned):
    started = begin_renewal(owned)
    owned.sign_in(owned.olivia, started)
    kept = owned.ports.owner_token
    assert not finish(owned, started)
    assert not owned.ports.use(FinishingRenewals).finish("unknown")
    other = begin_renewal(owned)
    owned.plex.pins.clear()
    assert not finish(owned, other)
    assert owned.ports.owner_token == kept


def test_the_approval_of_another_person_is_passed_over(owned):
    before, started = owned.ports.owner_token, begin_renewal(owned)
    owned.plex.approve(started.pin.id, owned.plex.add_person("maya").id)
    assert not finish(owned, started)
    assert owned.ports.owner_token == before


def test_a_set_up_is_not_finished_without_its_browser(installation):
    started = installation.start()
    installation.plex.approve(started.pin.id, installation.olivia.id)
    assert not finish(installation, started)
    assert installation.database.ownership is None


# The owner once more


def test_the_owner_alone_renews_the_token(owned):
    before = owned.ports.owner_token
    owner_id = owned.database.ownership.owner_id
    assert owned.renew()
    assert owned.ports.owner_token != before
    assert owned.database.ownership.owner_id == owner_id
    with pytest.raises(NotTheOwner):
        owned.setting_up.start_again(by=a_user("anna", Permission.ADMIN), now=owned.ports.now)


def test_before_there_is_an_owner_no_one_renews_anything(installation):
    with pytest.raises(NotTheOwner):
        installation.setting_up.start_again(by=a_user("anna", Permission.ADMIN), now=installation.ports.now)


def test_signing_in_once_more_brings_the_servers_of_today_and_has_the_libraries_read(owned):
    owned.choose()
    owned.plex.add_server(owned.olivia.id, "Attic", MOVIES)
    signed_in = owned.renew()
    assert {server.name for server in signed_in.servers} == {"Olivia's Plex", "Attic"}
    assert owned.database.ownership.servers == signed_in.servers
    assert owned.sent == ["refresh_libraries", "finish_renewal", "refresh_libraries"]


def test_a_completed_sign_in_gives_its_session_and_keeps_the_token_once_more_within_moments(installation):
    started = installation.start()
    first = installation.sign_in(installation.olivia, started)
    installation.ports.owner_token = "lost"
    again = installation.complete(started)
    assert again == first
    assert installation.ports.owner_token != "lost"
    assert len(installation.database.sessions) == 1
    installation.ports.later(seconds=61)
    with pytest.raises(SignInNotFound):
        installation.complete(started)


def test_a_completed_sign_in_opens_nothing_after_a_sign_out(installation):
    started = installation.start()
    first = installation.sign_in(installation.olivia, started)
    installation.ports.sessions.end(hash_secret(first.token))
    with pytest.raises(SignInNotFound):
        installation.complete(started)


def test_two_clicks_at_once_make_one_owner_with_one_session(installation):
    started, first = installation.start(), []
    installation.plex.approve(started.pin.id, installation.olivia.id)
    installation.database.let_come_first(lambda: first.append(installation.complete(started)))
    assert installation.complete(started) == first[0]
    assert len(installation.database.sessions) == 1


def test_a_sign_in_that_vanished_meanwhile_has_to_be_begun_again(installation):
    started = installation.start()
    installation.plex.approve(started.pin.id, installation.olivia.id)
    installation.database.let_come_first(installation.database.sign_ins.clear)
    with pytest.raises(SignInNotFound):
        installation.complete(started)


def test_a_renewal_is_in_the_journal(owned):
    owned.ports.later(minutes=2)
    started = owned.setting_up.start_again(by=owned.owner(), now=owned.ports.now)
    assert owned.sign_in(owned.olivia, started)
    assert [entry.action for entry in owned.database.journal] == ["owner signed in", "owner's sign-in renewed"]


# The server


def test_a_server_is_chosen_among_the_owner_s_and_its_libraries_are_read(owned):
    owned.choose()
    settings, server = owned.ports.settings.get(), owned.plex.server
    assert settings.server == Server(server.machine_id, "Olivia's Plex", owned.olivia.id)
    assert settings.application_url == "https://invites.example.org"
    assert settings.libraries_refresh == Refresh(asked_at=owned.ports.now)
    assert settings.version == 1
    assert owned.sent == ["refresh_libraries"]
    signed_in, entry = owned.database.journal
    assert (signed_in.subject, signed_in.action) == ("settings", "owner signed in")
    assert (entry.subject, entry.action, entry.at) == ("settings", "server_chosen", owned.ports.now)
    assert entry.by.name == "olivia"
    assert (entry.before, entry.after) == ({}, {"server": "Olivia's Plex"})


def test_a_server_is_chosen_by_the_owner_alone(owned, installation):
    with pytest.raises(NotTheOwner):
        owned.choose(by=a_user("anna", Permission.ADMIN))
    with pytest.raises(NotTheOwner):
        Installation().choose("machine", by=a_user("anna", Permission.ADMIN))
    assert owned.ports.settings.get().server is None


def test_a_server_that_is_not_the_owner_s_is_refused(owned):
    with pytest.raises(BadInput) as refused:
        owned.choose("another machine")
    assert (refused.value.key, refused.value.field) == ("BadInput.server", "machine_id")
    assert owned.sent == []


def test_the_same_server_once_more_writes_nothing_and_has_its_libraries_read(owned):
    owned.choose()
    owned.database.settings = replace(owned.database.settings, libraries=(MOVIES,), enabled_libraries=("100",))
    before = owned.database.settings
    owned.choose()
    asked = Refresh(asked_at=owned.ports.now)
    assert owned.database.settings == replace(before, libraries_refresh=asked)
    assert len(owned.database.journal) == 2
    assert owned.sent == ["refresh_libraries", "refresh_libraries"]


def test_another_server_makes_void_what_was_chosen_among_the_old_one_s_libraries(owned):
    owned.choose()
    attic = owned.plex.add_server(owned.olivia.id, "Attic", MOVIES)
    owned.renew()
    owned.database.settings = replace(
        owned.database.settings,
        libraries=(MOVIES,),
        libraries_refresh=Refresh(refreshed_at=owned.ports.now),
        enabled_libraries=("100",),
        default_libraries=("100",),
        application_url="https://other.example.org",
        application_title="Cinema",
    )
    before = owned.database.settings
    owned.choose(attic.machine_id)
    assert owned.database.settings == replace(
        before,
        server=Server(attic.machine_id, "Attic", owned.olivia.id),
        libraries=(),
        libraries_refresh=Refresh(asked_at=owned.ports.now),
        enabled_libraries=(),
        default_libraries=(),
        version=before.version + 1,
    )
    assert owned.database.journal[-1].before == {"server": "Olivia's Plex"}
    assert owned.database.journal[-1].after == {"server": "Attic"}


def test_settings_saved_meanwhile_are_not_written_over(owned):
    def saved():
        owned.database.settings = replace(owned.database.settings, application_title="Cinema", version=1)

    owned.database.let_come_first(saved)
    with pytest.raises(TryAgain):
        owned.choose()
    assert owned.ports.settings.get() == Settings(application_title="Cinema", version=1)
    assert owned.sent == []


def test_the_state_goes_from_needed_to_done(owned):
    assert owned.setting_up.state() is SetupState.NEEDED
    owned.choose()
    assert owned.setting_up.state() is SetupState.FETCHING_LIBRARIES
    owned.database.settings = replace(owned.database.settings, libraries=(MOVIES,))
    assert owned.setting_up.state() is SetupState.DONE


def test_a_sign_in_to_set_up_ends_in_time(installation):
    started = installation.start()
    installation.plex.approve(started.pin.id, installation.olivia.id)
    installation.ports.later(minutes=30)
    with pytest.raises(SignInNotFound):
        installation.complete(started)
    assert timedelta(minutes=30) == started.sign_in.expires_at - started.sign_in.created_at
