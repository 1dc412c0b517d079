"""The settings: one record, read by every request that needs any of them."""

from typing import TYPE_CHECKING, Any

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import field_names
from chalicelib.events.model import Entry
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Refresh, Settings
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, setting, update_if
from chalicelib.stores.events.journal import entry_record
from chalicelib.stores.settings.records import SettingsModel, read_settings

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

_FROM_PLEX = {"server", "libraries", "libraries_refresh"}
"""What the queue function and set-up write. Edits write the rest, so that neither overwrites the other."""

_EDITED = tuple(each for each in field_names(Settings) if each not in _FROM_PLEX)


_CHOSEN = ("enabled_libraries", "default_libraries", "application_url", "version")
"""What choosing a server writes beside what comes from Plex, which has no version: it is written in any case."""


class DynamoSettings:
    """settings.ports.SettingsStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> Settings:
        try:
            return read_settings(SettingsModel.get(SettingsModel.ID, consistent_read=True))
        except SettingsModel.DoesNotExist:
            return read_settings(None)

    def save(self, settings: Settings, entry: Entry, *, over: Settings) -> None:
        self._save(_differing(_EDITED, settings, over), entry, over)

    def choose_server(self, settings: Settings, entry: Entry, *, over: Settings) -> None:
        from_plex = {name: getattr(settings, name) for name in _FROM_PLEX}
        self._save(from_plex | _differing(_CHOSEN, settings, over), entry, over)

    def _save(self, values: dict[str, Any], entry: Entry, over: Settings) -> None:
        transaction = Transaction(self._connection)
        transaction.update("settings", _the_record(), setting(SettingsModel, values), _is_at(over.version))
        transaction.put("journal", entry_record(entry))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise StaleWrite from error

    def save_libraries(self, server: Server, libraries: tuple[Library, ...], refresh: Refresh, *, was: Server) -> None:
        now_known: list[Action] = [
            SettingsModel.server.set(server),
            SettingsModel.libraries.set(libraries),
            SettingsModel.libraries_refresh.set(refresh),
        ]
        _update(now_known, SettingsModel.server == was)

    def note_refresh(self, refresh: Refresh, *, was: Server) -> None:
        _update([SettingsModel.libraries_refresh.set(refresh)], SettingsModel.server == was)


def check_version(transaction: Transaction, version: int) -> None:
    """Under the name ``settings``: nothing is written unless the settings are still those of that version."""
    transaction.check("settings", SettingsModel, SettingsModel.ID, _is_at(version))


def _differing(names: tuple[str, ...], settings: Settings, over: Settings) -> dict[str, Any]:
    """What does not differ stays as it is stored: it may be what only a newer version of the program knows."""
    return {name: new for name in names if (new := getattr(settings, name)) != getattr(over, name)}


def _update(actions: list[Any], condition: Condition) -> None:
    if not update_if(_the_record(), actions, condition):
        raise StaleWrite


def _the_record() -> SettingsModel:
    return SettingsModel(id=SettingsModel.ID)


def _is_at(version: int) -> Condition:
    stored = SettingsModel.version == version
    return stored if version else stored | SettingsModel.version.does_not_exist()
