"""People with until when they have access."""

from datetime import datetime, timedelta

from chalicelib.access.ending import first_reminder
from chalicelib.access.model import Access
from chalicelib.access.ports import AccessStore
from chalicelib.accounts.managing import ManagingUsers, folded_search
from chalicelib.accounts.model import AccountState, User
from chalicelib.accounts.ports import AccountStore
from chalicelib.common.pages import Page
from chalicelib.common.people import Permission
from chalicelib.common.records import dataclass
from chalicelib.settings.model import Settings

MOST_SEARCHED = 200
"""Accesses looked at for one page of a search among those that end."""


@dataclass(frozen=True, slots=True)
class Listed:
    """``access`` is None for an account that never was given anything."""

    user: User
    access: Access | None


@dataclass(frozen=True, slots=True)
class ListingPeople:
    accounts: AccountStore
    accesses: AccessStore
    managing_users: ManagingUsers

    def list(self, *, by: User, state: AccountState, text: str, after: str | None, limit: int) -> Page[Listed]:
        """As ``ManagingUsers.list`` does, with each one's access."""
        page = self.managing_users.list(by=by, state=state, text=text, after=after, limit=limit)
        return Page(self._with_access(page.items), page.next)

    def list_ending(
        self, before: datetime | None, *, by: User, text: str, after: str | None, limit: int
    ) -> Page[Listed]:
        """Open accounts whose access is for a time, the first to end first; ``before``: those that end by then. The
        places of this list are those of ``Ending``. Raises NotAllowed, BadInput.
        """
        by.must(Permission.MANAGE_USERS)
        sought = folded_search(text)
        read = self.accesses.page_ending(before, after=after, limit=MOST_SEARCHED if sought else limit)
        users = self.accounts.find_many([each.user_id for each in read.items])
        found = [each for each in read.items if _is_sought(users.get(each.user_id), sought)]
        shown = found[:limit]
        next_ = shown[-1].place if len(found) > limit else read.next
        return Page(self._with_access(tuple(users[each.user_id] for each in shown)), next_)

    def _with_access(self, users: tuple[User, ...]) -> tuple[Listed, ...]:
        accesses = self.accesses.find_many([user.id for user in users])
        return tuple(Listed(user, accesses.get(user.id)) for user in users)


def ends_soon_by(settings: Settings, now: datetime) -> datetime:
    """Whose access ends by then is told so, or was: from the first reminder on."""
    return now + timedelta(days=first_reminder(settings))


def _is_sought(user: User | None, text: str) -> bool:
    return user is not None and user.is_open and user.has_text(text)
