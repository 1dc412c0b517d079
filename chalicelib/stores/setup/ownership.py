"""Who owns this installation: one record in the settings' table, so that there is exactly one owner."""

from typing import TYPE_CHECKING, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.accounts.model import User
from chalicelib.accounts.sessions import Session, SignIn
from chalicelib.common.ports import StaleWrite
from chalicelib.events.model import Entry
from chalicelib.plex.model import OwnedServer
from chalicelib.settings.model import Settings
from chalicelib.setup.model import Handover, Ownership
from chalicelib.stores.accounts.identities import find_tombstone, put_account
from chalicelib.stores.accounts.records import UserModel, session_record
from chalicelib.stores.accounts.sessions import complete_sign_in
from chalicelib.stores.database.attributes import Typed
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, get_all
from chalicelib.stores.events.journal import entry_record
from chalicelib.stores.settings.records import SettingsModel, read_settings
from chalicelib.stores.setup.schema import begin_with_the_schema

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action


class OwnershipModel(Model):
    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "ownership"

    id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    plex_id = NumberAttribute()
    servers = Typed[tuple[OwnedServer, ...]](tuple[OwnedServer, ...])
    spent_token = UnicodeAttribute(null=True)


class DynamoOwnership:
    """setup.ports.OwnershipStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get_with_settings(self) -> tuple[Ownership | None, Settings]:
        found, settings = get_all(
            self._connection, (OwnershipModel, OwnershipModel.ID), (SettingsModel, SettingsModel.ID)
        )
        return found and _read_ownership(found), read_settings(settings)

    def take(
        self,
        ownership: Ownership,
        session: Session,
        entry: Entry,
        *,
        sign_in: SignIn,
        newcomer: User | None,
        handover: Handover | None = None,
    ) -> None:
        transaction = Transaction(self._connection)
        transaction.write("ownership", ownership_record(ownership), _may_take(ownership, newcomer, handover))
        if newcomer and not handover:
            begin_with_the_schema(transaction)
        complete_sign_in(transaction, sign_in, session)
        transaction.put("session", session_record(session))
        transaction.put("journal", entry_record(entry))
        if handover:
            _permit(transaction, "former owner", handover.former)
        if handover and handover.known:
            _permit(transaction, "new owner", handover.known)
        if newcomer:
            put_account(transaction, newcomer, over=find_tombstone(newcomer.plex_id) if newcomer.plex_id else None)
        _commit(transaction)

    def renew(self, ownership: Ownership, entry: Entry) -> None:
        transaction = Transaction(self._connection)
        is_theirs = OwnershipModel.plex_id == ownership.plex_id
        transaction.write("ownership", ownership_record(ownership), is_theirs)
        transaction.put("journal", entry_record(entry))
        _commit(transaction)


def _may_take(ownership: Ownership, newcomer: User | None, handover: Handover | None) -> Condition:
    if handover:
        over = handover.over
        spent: Condition = OwnershipModel.spent_token.does_not_exist()
        if over.spent_token:
            spent = OwnershipModel.spent_token == over.spent_token
        is_still: Condition = (OwnershipModel.plex_id == over.plex_id) & spent
        return is_still
    is_free: Condition = OwnershipModel.id.does_not_exist()
    return is_free if newcomer else OwnershipModel.plex_id == ownership.plex_id


def _permit(transaction: Transaction, name: str, user: User) -> None:
    permitted: list[Action] = [UserModel.permissions.set(user.permissions)]
    transaction.update(name, UserModel(id=user.id), permitted, UserModel.state == user.state.value)


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except ConditionsFailed as error:
        raise StaleWrite from error


def ownership_record(ownership: Ownership) -> OwnershipModel:
    return OwnershipModel(
        id=OwnershipModel.ID,
        owner_id=ownership.owner_id,
        plex_id=ownership.plex_id,
        servers=ownership.servers,
        spent_token=ownership.spent_token,
    )


def _read_ownership(record: OwnershipModel) -> Ownership:
    return Ownership(
        owner_id=record.owner_id,
        plex_id=int(record.plex_id),
        servers=record.servers,
        spent_token=record.spent_token,
    )
