"""Redemptions."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from heapq import merge
from typing import Any

from pynamodb.connection import Connection

from chalicelib.access.progress import State
from chalicelib.common.pages import Page
from chalicelib.common.records import replace
from chalicelib.common.refusals import RedemptionNotFound
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import Numbers
from chalicelib.stores.access.records import PauseModel
from chalicelib.stores.database.newer import known
from chalicelib.stores.database.pages import page_of
from chalicelib.stores.redemptions.records import RedemptionModel, read_redemption
from chalicelib.stores.redemptions.statistics import count_numbers


class DynamoRedemptions:
    """redemptions.ports.RedemptionStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, redemption_id: str) -> Redemption:
        try:
            return read_redemption(RedemptionModel.get(redemption_id, consistent_read=True))
        except RedemptionModel.DoesNotExist as error:
            raise RedemptionNotFound from error

    def page(self, states: frozenset[State], *, after: str | None, limit: int) -> Page[Redemption]:
        older = RedemptionModel.order < after if after else None
        lists = [_newest(state, older, limit) for state in sorted(states)]
        records = merge(*lists, key=lambda record: record.order, reverse=True)
        return page_of(records, limit=limit, most_read=limit, read=read_redemption)

    def of_invite(self, code: str, *, after: str | None, limit: int) -> Page[Redemption]:
        older = RedemptionModel.order < after if after else None
        records = RedemptionModel.by_code.query(code, older, scan_index_forward=False, page_size=limit + 1)
        return page_of(records, limit=limit, most_read=limit, read=read_redemption)

    def states(self, redemption_ids: Iterable[str]) -> dict[str, State]:
        found = RedemptionModel.batch_get(list(redemption_ids), attributes_to_get=["id", "state"])
        return {record.id: known(State, record.state) for record in found}

    def count(self, *, now: datetime, since: date) -> Numbers:
        try:
            paused_since = PauseModel.get(PauseModel.ID).record.since
        except PauseModel.DoesNotExist:
            paused_since = None
        return replace(count_numbers(self._connection, now, since), paused_since=paused_since)


def _newest(state: State, older: Any, limit: int) -> Iterator[RedemptionModel]:
    return RedemptionModel.by_state.query(state.value, older, scan_index_forward=False, page_size=limit + 1)
