"""Whose house this is: one record beside the settings, so that there is exactly one owner, whoever is first."""

from typing import Any, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model

from chalicelib.adapters.dynamo.attributes import Typed
from chalicelib.adapters.dynamo.audit import audit_record
from chalicelib.adapters.dynamo.identities import make_the_account
from chalicelib.adapters.dynamo.mapping import session_record, settings_of
from chalicelib.adapters.dynamo.models import SettingsModel
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction, get_all
from chalicelib.domain.audit import Entry
from chalicelib.domain.ownership import OwnedServer, Ownership
from chalicelib.domain.sessions import Session
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import User
from chalicelib.ports import OutOfDate

_CHOSEN = (
    "server",
    "libraries",
    "libraries_refresh",
    "enabled_libraries",
    "default_libraries",
    "application_url",
    "version",
)


class OwnershipModel(Model):
    class Meta:
        table_name = "settings"

    ID: ClassVar[str] = "ownership"

    id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    plex_id = NumberAttribute()
    servers = Typed[tuple[OwnedServer, ...]](tuple[OwnedServer, ...])
    spent_token = UnicodeAttribute(null=True)


class DynamoOwnerships:
    """ports.Ownerships."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get_with_settings(self) -> tuple[Ownership | None, Settings]:
        found, settings = get_all(
            self._connection, (OwnershipModel, OwnershipModel.ID), (SettingsModel, SettingsModel.ID)
        )
        return found and _ownership_of(found), settings_of(settings)

    def take(self, ownership: Ownership, session: Session, *, newcomer: User | None) -> None:
        transaction = Transaction(self._connection)
        nobodys, theirs = OwnershipModel.id.does_not_exist(), OwnershipModel.plex_id == ownership.plex_id
        transaction.put("ownership", ownership_record(ownership), nobodys if newcomer else theirs)
        transaction.put("session", session_record(session))
        if newcomer:
            make_the_account(transaction, newcomer)
        _commit(transaction)

    def choose(self, settings: Settings, entry: Entry, *, over: int) -> None:
        transaction = Transaction(self._connection)
        stored = SettingsModel.version == over
        unchanged = stored if over else stored | SettingsModel.version.does_not_exist()
        actions: list[Any] = [getattr(SettingsModel, name).set(getattr(settings, name)) for name in _CHOSEN]
        transaction.update("settings", SettingsModel(id=SettingsModel.ID), actions, unchanged)
        transaction.put("audit", audit_record(entry))
        _commit(transaction)


def ownership_record(ownership: Ownership) -> OwnershipModel:
    return OwnershipModel(
        id=OwnershipModel.ID,
        owner_id=ownership.owner_id,
        plex_id=ownership.plex_id,
        servers=ownership.servers,
        spent_token=ownership.spent_token,
    )


def _ownership_of(record: OwnershipModel) -> Ownership:
    return Ownership(
        owner_id=record.owner_id,
        plex_id=int(record.plex_id),
        servers=record.servers,
        spent_token=record.spent_token,
    )


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except ConditionsFailed as error:
        raise OutOfDate from error
