from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from heapq import merge
from itertools import chain, islice
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import PutError, UpdateError

from chalicelib.adapters.dynamo.mapping import PAUSED, PROVISION, redemption_record
from chalicelib.adapters.dynamo.models import HeldTokenModel, RedemptionModel
from chalicelib.adapters.dynamo.pages import page_of
from chalicelib.adapters.dynamo.pauses import PauseModel
from chalicelib.adapters.dynamo.transactions import get_all
from chalicelib.domain.paging import Page
from chalicelib.domain.pauses import Pause
from chalicelib.domain.redemptions import Redemption, State
from chalicelib.domain.refusals import RedemptionNotFound
from chalicelib.ports import OutOfDate


class DynamoRedemptions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, redemption_id: str) -> Redemption:
        try:
            return RedemptionModel.get(redemption_id, consistent_read=True).record
        except RedemptionModel.DoesNotExist as error:
            raise RedemptionNotFound from error

    def get_with_pause(self, redemption_id: str) -> tuple[Redemption, Pause | None]:
        found, pause = get_all(self._connection, (RedemptionModel, redemption_id), (PauseModel, PauseModel.ID))
        if found is None:
            raise RedemptionNotFound
        return found.record, pause and pause.record

    def save(self, redemption: Redemption) -> Redemption:
        saved = replace(redemption, version=redemption.version + 1)
        try:
            redemption_record(saved).save(RedemptionModel.version == redemption.version)
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise OutOfDate from error
            raise
        return saved

    def due(self, before: datetime, limit: int) -> Iterator[str]:
        is_due = RedemptionModel.due_at <= before.timestamp()
        found = chain.from_iterable(RedemptionModel.due.query(kind, is_due) for kind in (PROVISION, PAUSED))
        return (record.id for record in islice(found, limit))

    def resent(self, redemption_id: str, due_at: datetime) -> None:
        record = RedemptionModel(id=redemption_id)
        try:
            record.update([RedemptionModel.due_at.set(due_at.timestamp())], RedemptionModel.due_kind.exists())
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def waiting_for_owner(self, limit: int) -> list[str]:
        return [record.id for record in RedemptionModel.due.query(PAUSED, limit=limit)]

    def page(self, states: frozenset[State], *, after: str | None, limit: int) -> Page[Redemption]:
        older = RedemptionModel.order < after if after else None
        lists = [_newest(state, older, limit) for state in sorted(states)]
        records = merge(*lists, key=lambda record: record.order, reverse=True)
        return page_of(records, limit=limit, most_read=limit, read=lambda record: record.record)


def _newest(state: State, older: Any, limit: int) -> Iterator[RedemptionModel]:
    return RedemptionModel.by_state.query(state.value, older, scan_index_forward=False, page_size=limit + 1)


class DynamoHeldTokens:
    def get(self, redemption_id: str, now: datetime) -> bytes | None:
        try:
            held = HeldTokenModel.get(redemption_id, consistent_read=True)
        except HeldTokenModel.DoesNotExist:
            return None
        return held.sealed if held.expires_at > now else None

    def replace(self, redemption_id: str, sealed: bytes, expires_at: datetime) -> None:
        HeldTokenModel(redemption_id=redemption_id, sealed=sealed, expires_at=expires_at).save()

    def drop(self, redemption_id: str) -> None:
        HeldTokenModel(redemption_id=redemption_id).delete()
