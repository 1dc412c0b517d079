"""Invites: made, read and changed. How they are listed stands in invite_lists.py."""

from collections.abc import Callable

from pynamodb.connection import Connection
from pynamodb.expressions.condition import Condition

from chalicelib.adapters.dynamo.audit import audit_record
from chalicelib.adapters.dynamo.counts import Tally
from chalicelib.adapters.dynamo.creations import TOO_MANY, CreationsModel, note_creation, times_of, trim
from chalicelib.adapters.dynamo.invite_indexes import places, setting
from chalicelib.adapters.dynamo.invite_lists import DynamoInviteLists
from chalicelib.adapters.dynamo.invite_records import facts_of, invite_of, invite_record, living
from chalicelib.adapters.dynamo.mapping import settings_of, user_of
from chalicelib.adapters.dynamo.models import InviteModel, RedemptionModel, SettingsModel, UserModel
from chalicelib.adapters.dynamo.pages import page_of
from chalicelib.adapters.dynamo.transactions import ConditionsFailed, Transaction, get_all
from chalicelib.domain.audit import Entry
from chalicelib.domain.invites import Invite, Status
from chalicelib.domain.paging import Page
from chalicelib.domain.redemptions import Redemption
from chalicelib.domain.refusals import CodeTaken, InviteNotFound
from chalicelib.domain.settings import Settings
from chalicelib.ports import Contention, Decided, Groundwork, Guard, OutOfDate

_TRIES_AGAINST_OTHERS = 20


class DynamoInvites(DynamoInviteLists):
    """ports.Invites."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def groundwork(self, inviter_id: str) -> Groundwork:
        settings, inviter, creations = get_all(
            self._connection,
            (SettingsModel, SettingsModel.ID),
            (UserModel, inviter_id),
            (CreationsModel, inviter_id),
        )
        created = times_of(creations)
        if len(created) >= TOO_MANY:
            trim(inviter_id)
        return Groundwork(settings_of(settings), inviter and user_of(inviter), created)

    def add(self, invite: Invite, entry: Entry, guard: Guard | None) -> None:
        transaction, record, tally = Transaction(self._connection), invite_record(invite), Tally()
        transaction.put("code", record, InviteModel.code.does_not_exist())
        transaction.put("audit", audit_record(entry))
        note_creation(transaction, invite.created_by.id, invite.created_at, guard)
        tally.moved(invite.code, None, record.status_hint)
        tally.write(transaction)
        try:
            transaction.commit()
        except ConditionsFailed as error:
            if "quota" in error.names:
                raise OutOfDate from error
            raise CodeTaken(field="code") from error

    def get(self, code: str) -> Invite:
        invite = self.even_deleted(code)
        if invite.deleted_at:
            raise InviteNotFound
        return invite

    def even_deleted(self, code: str) -> Invite:
        try:
            return invite_of(InviteModel.get(code, consistent_read=True))
        except InviteModel.DoesNotExist as error:
            raise InviteNotFound from error

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        invite, settings = get_all(self._connection, (InviteModel, code), (SettingsModel, SettingsModel.ID))
        return living(invite), settings_of(settings)

    def change(self, code: str, decide: Callable[[Invite, Settings], Decided | None]) -> Invite:
        for _ in range(_TRIES_AGAINST_OTHERS):
            record, settings = get_all(self._connection, (InviteModel, code), (SettingsModel, SettingsModel.ID))
            invite = living(record)
            if invite is None:
                raise InviteNotFound
            decided = decide(invite, settings_of(settings))
            if decided is None:
                return invite
            try:
                self._write(record, invite, *decided)
            except ConditionsFailed:
                continue
            return decided[0]
        raise Contention

    def history(self, code: str, *, after: str | None, limit: int) -> Page[Redemption]:
        older = RedemptionModel.order < after if after else None
        records = RedemptionModel.by_code.query(code, older, scan_index_forward=False, page_size=limit + 1)
        return page_of(records, limit=limit, most_read=limit, read=lambda record: record.record)

    def _write(self, record: InviteModel, was: Invite, becomes: Invite, entry: Entry) -> None:
        transaction, tally = Transaction(self._connection), Tally()
        status = None if becomes.deleted_at else becomes.status(becomes.updated_at)
        values = _changed(was, becomes) | places(becomes, status or Status.INACTIVE)
        condition = (InviteModel.edition == was.edition) & (InviteModel.status_hint == record.status_hint)
        if (used := _about_uses(was, becomes, status)) is not None:
            condition &= used
        transaction.update("invite", InviteModel(code=was.code), setting(InviteModel, values), condition)
        transaction.put("audit", audit_record(entry))
        tally.moved(was.code, record.status_hint, status)
        tally.write(transaction)
        transaction.commit()


def _changed(was: Invite, becomes: Invite) -> dict[str, object]:
    before, after = facts_of(was), facts_of(becomes)
    return {name: value for name, value in after.items() if value != before[name]}


def _about_uses(was: Invite, becomes: Invite, status: Status | None) -> Condition | None:
    """Claims go on meanwhile without touching the edition: what was concluded from the uses must still hold."""
    uses = InviteModel.uses
    if becomes.deleted_at:
        return None if was.uses else uses == 0
    if becomes.usage_limit is None:
        return None
    return uses == becomes.usage_limit if status is Status.REDEEMED else uses < becomes.usage_limit
