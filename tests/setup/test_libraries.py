"""Reading the libraries from Plex, however Plex answers."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.common.people import Permission
from chalicelib.common.ports import RetryLater
from chalicelib.common.records import replace
from chalicelib.common.refusals import NotAllowed, SetupIncomplete, TryAgain
from chalicelib.plex.errors import PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Refresh, RefreshFailure, RefreshState, Settings
from chalicelib.setup.libraries import ManagingLibraries, ReadingLibraries, RefreshingDaily
from testing.invite_builders import a_user
from tests.fakes.ports import FakePorts

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)
MOVIES = Library("100", "1", "Movies", "movie")
ANOTHER = Server("another", "Cellar", 41)


@pytest.fixture
def ports():
    """With a server, and its libraries were read the day before."""
    ports = FakePorts()
    ports.now = NOW
    server = Server(ports.plex.server.machine_id, "Home", ports.plex.owner.id)
    read = Refresh(refreshed_at=EARLIER)
    ports.database.settings = Settings(server=server, libraries=(MOVIES,), libraries_refresh=read)
    return ports


def read(ports):
    return ports.use(ReadingLibraries).read()


def request(ports, now=NOW):
    return ports.use(ManagingLibraries).request(now=now)


def choose(ports, server):
    """As the owner does meanwhile."""

    def chosen():
        ports.database.settings = replace(ports.database.settings, server=server)

    return chosen


def test_what_plex_says_is_written_with_the_server_s_name_of_today(ports):
    ports.plex.server.libraries.append(MOVIES)
    ports.plex.server.name = "Attic"
    before = ports.settings.get()
    assert read(ports) == Refresh(refreshed_at=NOW, plex_pass=True, home_limit=15)
    assert ports.settings.get() == replace(
        before,
        server=replace(before.server, name="Attic"),
        libraries=tuple(ports.plex.server.libraries),
        libraries_refresh=Refresh(refreshed_at=NOW, plex_pass=True, home_limit=15),
    )


OTHER = Library("200", "2", "Series", "show")


def show(ports, *libraries):
    ports.plex.server.libraries[:] = libraries


def read_twice(ports):
    with pytest.raises(RetryLater) as later:
        read(ports)
    assert later.value.seconds == 10
    return read(ports)


@pytest.mark.parametrize("shown", [(), (OTHER,)], ids=["empty", "another"])
def test_an_answer_in_which_libraries_are_missing_changes_nothing_until_a_second_one_agrees(ports, shown):
    show(ports, *shown)
    with pytest.raises(RetryLater):
        read(ports)
    assert ports.settings.get().libraries == (MOVIES,)
    assert read(ports) == Refresh(refreshed_at=NOW, plex_pass=True, home_limit=15)
    assert ports.settings.get().libraries == shown


def test_a_second_answer_that_differs_is_doubted_as_well(ports):
    show(ports)
    with pytest.raises(RetryLater):
        read(ports)
    show(ports, OTHER)
    with pytest.raises(RetryLater):
        read(ports)
    assert ports.settings.get().libraries == (MOVIES,)
    show(ports, MOVIES, OTHER)
    assert read(ports) == Refresh(refreshed_at=NOW, plex_pass=True, home_limit=15)
    assert ports.settings.get().libraries == (MOVIES, OTHER)


def test_a_failure_in_between_forgets_no_doubt(ports):
    show(ports)
    with pytest.raises(RetryLater):
        read(ports)
    ports.plex.fail("libraries", TemporaryPlexError("503"))
    with pytest.raises(RetryLater):
        read(ports)
    assert read(ports) == Refresh(refreshed_at=NOW, plex_pass=True, home_limit=15)


def test_a_library_that_was_made_again_is_chosen_where_the_earlier_one_was(ports):
    ports.database.settings = replace(
        ports.database.settings,
        libraries=(MOVIES, OTHER),
        enabled_libraries=(MOVIES.id, OTHER.id),
        default_libraries=(MOVIES.id,),
    )
    again, namesake = replace(MOVIES, id="101"), replace(MOVIES, id="102", type="photo")
    show(ports, again, namesake, OTHER)
    before = ports.settings.get()
    read_twice(ports)
    after = ports.settings.get()
    assert (after.enabled_libraries, after.default_libraries) == (("101", OTHER.id), ("101",))
    assert after.version == before.version + 1
    (entry,) = ports.database.journal
    assert (entry.action, entry.by.name) == ("libraries made again", ports.plex.server.name)
    assert entry.before == {"enabled_libraries": [MOVIES.id, OTHER.id], "default_libraries": [MOVIES.id]}


def test_libraries_that_were_not_chosen_by_name_are_written_without_a_word(ports):
    show(ports, replace(MOVIES, id="101"))
    version = ports.settings.get().version
    read_twice(ports)
    assert (ports.settings.get().version, ports.database.journal) == (version, [])


def sweep(ports, at):
    return sum(batch.done for batch in ports.use(RefreshingDaily).sweep(ports.settings.get, now=at))


@pytest.mark.parametrize(
    ("since", "asked"),
    [
        (timedelta(hours=23, minutes=59), 0),
        (timedelta(days=1), 1),
        (timedelta(days=1, minutes=4), 1),
        (timedelta(days=1, minutes=5), 0),
        (timedelta(days=1, hours=1), 1),
    ],
)
def test_libraries_are_read_daily_and_where_that_fails_every_hour(ports, since, asked):
    assert sweep(ports, EARLIER + since) == asked
    assert [message.kind for message in ports.queue.messages] == ["refresh_libraries"] * asked


def test_without_a_server_none_are_read(ports):
    ports.database.settings = Settings()
    assert sweep(ports, NOW) == 0


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        (TemporaryPlexError("503"), 30),
        (TemporaryPlexError("429", retry_after=120), 120),
        (TemporaryPlexError("429", retry_after=86400), 900),
        (PlexTokenRefused("401"), 900),
    ],
)
def test_what_may_pass_is_tried_again_and_told_meanwhile(ports, trouble, seconds):
    ports.plex.fail("libraries", trouble)
    with pytest.raises(RetryLater) as later:
        read(ports)
    assert later.value.seconds == seconds
    noted = ports.settings.get().libraries_refresh
    assert noted.state(NOW) is RefreshState.FAILED
    is_refused = isinstance(trouble, PlexTokenRefused)
    assert noted.failure_code(NOW) == (RefreshFailure.TOKEN_REFUSED if is_refused else RefreshFailure.NO_ANSWER)
    assert noted.refreshed_at == EARLIER
    assert ports.settings.get().libraries == (MOVIES,)


def test_an_owner_s_token_that_plex_does_not_take_is_told(ports):
    ports.plex.takes_owner_token = False
    with pytest.raises(RetryLater):
        read(ports)
    assert ports.settings.get().libraries_refresh.failure == RefreshFailure.TOKEN_REFUSED


def test_a_refusal_is_told_and_not_tried_again(ports):
    ports.plex.fail("libraries", PlexRefused("404", status=404))
    ended = read(ports)
    assert ended == ports.settings.get().libraries_refresh
    assert ended.failure_code(NOW) == RefreshFailure.NOT_YOURS
    assert ended.refreshed_at == EARLIER
    assert ports.settings.get().libraries == (MOVIES,)


def test_a_server_chosen_meanwhile_is_read_instead(ports):
    ports.database.let_come_first(choose(ports, ANOTHER))
    with pytest.raises(RetryLater) as later:
        read(ports)
    assert later.value.seconds == 1
    assert ports.settings.get().libraries == (MOVIES,)


@pytest.mark.parametrize(
    "trouble", [TemporaryPlexError("503"), PlexTokenRefused("401"), PlexRefused("404", status=404)]
)
def test_what_went_wrong_with_a_server_is_not_told_of_one_chosen_meanwhile(ports, trouble):
    ports.plex.fail("libraries", trouble)
    ports.database.let_come_first(choose(ports, ANOTHER))
    with pytest.raises(RetryLater) as later:
        read(ports)
    assert later.value.seconds == 1
    assert ports.settings.get().libraries_refresh == Refresh(refreshed_at=EARLIER)


def test_whether_the_owner_has_plex_pass_is_read_with_the_libraries(ports):
    ports.plex.server.libraries.append(MOVIES)
    ports.plex.plex_pass = False
    read(ports)
    assert ports.settings.get().lacks_plex_pass


def test_libraries_do_not_wait_for_what_plex_does_not_tell_of_its_pass(ports):
    ports.plex.server.libraries.append(MOVIES)
    known = replace(ports.settings.get().libraries_refresh, plex_pass=False)
    ports.database.settings = replace(ports.settings.get(), libraries_refresh=known)
    ports.plex.fail("home_capacity", TemporaryPlexError("no answer"))
    assert read(ports) == Refresh(refreshed_at=NOW, plex_pass=False)


def test_without_a_server_there_is_nothing_to_read(ports):
    ports.database.settings = Settings()
    assert read(ports) == Refresh(failure=RefreshFailure.NO_SERVER)
    assert ports.plex.calls == []
    with pytest.raises(SetupIncomplete) as refused:
        request(ports)
    assert refused.value.key == "SetupIncomplete"
    assert ports.queue.messages == []


def test_a_reading_that_never_came_back_counts_as_failed(ports):
    asked = request(ports).libraries_refresh
    assert [message.kind for message in ports.queue.messages] == ["refresh_libraries"]
    assert asked.state(NOW) is RefreshState.RUNNING
    assert asked.state(NOW + timedelta(minutes=10)) is RefreshState.FAILED
    assert asked.failure_code(NOW + timedelta(minutes=10)) == RefreshFailure.NOT_ASKED


def test_a_reading_that_was_asked_for_is_noted_beside_the_latest_one(ports):
    before = ports.settings.get()
    asked = request(ports)
    assert asked == replace(before, libraries_refresh=Refresh(refreshed_at=EARLIER, asked_at=NOW))
    assert ports.settings.get() == asked


def test_a_reading_of_a_server_that_is_another_by_now_is_not_asked_for(ports):
    ports.database.let_come_first(choose(ports, ANOTHER))
    with pytest.raises(TryAgain):
        request(ports)
    assert ports.queue.messages == []


def test_admins_have_the_libraries_read(ports):
    refreshed = ports.use(ManagingLibraries).refresh(by=a_user("anna", Permission.ADMIN), now=NOW)
    assert refreshed == ports.settings.get()
    assert len(ports.queue.messages) == 1
    everything_else = sorted(set(Permission) - {Permission.ADMIN})
    with pytest.raises(NotAllowed):
        ports.use(ManagingLibraries).refresh(by=a_user("ruth", *everything_else), now=NOW)
    assert len(ports.queue.messages) == 1


@pytest.mark.parametrize("permission", Permission)
def test_those_who_choose_libraries_see_them(ports, permission):
    managing, settings = ports.use(ManagingLibraries), ports.settings.get()
    by = a_user("ruth", permission)
    if permission in (Permission.ADMIN, Permission.ADVANCED_INVITES, Permission.MANAGE_INVITES):
        assert managing.show(settings, by=by) == settings
        return
    with pytest.raises(NotAllowed):
        managing.show(settings, by=by)
