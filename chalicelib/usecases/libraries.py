"""The server's libraries: shown, and read from Plex through the queue function."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.refusals import SetupIncomplete, TryAgain
from chalicelib.domain.settings import Refresh, Server, Settings
from chalicelib.ports import (
    OutOfDate,
    PlexError,
    PlexLibraries,
    PlexPassing,
    PlexRefused,
    PlexTokenRefused,
    ProvisionQueue,
    SettingsStore,
)
from chalicelib.usecases.provisioning import TryLater

_UNTIL_SOMEBODY_ACTS = 900
_SOON = 30


def ask(*, settings: SettingsStore, queue: ProvisionQueue, now: datetime) -> Settings:
    """Have the libraries read from Plex by the one function that may. Raises SetupIncomplete, TryAgain."""
    house = settings.get()
    if house.server is None:
        raise SetupIncomplete
    asked = Refresh(refreshed_at=house.libraries_refresh.refreshed_at, asked_at=now)
    try:
        settings.note_refresh(asked, was=house.server)
    except OutOfDate as error:
        raise TryAgain from error
    queue.refresh_libraries()
    return replace(house, libraries_refresh=asked)


def refresh(*, settings: SettingsStore, plex: PlexLibraries, now: datetime) -> Refresh:
    """Read the server's libraries from Plex into the settings; gives how that ended. Repeatable.

    Raises TryLater for all that may pass. What went wrong is noted for the admin in any case.
    """
    house = settings.get()
    if house.server is None:
        return Refresh(failure="No server is chosen.")
    try:
        return _refreshed(house.server, settings, plex, now)
    except OutOfDate as error:
        raise TryLater(1) from error
    except PlexRefused:
        return _noted(settings, house, "Plex says that this server is not yours any more. Set it up again.")
    except PlexTokenRefused as error:
        _noted(settings, house, "Plex no longer accepts the owner's sign-in. Sign in with Plex again in the set-up.")
        raise TryLater(_UNTIL_SOMEBODY_ACTS) from error
    except PlexError as error:
        _noted(settings, house, "Plex does not answer at the moment. It is asked again by itself.")
        asked = error.retry_after if isinstance(error, PlexPassing) else None
        raise TryLater(min(asked or _SOON, _UNTIL_SOMEBODY_ACTS)) from error


def _refreshed(server: Server, settings: SettingsStore, plex: PlexLibraries, now: datetime) -> Refresh:
    name, libraries = plex.of(server.machine_id)
    refresh = Refresh(refreshed_at=now)
    settings.refreshed(replace(server, name=name), libraries, refresh, was=server)
    return refresh


def _noted(settings: SettingsStore, house: Settings, failure: str) -> Refresh:
    refresh = Refresh(refreshed_at=house.libraries_refresh.refreshed_at, failure=failure)
    if house.server:
        settings.note_refresh(refresh, was=house.server)
    return refresh
