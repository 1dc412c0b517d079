"""Invites by status, creator and date, the newest first, at a cost that does not depend on how many there are.

An invite that has expired may be under its old status in the indexes until the sweep runs (indexes.py). Those are few
and are read as well: so a page of the expired shows them, and no other page does.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from pynamodb.connection import Connection

from chalicelib.common.pages import Page
from chalicelib.common.times import iso, order_key
from chalicelib.invites.model import Invite, Status, is_code
from chalicelib.invites.searching import InviteSearch
from chalicelib.stores.database.pages import page_of
from chalicelib.stores.database.transactions import ConditionsFailed, Transaction, setting
from chalicelib.stores.invites.counts import Tally
from chalicelib.stores.invites.indexes import ALL, EXPIRY, creator_status, places
from chalicelib.stores.invites.records import InviteModel, read_invite, read_living

MOST_SEARCHED = 500
"""Invites looked through for one page of a text search: one query of about 0.4 MB, 50 read units."""

MOST_DUE = 100
"""Where more are due at once (the sweep did not run), they are not read in addition to the expired ones."""

_PAGE_OF_DUE = 400

_MOST_QUERIES = 4
"""For one page, where invites that are due must be skipped."""

_FIRST, _LAST = "0", "~"
"""Before and after every character of an order key."""

_TOP = "9999-12-31T23:59:59.999999Z#"
"""A place above all invites."""


class DynamoInviteLists:
    """The part of invites.ports.InviteStore that is about many."""

    _connection: Connection

    def page(self, search: InviteSearch, *, after: str | None, limit: int, now: datetime) -> Page[Invite]:
        exact = self._exactly(search, now) if after is None else None
        if search.status is Status.EXPIRED:
            page = self._expired(search, after, limit, now)
        else:
            page = _walk(search, after, limit, now)
        return _with_first(exact, page, limit) if exact else page

    def move_expired(self, now: datetime, at_once: int) -> Iterator[int]:
        """Reads the index once: right after the writes, it still shows what was moved."""
        due = InviteModel.due.query(EXPIRY, InviteModel.due_at <= now.timestamp(), page_size=_PAGE_OF_DUE)
        while some := list(islice(due, at_once)):
            yield self._move_some(some)

    def _move_some(self, due: list[InviteModel]) -> int:
        while due:
            try:
                _move(self._connection, due)
            except ConditionsFailed as error:
                due = [record for record in due if record.code not in error.names]
            else:
                break
        return len(due)

    def _exactly(self, search: InviteSearch, now: datetime) -> Invite | None:
        """A code given in full is found at once, however many invites there are."""
        if not is_code(search.text):
            return None
        try:
            invite = read_living(InviteModel.get(search.text))
        except InviteModel.DoesNotExist:
            return None
        return invite if invite and search.matches(invite, now) else None

    def _expired(self, search: InviteSearch, after: str | None, limit: int, now: datetime) -> Page[Invite]:
        within = InviteModel.due_at <= now.timestamp()
        due = list(InviteModel.due.query(EXPIRY, within, limit=MOST_DUE + 1, page_size=MOST_DUE + 1))
        if len(due) > MOST_DUE:
            return _walk(search, after, limit, now, trusting_the_index=False)
        found = [invite for record in due if (invite := _found(record, search, now)) and _is_after(invite, after)]
        return _merge(_walk(search, after, limit, now), found, limit)


def _walk(
    search: InviteSearch, after: str | None, limit: int, now: datetime, *, trusting_the_index: bool = True
) -> Page[Invite]:
    """Through one index; the invite's facts decide whether it matches."""
    index, key = _index(search, by_status=trusting_the_index)
    is_search = bool(search.text) or not trusting_the_index
    page_size = MOST_SEARCHED + 1 if is_search else limit + 1
    most_read = MOST_SEARCHED if is_search else _MOST_QUERIES * page_size - 1
    within = _order_condition(search, after)
    if within is _NOTHING:
        return Page(())
    records = index.query(key, within, scan_index_forward=False, page_size=page_size)
    return page_of(records, limit=limit, most_read=most_read, read=lambda record: _found(record, search, now))


def _index(search: InviteSearch, *, by_status: bool) -> tuple[Any, str]:
    """The narrowest index, and its partition."""
    creator, status = search.creator_id, search.status if by_status else None
    if creator and status:
        return InviteModel.by_creator_and_status, creator_status(creator, status)
    if creator:
        return InviteModel.by_creator, creator
    return (InviteModel.by_status, status.value) if status else (InviteModel.newest, ALL)


_NOTHING = object()


def _order_condition(search: InviteSearch, after: str | None) -> Any:
    """The condition on order keys, None for all of them, _NOTHING when none can be met."""
    order: Any = InviteModel.order
    above = [each for each in (after, iso(search.until) if search.until else None) if each]
    if search.since is None:
        return order < min(above) if above else None
    lowest, highest = iso(search.since), _below(min(above, default=_TOP))
    return order.between(lowest, highest) if lowest <= highest else _NOTHING


def _below(order: str) -> str:
    """Above everything below ``order``, and below that itself: DynamoDB's BETWEEN includes both of its ends."""
    return order[:-1] + chr(ord(order[-1]) - 1) + _LAST


def _found(record: InviteModel, search: InviteSearch, now: datetime) -> Invite | None:
    """An invite with the very code that was searched for was found before."""
    invite = read_invite(record)
    return invite if search.matches(invite, now) and invite.code != search.text else None


def _is_after(invite: Invite, place: str | None) -> bool:
    return place is None or _order(invite) < place


def _order(invite: Invite) -> str:
    return order_key(invite.created_at, invite.code)


def _merge(page: Page[Invite], due: list[Invite], limit: int) -> Page[Invite]:
    """With those due in their places, as far down as the page was looked for."""
    near = [invite for invite in due if page.next is None or _order(invite) >= page.next]
    items = sorted({invite.code: invite for invite in (*page.items, *near)}.values(), key=_order, reverse=True)
    return Page(tuple(items[:limit]), _order(items[limit - 1]) if len(items) > limit else page.next)


def _with_first(first: Invite, page: Page[Invite], limit: int) -> Page[Invite]:
    others = page.items[: limit - 1]
    if len(others) == len(page.items):
        return Page((first, *others), page.next)
    return Page((first, *others), _order(others[-1]) if others else _TOP)


def _move(connection: Connection, due: list[InviteModel]) -> None:
    """Each under the name of its code. Raises ConditionsFailed for those that were moved or edited meanwhile."""
    transaction, tally = Transaction(connection), Tally()
    for record in due:
        as_read = (InviteModel.status_hint == record.status_hint) & (InviteModel.due_at == record.due_at)
        actions = setting(InviteModel, places(read_invite(record), Status.EXPIRED))
        transaction.update(record.code, InviteModel(code=record.code), actions, as_read)
        tally.moved(record.code, record.status_hint, Status.EXPIRED)
    tally.write(transaction)
    transaction.commit()
