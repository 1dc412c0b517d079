"""Redemptions, and the pause."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from heapq import merge
from itertools import chain, islice
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import PutError

from chalicelib.access.pauses import Pause
from chalicelib.access.progress import State
from chalicelib.common.pages import Page
from chalicelib.common.ports import StaleWrite
from chalicelib.common.refusals import RedemptionNotFound
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import Numbers
from chalicelib.stores.database.pages import page_of
from chalicelib.stores.database.transactions import get_all, is_condition_failed, update_if
from chalicelib.stores.redemptions.records import (
    PAUSED,
    PROVISION,
    PauseModel,
    RedemptionModel,
    redemption_record,
)
from chalicelib.stores.redemptions.statistics import count_numbers


class DynamoRedemptions:
    """redemptions.ports.RedemptionStore."""

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
            if is_condition_failed(error):
                raise StaleWrite from error
            raise
        return saved

    def page(self, states: frozenset[State], *, after: str | None, limit: int) -> Page[Redemption]:
        older = RedemptionModel.order < after if after else None
        lists = [_newest(state, older, limit) for state in sorted(states)]
        records = merge(*lists, key=lambda record: record.order, reverse=True)
        return page_of(records, limit=limit, most_read=limit, read=lambda record: record.record)

    def of_invite(self, code: str, *, after: str | None, limit: int) -> Page[Redemption]:
        older = RedemptionModel.order < after if after else None
        records = RedemptionModel.by_code.query(code, older, scan_index_forward=False, page_size=limit + 1)
        return page_of(records, limit=limit, most_read=limit, read=lambda record: record.record)

    def states(self, redemption_ids: Iterable[str]) -> dict[str, State]:
        found = RedemptionModel.batch_get(list(redemption_ids), attributes_to_get=["id", "state"])
        return {record.id: State(record.state) for record in found}

    def count(self, *, now: datetime, since: date) -> Numbers:
        pause = self.pause()
        return replace(count_numbers(self._connection, now, since), paused_since=pause.since if pause else None)

    def due(self, before: datetime, limit: int) -> Iterator[str]:
        is_due = RedemptionModel.due_at <= before.timestamp()
        found = chain.from_iterable(RedemptionModel.due.query(kind, is_due) for kind in (PROVISION, PAUSED))
        return (record.id for record in islice(found, limit))

    def note_resent(self, redemption_id: str, due_at: datetime) -> None:
        later = RedemptionModel.due_at.set(due_at.timestamp())
        update_if(RedemptionModel(id=redemption_id), [later], RedemptionModel.due_kind.exists())

    def waiting_for_owner(self, limit: int) -> list[str]:
        return [record.id for record in RedemptionModel.due.query(PAUSED, limit=limit)]

    def pause(self) -> Pause | None:
        try:
            return PauseModel.get(PauseModel.ID).record
        except PauseModel.DoesNotExist:
            return None

    def save_pause(self, pause: Pause) -> None:
        PauseModel(id=PauseModel.ID, record=pause).save()

    def end_pause(self) -> None:
        PauseModel(id=PauseModel.ID).delete()


def _newest(state: State, older: Any, limit: int) -> Iterator[RedemptionModel]:
    return RedemptionModel.by_state.query(state.value, older, scan_index_forward=False, page_size=limit + 1)
