"""The server's libraries: shown, and read from Plex through the queue function."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.accounts.model import User
from chalicelib.common.people import Permission
from chalicelib.common.ports import Clock, RetryLater, StaleWrite
from chalicelib.common.refusals import SetupIncomplete, TryAgain
from chalicelib.plex.errors import PlexError, PlexRefused, PlexTokenRefused
from chalicelib.plex.model import Server
from chalicelib.plex.ports import PlexOwner, WorkQueue
from chalicelib.settings.model import Refresh, RefreshFailure, Settings
from chalicelib.settings.ports import SettingsStore

_UNTIL_A_PERSON_ACTS = 900
_SOON = 30
"""Seconds."""


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
        asked = Refresh(refreshed_at=settings.libraries_refresh.refreshed_at, asked_at=now)
        try:
            self.settings.note_refresh(asked, was=settings.server)
        except StaleWrite as error:
            raise TryAgain from error
        self.queue.refresh_libraries()
        return replace(settings, libraries_refresh=asked)


@dataclass(frozen=True, slots=True)
class ReadingLibraries:
    settings: SettingsStore
    plex_owner: PlexOwner
    clock: Clock

    def read(self) -> Refresh:
        """Read the server's libraries from Plex into the settings; gives how that ended. Repeatable.

        Raises RetryLater for all that may pass. What went wrong is noted for the admin in any case.
        """
        settings = self.settings.get()
        if settings.server is None:
            return Refresh(failure=RefreshFailure.NO_SERVER)
        try:
            return self._read(settings.server, settings.libraries_refresh)
        except StaleWrite as error:
            raise RetryLater(1) from error

    def _read(self, server: Server, latest: Refresh) -> Refresh:
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
        refresh = Refresh(refreshed_at=self.clock())
        self.settings.save_libraries(replace(server, name=name), libraries, refresh, was=server)
        return refresh

    def _note(self, failure: RefreshFailure, server: Server, latest: Refresh) -> Refresh:
        refresh = Refresh(refreshed_at=latest.refreshed_at, failure=failure)
        self.settings.note_refresh(refresh, was=server)
        return refresh
