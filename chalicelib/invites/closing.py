"""Closing the accounts of inviters. Their invites are worth nothing from then on: the claim's condition sees to that.
Switching them off shows it in every list and to people who open a link.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from chalicelib.accounts.managing import ManagingUsers
from chalicelib.accounts.model import User
from chalicelib.common.people import Actor, Permission
from chalicelib.common.ports import NewId
from chalicelib.common.records import dataclass, replace
from chalicelib.common.refusals import InviteNotFound
from chalicelib.common.retrying import until_written
from chalicelib.invites.journal import invite_entry
from chalicelib.invites.model import Invite, Status
from chalicelib.invites.ports import Change, InviteStore
from chalicelib.invites.searching import InviteSearch
from chalicelib.settings.model import Settings

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class ClosingInviters:
    managing_users: ManagingUsers
    invites: InviteStore
    new_id: NewId

    def count_open(self, user_id: str, *, by: User, now: datetime) -> int:
        """How many invites of that account can be redeemed now; ``MOST_COUNTED`` stands for that many or more."""
        by.must(Permission.MANAGE_USERS)
        return len(self.invites.page(_open_ones(user_id), after=None, limit=MOST_COUNTED, now=now).items)

    def close(self, user_id: str, *, by: User, now: datetime) -> None:
        """Close an account and switch off its invites. Repeatable. Raises as ``ManagingUsers.close`` does."""
        self.managing_users.close(user_id, by=by, now=now)
        self.switch_off(user_id, by=by, now=now)

    def leave(self, *, by: User, now: datetime) -> None:
        """The same with one's own account. Raises as ``ManagingUsers.leave`` does."""
        self.managing_users.leave(by=by, now=now)
        self.switch_off(by.id, by=by, now=now)

    def switch_off(self, user_id: str, *, by: Actor, now: datetime) -> None:
        """Switch off the invites of a closed account. Repeatable."""

        def decide(invite: Invite, _: Settings) -> Change | None:
            if not invite.enabled:
                return None
            off = replace(invite.switched(on=False, by=by), updated_at=now, edition=invite.edition + 1)
            return off, invite_entry(self.new_id(), invite, off, by=by)

        for invite in self._all_open(user_id, now):
            try:
                until_written(partial(self.invites.change, invite.code, decide))
            except InviteNotFound:  # deleted meanwhile
                continue

    def _all_open(self, user_id: str, now: datetime) -> Iterator[Invite]:
        after = None
        while True:
            page = self.invites.page(_open_ones(user_id), after=after, limit=MOST_COUNTED, now=now)
            yield from page.items
            if (after := page.next) is None:
                return


def _open_ones(user_id: str) -> InviteSearch:
    return InviteSearch(status=Status.ACTIVE, creator_id=user_id)
