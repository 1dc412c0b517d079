"""The one record that every request needing settings reads."""

from dataclasses import fields
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamo.audit import audit_record
from chalicelib.adapters.dynamo.mapping import settings_of
from chalicelib.adapters.dynamo.models import SettingsModel
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction
from chalicelib.domain.audit import Entry
from chalicelib.domain.settings import Library, Refresh, Server, Settings
from chalicelib.ports import OutOfDate

_FROM_PLEX = {"server", "libraries", "libraries_refresh"}
"""What the queue function and set-up write, beside people's edits: neither is in the other's way."""

_EDITED = tuple(each.name for each in fields(Settings) if each.name not in _FROM_PLEX)


class DynamoSettings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> Settings:
        try:
            return settings_of(SettingsModel.get(SettingsModel.ID, consistent_read=True))
        except SettingsModel.DoesNotExist:
            return settings_of(None)

    def save(self, settings: Settings, entry: Entry, *, over: int) -> None:
        transaction = Transaction(self._connection)
        actions = [_set(name, getattr(settings, name)) for name in _EDITED]
        transaction.update("settings", _the_record(), actions, _is_at(over))
        transaction.put("audit", audit_record(entry))
        try:
            transaction.commit()
        except ConditionsFailed as error:
            raise OutOfDate from error

    def refreshed(self, server: Server, libraries: tuple[Library, ...], refresh: Refresh, *, was: Server) -> None:
        now_known: list[Action] = [
            SettingsModel.server.set(server),
            SettingsModel.libraries.set(libraries),
            SettingsModel.libraries_refresh.set(refresh),
        ]
        _update(now_known, SettingsModel.server == was)

    def note_refresh(self, refresh: Refresh, *, was: Server) -> None:
        _update([SettingsModel.libraries_refresh.set(refresh)], SettingsModel.server == was)


def _update(actions: list[Action], condition: Condition) -> None:
    try:
        _the_record().update(actions, condition)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise OutOfDate from error
        raise


def _the_record() -> SettingsModel:
    return SettingsModel(id=SettingsModel.ID)


def _is_at(version: int) -> Condition:
    stored = SettingsModel.version == version
    return stored if version else stored | SettingsModel.version.does_not_exist()


def _set(name: str, value: Any) -> Action:
    attribute = getattr(SettingsModel, name)
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action
