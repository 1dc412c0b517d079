"""Invites, in memory."""

from collections.abc import Callable, Iterator
from datetime import datetime

from chalicelib.accounts.quotas import QuotaGuard
from chalicelib.common.pages import Page
from chalicelib.common.ports import StaleWrite
from chalicelib.common.records import field_names, replace
from chalicelib.common.refusals import CodeTaken, InviteNotFound
from chalicelib.common.times import order_key
from chalicelib.events.model import Entry
from chalicelib.invites.model import Invite, Status
from chalicelib.invites.ports import Change
from chalicelib.invites.searching import InviteSearch
from chalicelib.redemptions.model import Redemption
from chalicelib.settings.model import Settings
from tests.fakes.database import Database
from tests.fakes.paging import page_of

_TOP = "9999-12-31T23:59:59.999999Z#"
"""A place above all invites."""

_WRITTEN_BY_CLAIMS = {"uses", "redeemers"}


class FakeInvites:
    """invites.ports.InviteStore."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._listed_as_expired: set[tuple[str, datetime | None]] = set()

    def add(self, invite: Invite, entry: Entry, guard: QuotaGuard | None) -> None:
        self.database.before_write()
        created = self.database.created.setdefault(invite.created_by.id, [])
        if guard and len(created) >= guard.below:
            raise StaleWrite
        if invite.code in self.database.invites:
            raise CodeTaken(field="code")
        created.insert(0, invite.created_at)
        self.database.invites[invite.code] = invite
        self.database.journal.append(entry)

    def get_even_deleted(self, code: str) -> Invite:
        if code not in self.database.invites:
            raise InviteNotFound
        return self.database.invites[code]

    def get_with_settings(self, code: str) -> tuple[Invite | None, Settings]:
        return self._find(code), self.database.settings

    def has_other_case(self, code: str) -> bool:
        return any(invite.code.lower() == code.lower() for invite in self._living())

    def change(self, code: str, decide: Callable[[Invite, Settings], Change | None]) -> Invite:
        was = self._find(code)
        if was is None:
            raise InviteNotFound
        change = decide(was, self.database.settings)
        if change is None:
            return was
        self.database.before_write()
        becomes, entry = change
        self._write(was, becomes)
        self.database.journal.append(entry)
        return becomes

    def page(self, search: InviteSearch, *, after: str | None, limit: int, now: datetime) -> Page[Invite]:
        found = [invite for invite in self._living() if search.matches(invite, now)]
        others = [invite for invite in found if invite.code != search.text]
        page = page_of(others, order=_order, after=after, limit=limit)
        exact = [invite for invite in found if invite.code == search.text]
        return _with_first(exact[0], page, limit) if exact and after is None else page

    def move_expired(self, now: datetime, at_once: int) -> Iterator[int]:
        due = [invite for invite in self._living() if self._is_due(invite, now)]
        for first in range(0, len(due), at_once):
            some = due[first : first + at_once]
            self._listed_as_expired |= {_expiry(invite) for invite in some}
            yield len(some)

    def _find(self, code: str) -> Invite | None:
        """None when there is none (any more)."""
        invite = self.database.invites.get(code)
        return invite if invite and not invite.deleted_at else None

    def _living(self) -> list[Invite]:
        return [invite for invite in self.database.invites.values() if not invite.deleted_at]

    def _write(self, was: Invite, becomes: Invite) -> None:
        """Claims go on meanwhile without touching the edition: what was concluded from the uses must still hold."""
        stored = self.database.invites[was.code]
        if stored.edition != was.edition or not _holds(was, becomes, stored.uses):
            raise StaleWrite
        edited = set(field_names(Invite)) - _WRITTEN_BY_CLAIMS
        written = replace(stored, **{name: getattr(becomes, name) for name in edited})
        self.database.invites[was.code] = written
        if written.status(becomes.updated_at) is Status.EXPIRED:
            self._listed_as_expired.add(_expiry(written))

    def _is_due(self, invite: Invite, now: datetime) -> bool:
        return invite.status(now) is Status.EXPIRED and _expiry(invite) not in self._listed_as_expired


def _holds(was: Invite, becomes: Invite, uses: int) -> bool:
    if becomes.deleted_at:
        return bool(was.uses) or not uses
    if becomes.usage_limit is None:
        return True
    if becomes.status(becomes.updated_at) is Status.REDEEMED:
        return uses == becomes.usage_limit
    return uses < becomes.usage_limit


def _with_first(first: Invite, page: Page[Invite], limit: int) -> Page[Invite]:
    others = page.items[: limit - 1]
    if len(others) == len(page.items):
        return Page((first, *others), page.next)
    return Page((first, *others), _order(others[-1]) if others else _TOP)


def _order(invite: Invite) -> str:
    return order_key(invite.created_at, invite.code)


def _expiry(invite: Invite) -> tuple[str, datetime | None]:
    return invite.code, invite.expires_at


def give_use_back(database: Database, redemption: Redemption) -> None:
    """Free the use that a redemption took, of an invite that was deleted as well."""
    invite = database.invites.get(redemption.code)
    if invite:
        left = tuple(each for each in invite.redeemers if each.redemption_id != redemption.id)
        database.invites[invite.code] = replace(invite, uses=invite.uses - 1, redeemers=left)
