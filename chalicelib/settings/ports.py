"""Where the settings are stored. Edits by people and readings of the libraries write different fields."""

from collections.abc import Callable
from typing import Protocol

from chalicelib.events.model import Entry
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Refresh, Settings

RenderMarkdown = Callable[[str], str]
"""Markdown as HTML that is safe to show to anybody."""


class SettingsStore(Protocol):
    def get(self) -> Settings:
        """The settings; the defaults (sign-up off, no server) while nothing is stored."""

    def save(self, settings: Settings, entry: Entry, *, over: Settings) -> None:
        """Write what people decide, where it differs, with its journal entry, over those of that version. Raises
        StaleWrite.
        """

    def choose_server(self, settings: Settings, entry: Entry, *, over: Settings) -> None:
        """Write the server, its libraries and what goes with them, likewise."""

    def note_refresh(self, refresh: Refresh, *, was: Server) -> None:
        """Write how the reading of the libraries stands. Raises StaleWrite when the server is another by now."""

    def save_libraries(self, server: Server, libraries: tuple[Library, ...], refresh: Refresh, *, was: Server) -> None:
        """Write what Plex said, and nothing else. Raises StaleWrite when the server is another by now."""
