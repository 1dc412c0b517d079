"""The settings: one record, read by every request that needs any of them."""

from dataclasses import fields
from typing import Any

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.common.ports import StaleWrite
from chalicelib.events.model import Entry
from chalicelib.plex.model import Library, Server
from chalicelib.settings.model import Refresh, Settings
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, update_if
from chalicelib.stores.events.journal import entry_record
from chalicelib.stores.settings.records import SettingsModel, read_settings

_FROM_PLEX = {"server", "libraries", "libraries_refresh"}
"""What the queue function and set-up write. Edits write the rest, so that neither overwrites the other."""

_EDITED = tuple(each.name for each in fields(Settings) if each.name not in _FROM_PLEX)


_CHOSEN = (
    "server",
    "libraries",
    "libraries_refresh",
    "enabled_libraries",
    "default_libraries",
    "application_url",
    "version",
)
"""What choosing a server writes."""


class DynamoSettings:
    """settings.ports.SettingsStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> Settings:
        try:
            return read_settings(SettingsModel.get(SettingsModel.ID, consistent_read=True))
        except SettingsModel.DoesNotExist:
            return read_settings(None)

    def save(self, settings: Settings, entry: Entry, *, over: int) -> None:
        self._save(_EDITED, settings, entry, over)

    def choose_server(self, settings: Settings, entry: Entry, *, over: int) -> None:
        self._save(_CHOSEN, settings, entry, over)

    def _save(self, names: tuple[str, ...], settings: Settings, entry: Entry, over: int) -> None:
        transaction = Transaction(self._connection)
        actions = [_set(name, getattr(settings, name)) for name in names]
        transaction.update("settings", _the_record(), actions, _is_at(over))
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


def _update(actions: list[Any], condition: Condition) -> None:
    if not update_if(_the_record(), actions, condition):
        raise StaleWrite


def _the_record() -> SettingsModel:
    return SettingsModel(id=SettingsModel.ID)


def _is_at(version: int) -> Condition:
    stored = SettingsModel.version == version
    return stored if version else stored | SettingsModel.version.does_not_exist()


def _set(name: str, value: Any) -> Action:
    attribute = getattr(SettingsModel, name)
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action
