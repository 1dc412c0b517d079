"""The settings, in memory."""

from typing import Any

from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import field_names, replace
from chalicelib.events.model import Entry
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Refresh, Settings
from tests.fakes.database import Database

_FROM_PLEX = {"server", "libraries", "libraries_refresh"}
_EDITED = set(field_names(Settings)) - _FROM_PLEX
_CHOSEN = {"enabled_libraries", "default_libraries", "application_url", "version"}


class FakeSettings:
    """settings.ports.SettingsStore."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self) -> Settings:
        return self.database.settings

    def save(self, settings: Settings, entry: Entry, *, over: Settings) -> None:
        self._write(_differing(_EDITED, settings, over), entry, over)

    def choose_server(self, settings: Settings, entry: Entry, *, over: Settings) -> None:
        from_plex = {name: getattr(settings, name) for name in _FROM_PLEX}
        self._write(from_plex | _differing(_CHOSEN, settings, over), entry, over)

    def note_refresh(self, refresh: Refresh, *, was: Server) -> None:
        self._write_what_plex_said({"libraries_refresh": refresh}, was)

    def save_libraries(self, server: Server, libraries: tuple[Library, ...], refresh: Refresh, *, was: Server) -> None:
        self._write_what_plex_said({"server": server, "libraries": libraries, "libraries_refresh": refresh}, was)

    def _write(self, values: dict[str, Any], entry: Entry, over: Settings) -> None:
        self.database.before_write()
        if self.database.settings.version != over.version:
            raise StaleWrite
        self._replace(values)
        self.database.journal.append(entry)

    def _write_what_plex_said(self, values: dict[str, Any], was: Server) -> None:
        self.database.before_write()
        if self.database.settings.server != was:
            raise StaleWrite
        self._replace(values)

    def _replace(self, values: dict[str, Any]) -> None:
        self.database.settings = replace(self.database.settings, **values)


def _differing(names: set[str], settings: Settings, over: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in names if getattr(settings, name) != getattr(over, name)}
