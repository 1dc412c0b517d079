"""The server's libraries: shown, and read from Plex through the queue function."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission, Person
from chalicelib.common.ports import Clock, NewId, RetryLater, StaleWrite
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import SetupIncomplete, TryAgain
from chalicelib.common.sweeping import Batch
from chalicelib.events.model import SETTINGS, Entry, change_entry
from chalicelib.plex.errors import PlexError, PlexRefused, PlexTokenRefused
from chalicelib.plex.model import Library, Server
from chalicelib.plex.ports import PlexOwner, WorkQueue
from chalicelib.settings.editing import choices
from chalicelib.settings.libraries import lacks_some, with_libraries
from chalicelib.settings.model import Refresh, RefreshFailure, Settings
from chalicelib.settings.ports import SettingsStore

_UNTIL_A_PERSON_ACTS = 900
_SOON = 30
_SECOND_READ_AFTER = 10
"""Seconds."""

_DAY = timedelta(days=1)
_MINUTES_BETWEEN_SWEEPS = 5


@dataclass(frozen=True, slots=True)
class ManagingLibraries:
    settings: SettingsStore
    queue: WorkQueue

    def show(self, settings: Settings, *, by: User) -> Settings:
        """The settings that were read already, for a person who may see the libraries in them. Raises NotAllowed."""
        by.must(Permission.ADVANCED_INVITES, Permission.MANAGE_INVITES)
        return settings

    def refresh(self, *, by: User, now: datetime) -> Settings:
        """Have the libraries read from Plex by the one function that may. Raises NotAllowed and as ``request``."""
        by.must(Permission.ADMIN)
        return self.request(now=now)

    def request(self, *, now: datetime) -> Settings:
        """The same where the server was chosen a moment ago. Raises SetupIncomplete, TryAgain."""
        settings = self.settings.get()
        if settings.server is None:
            raise SetupIncomplete
        asked = replace(settings.libraries_refresh, asked_at=now, failure=None, doubted=None)
        try:
            self.settings.note_refresh(asked, was=settings.server)
        except StaleWrite as error:
            raise TryAgain from error
        self.queue.refresh_libraries()
        return replace(settings, libraries_refresh=asked)


@dataclass(frozen=True, slots=True)
class RefreshingDaily:
    queue: WorkQueue

    def sweep(self, read_settings: Callable[[], Settings], *, now: datetime) -> Iterator[Batch]:
        """Have the libraries read where that was a day ago, every hour until it went well."""
        settings = read_settings()
        latest = settings.libraries_refresh.refreshed_at
        is_old = latest is None or latest <= now - _DAY
        if settings.server and is_old and now.minute < _MINUTES_BETWEEN_SWEEPS:
            self.queue.refresh_libraries()
            yield Batch(done=1)


@dataclass(frozen=True, slots=True)
class ReadingLibraries:
    settings: SettingsStore
    plex_owner: PlexOwner
    new_id: NewId
    clock: Clock

    def read(self) -> Refresh:
        """Read the server's libraries from Plex into the settings; gives how that ended. Repeatable.

        An answer in which libraries are missing changes nothing until a second one agrees. Raises RetryLater for that,
        and for all that may pass. What went wrong is noted for the admin in any case.
        """
        settings = self.settings.get()
        if settings.server is None:
            return Refresh(failure=RefreshFailure.NO_SERVER)
        try:
            return self._read(settings, settings.server)
        except StaleWrite as error:
            raise RetryLater(1) from error

    def _read(self, settings: Settings, server: Server) -> Refresh:
        latest = settings.libraries_refresh
        try:
            name, libraries = self.plex_owner.libraries(server.machine_id)
        except PlexRefused:
            return self._note(RefreshFailure.NOT_YOURS, server, latest)
        except PlexTokenRefused as error:
            self._note(RefreshFailure.TOKEN_REFUSED, server, latest)
            raise RetryLater(_UNTIL_A_PERSON_ACTS) from error
        except PlexError as error:
            self._note(RefreshFailure.NO_ANSWER, server, latest)
            raise RetryLater(min(error.asked_to_wait or _SOON, _UNTIL_A_PERSON_ACTS)) from error
        ids = tuple(sorted(library.id for library in libraries))
        if lacks_some(libraries, settings) and latest.doubted != ids:
            self.settings.note_refresh(replace(latest, doubted=ids), was=server)
            raise RetryLater(_SECOND_READ_AFTER)
        return self._save(settings, replace(server, name=name), libraries)

    def _save(self, settings: Settings, server: Server, libraries: tuple[Library, ...]) -> Refresh:
        refresh = self._about_the_owner(Refresh(refreshed_at=self.clock()), settings.libraries_refresh)
        becomes = with_libraries(replace(settings, server=server, libraries_refresh=refresh), libraries)
        if choices(becomes) == choices(settings) and settings.server:
            self.settings.save_libraries(server, libraries, refresh, was=settings.server)
        else:
            becomes = replace(becomes, version=settings.version + 1)
            self.settings.choose_server(becomes, self._entry(settings, becomes), over=settings)
        return refresh

    def _about_the_owner(self, refresh: Refresh, latest: Refresh) -> Refresh:
        """As it was known, where Plex does not tell: the libraries do not wait for that."""
        try:
            home = self.plex_owner.home_capacity()
        except PlexError:
            return replace(refresh, plex_pass=latest.plex_pass, home_limit=latest.home_limit)
        return replace(refresh, plex_pass=home.plex_pass, home_limit=home.most)

    def _entry(self, settings: Settings, becomes: Settings) -> Entry:
        """Plex's doing, and the owner's: told as of the server itself."""
        name = becomes.server.name if becomes.server else ""
        return change_entry(
            self.new_id(),
            SETTINGS,
            "libraries made again",
            by=Person("plex", name),
            now=self.clock(),
            before=choices(settings),
            after=choices(becomes),
        )

    def _note(self, failure: RefreshFailure, server: Server, latest: Refresh) -> Refresh:
        refresh = replace(latest, asked_at=None, failure=failure)
        self.settings.note_refresh(refresh, was=server)
        return refresh
