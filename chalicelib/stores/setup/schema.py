"""Of which schema the stored data are: two attributes of the settings' record, beside the settings."""

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from chalicelib.common.ports import StaleWrite
from chalicelib.setup.model import FIRST_SCHEMA, Progress
from chalicelib.stores.database.transactions import Transaction, setting, update_if
from chalicelib.stores.migrations import SCHEMA
from chalicelib.stores.settings.records import SettingsModel


class DynamoSchema:
    """setup.ports.ReadProgress and SaveProgress."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def progress(self) -> Progress:
        try:
            record = SettingsModel.get(SettingsModel.ID, consistent_read=True)
        except SettingsModel.DoesNotExist:
            return Progress()
        return Progress(int(record.schema_version or FIRST_SCHEMA), record.migration_cursor)

    def save(self, progress: Progress, was: Progress) -> None:
        values = {"schema_version": progress.schema, "migration_cursor": progress.cursor}
        if not update_if(SettingsModel(id=SettingsModel.ID), setting(SettingsModel, values), _is_still(was)):
            raise StaleWrite


def begin_with_the_schema(transaction: Transaction) -> None:
    """A new installation has nothing that would have to be migrated."""
    version = SettingsModel.schema_version
    transaction.update("schema", SettingsModel(id=SettingsModel.ID), [version.set(version | SCHEMA)])


def _is_still(was: Progress) -> Condition:
    version, cursor = SettingsModel.schema_version, SettingsModel.migration_cursor
    schema: Condition = version == was.schema
    if was.schema == FIRST_SCHEMA:
        schema |= version.does_not_exist()
    condition: Condition = schema & (cursor.does_not_exist() if was.cursor is None else cursor == was.cursor)
    return condition
