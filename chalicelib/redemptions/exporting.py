"""What is stored of a person, for that person: no secrets, and nothing of others but the names in their own history."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from chalicelib.access.ports import AccessStore, ExtensionRequest, Member
from chalicelib.accounts.model import User
from chalicelib.accounts.own_sessions import OwnSessions
from chalicelib.accounts.sessions import Session
from chalicelib.common.pages import Page
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import RedemptionNotFound
from chalicelib.events.model import Entry, about_user
from chalicelib.events.ports import ReadJournal
from chalicelib.invites.model import Invite
from chalicelib.invites.ports import InviteStore
from chalicelib.invites.searching import InviteSearch
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import RedemptionStore

MOST = 1000
"""Of each kind, the newest: an answer of Lambda's has room for 6 MB."""

_AT_ONCE = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """The newest of a kind; ``complete``: there are no others."""

    items: tuple[T, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """``request``: for more time, while it is not answered."""

    member: Member
    redemptions: tuple[Redemption, ...]
    invites: Part[Invite]
    sessions: list[Session]
    request: ExtensionRequest | None
    entries: Part[Entry]

    @property
    def complete(self) -> bool:
        return self.invites.complete and self.entries.complete


@dataclass(frozen=True, slots=True)
class ExportingOwnData:
    accesses: AccessStore
    redemptions: RedemptionStore
    invites: InviteStore
    own_sessions: OwnSessions
    read_journal: ReadJournal

    def export(self, *, by: User, now: datetime) -> OwnData:
        """All of the caller's own, which takes no permission."""
        own_invites = InviteSearch(creator_id=by.id)
        return OwnData(
            member=self.accesses.get_for_decision(by.id),
            redemptions=self._redemptions(by),
            invites=_walk(lambda after: self.invites.page(own_invites, after=after, limit=_AT_ONCE, now=now)),
            sessions=self.own_sessions.list(by=by, now=now),
            request=self.accesses.request_of(by.id),
            entries=_walk(lambda after: self.read_journal(about_user(by.id), after, _AT_ONCE)),
        )

    def _redemptions(self, by: User) -> tuple[Redemption, ...]:
        """The latest, and what it renewed, back to the first."""
        found: list[Redemption] = []
        id_ = by.redemption_id
        while id_ and len(found) < _AT_ONCE:
            try:
                found.append(self.redemptions.get(id_))
            except RedemptionNotFound:
                break
            renewal = found[-1].renewal
            id_ = renewal.before if renewal else None
        return tuple(found)


def _walk(read: Callable[[str | None], Page[T]]) -> Part[T]:
    found: list[T] = []
    after = None
    while len(found) < MOST:
        page = read(after)
        found += page.items
        if (after := page.next) is None:
            return Part(tuple(found), complete=True)
    return Part(tuple(found), complete=False)
