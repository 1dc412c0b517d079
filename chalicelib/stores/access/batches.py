"""Batches of decisions, beside the accesses that they are about. DynamoDB's TTL removes them."""

from typing import TYPE_CHECKING

import msgspec
from pynamodb.attributes import TTLAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.access.deciding.batches import KEPT_FOR, Batch, Refused
from chalicelib.access.ports import Answer, Beside, Row
from chalicelib.common.records import replace
from chalicelib.stores.access.records import ExtensionRequestModel, request_key
from chalicelib.stores.database.attributes import Texts, Typed
from chalicelib.stores.database.transactions import Transaction, update_if

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

_DECIDED = ""


class BatchModel(Model):
    """``results``: by account, nothing where it was decided, or a Refused as JSON; ``record`` has none of them."""

    class Meta:
        table_name = "access"

    user_id = UnicodeAttribute(hash_key=True)
    record = Typed[Batch](Batch)
    results = Texts()
    expires_at = TTLAttribute()


def keep_batch(batch: Batch) -> None:
    """access.deciding.batches.KeepBatch."""
    BatchModel(user_id=_key(batch.id), record=batch, results={}, expires_at=batch.asked_at + KEPT_FOR).save()


def find_batch(batch_id: str) -> Batch | None:
    """access.deciding.batches.FindBatch."""
    try:
        found = BatchModel.get(_key(batch_id), consistent_read=True)
    except BatchModel.DoesNotExist:
        return None
    return replace(found.record, results={id_: _read(text) for id_, text in found.results.items()})


def note_result(row: Row, refused: Refused | None) -> None:
    """access.deciding.batches.NoteResult."""
    text = msgspec.json.encode(refused).decode() if refused else _DECIDED
    update_if(BatchModel(user_id=_key(row.batch_id)), _noting(row, text), _is_new(row))


def note_beside(transaction: Transaction, beside: Beside | None) -> None:
    """Under the name ``beside``, where there is something: a row of a batch gets its first result; a request for more
    time is answered, and gone.
    """
    match beside:
        case Row():
            decided = _noting(beside, _DECIDED)
            transaction.update("beside", BatchModel(user_id=_key(beside.batch_id)), decided, _is_new(beside))
        case Answer(user_id):
            asked = ExtensionRequestModel(user_id=request_key(user_id))
            transaction.delete("beside", asked, ExtensionRequestModel.user_id.exists())


def _noting(row: Row, text: str) -> "list[Action]":
    return [BatchModel.results[row.user_id].set(text)]


def _is_new(row: Row) -> "Condition":
    is_new: Condition = BatchModel.user_id.exists() & BatchModel.results[row.user_id].does_not_exist()
    return is_new


def _read(text: str) -> Refused | None:
    return msgspec.json.decode(text, type=Refused) if text else None


def _key(batch_id: str) -> str:
    """No account's id has a sign in it."""
    return f"batch#{batch_id}"
