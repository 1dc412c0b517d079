"""The latest look at everybody on Plex."""

from dataclasses import replace

from chalicelib.access.looks import Look
from chalicelib.common.ports import StaleWrite
from chalicelib.stores.access.records import LookModel
from chalicelib.stores.database.transactions import write_if


class DynamoLooks:
    """access.ports.LookStore."""

    def get(self) -> Look | None:
        try:
            record = LookModel.get(LookModel.ID, consistent_read=True)
        except LookModel.DoesNotExist:
            return None
        return replace(record.record, revision=int(record.revision))

    def save(self, look: Look) -> Look:
        saved = replace(look, revision=look.revision + 1)
        revision = LookModel.revision
        as_read = revision == look.revision if look.revision else revision.does_not_exist()
        if not write_if(LookModel(id=LookModel.ID, record=saved, revision=saved.revision), as_read):
            raise StaleWrite
        return saved
