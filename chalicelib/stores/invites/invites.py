"""Invites: made, read and changed. lists.py lists them."""

from collections.abc import Callable

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from chalicelib.accounts.quotas import QuotaGuard
from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import CodeTaken, InviteNotFound
from chalicelib.events.model import Entry
from chalicelib.invites.model import Invite, Status
from chalicelib.invites.ports import Change
from chalicelib.settings.model import Settings
from chalicelib.stores.accounts.creations import note_creation
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, get_all, setting
from chalicelib.stores.events.journal import entry_record
from chalicelib.stores.invites.counts import Tally
from chalicelib.stores.invites.indexes import places
from chalicelib.stores.invites.lists import DynamoInviteLists
from chalicelib.stores.invites.records import InviteModel, facts_of, invite_record, read_invite, read_living
from chalicelib.stores.settings.records import SettingsModel, read_settings


class DynamoInvites(DynamoInviteLists):
    """invites.ports.InviteStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, invite: Invite, entry: Entry, guard: QuotaGuard | None) -> None:
        transaction, record, tally = Transaction(self._connection), invite_record(invite), Tally()
        transaction.put("code", record, InviteModel.code.does_not_exist())
        transaction.put("journal", entry_record(entry, creator=invite.created_by.id))
        note_creation(transaction, invite, guard)
        tally.moved(invite.code, None, record.status_hint)
        tally.write(transaction)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            if "quota" in error.names:
                raise StaleWrite from error
            raise CodeTaken(field="code") from error

    def get_even_deleted(self, code: str) -> Invite:
        try:
            return read_invite(InviteModel.get(code, consistent_read=True))
        except InviteModel.DoesNotExist as error:
            raise InviteNotFound from error

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        invite, settings = get_all(self._connection, (InviteModel, code), (SettingsModel, SettingsModel.ID))
        return read_living(invite), read_settings(settings)

    def has_other_case(self, code: str) -> bool:
        found = InviteModel.by_folded_code.query(code.lower(), limit=1)
        return next(found, None) is not None

    def change(self, code: str, decide: Callable[[Invite, Settings], Change | None]) -> Invite:
        record, settings = get_all(self._connection, (InviteModel, code), (SettingsModel, SettingsModel.ID))
        invite = read_living(record)
        if invite is None:
            raise InviteNotFound
        change = decide(invite, read_settings(settings))
        if change is None:
            return invite
        try:
            self._write(record, invite, *change)
        except ConditionsFailed as error:
            raise StaleWrite from error
        return change[0]

    def _write(self, record: InviteModel, was: Invite, becomes: Invite, entry: Entry) -> None:
        transaction, tally = Transaction(self._connection), Tally()
        status = None if becomes.deleted_at else becomes.status(becomes.updated_at)
        values = _changed(was, becomes) | places(becomes, status or Status.INACTIVE)
        condition = (InviteModel.edition == was.edition) & (InviteModel.status_hint == record.status_hint)
        if (used := _uses_condition(was, becomes, status)) is not None:
            condition &= used
        transaction.update("invite", InviteModel(code=was.code), setting(InviteModel, values), condition)
        transaction.put("journal", entry_record(entry, creator=becomes.created_by.id))
        tally.moved(was.code, record.status_hint, status)
        tally.write(transaction)
        transaction.commit()


def _changed(was: Invite, becomes: Invite) -> dict[str, object]:
    before, after = facts_of(was), facts_of(becomes)
    return {name: value for name, value in after.items() if value != before[name]}


def _uses_condition(was: Invite, becomes: Invite, status: Status | None) -> Condition | None:
    """Claims go on meanwhile without touching the edition: what was concluded from the uses must still hold."""
    uses = InviteModel.uses
    if becomes.deleted_at:
        return None if was.uses else uses == 0
    if becomes.usage_limit is None:
        return None
    return uses == becomes.usage_limit if status is Status.REDEEMED else uses < becomes.usage_limit
