"""Invites with who redeemed them, for their creators and for those who see all invites."""

from datetime import datetime

from chalicelib.access.progress import State
from chalicelib.accounts.model import User
from chalicelib.common.pages import Page
from chalicelib.common.records import dataclass
from chalicelib.common.refusals import InviteNotFound
from chalicelib.events.model import Entry, about_invite
from chalicelib.events.ports import ReadJournal
from chalicelib.invites.model import Invite, is_code
from chalicelib.invites.ports import InviteStore
from chalicelib.invites.searching import InviteSearch, must_see
from chalicelib.redemptions.model import Redemption
from chalicelib.redemptions.ports import RedemptionStore
from chalicelib.settings.model import Settings

LATEST_REDEMPTIONS, LATEST_ENTRIES = 100, 50


@dataclass(frozen=True, slots=True)
class InviteDetails:
    """An invite with the latest of its history, newest first."""

    invite: Invite
    settings: Settings
    redemptions: tuple[Redemption, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class InviteList:
    """``states``: how far the redemptions are that the invites' ``redeemers`` name, by redemption id."""

    page: Page[Invite]
    states: dict[str, State]


@dataclass(frozen=True, slots=True)
class ReadingInvites:
    invites: InviteStore
    redemptions: RedemptionStore
    read_journal: ReadJournal

    def find(self, search: InviteSearch, *, by: User, after: str | None, limit: int, now: datetime) -> InviteList:
        """A page of the reader's own invites, or of everyone's for those who may see them.

        Raises NotAllowed when the search is for another person's.
        """
        page = self.invites.page(search.visible_to(by), after=after, limit=limit, now=now)
        redeemed = [redeemer.redemption_id for invite in page.items for redeemer in invite.redeemers]
        return InviteList(page, self.redemptions.states(redeemed) if redeemed else {})

    def show(self, code: str, *, by: User) -> InviteDetails:
        """Raises InviteNotFound, NotAllowed."""
        invite, settings = self.invites.get_with_settings(code) if is_code(code) else (None, None)
        if invite is None or settings is None:
            raise InviteNotFound
        must_see(invite, by)
        latest = self.redemptions.of_invite(code, after=None, limit=LATEST_REDEMPTIONS)
        entries = self.read_journal(about_invite(code), None, LATEST_ENTRIES)
        return InviteDetails(invite, settings, latest.items, entries.items)

    def list_redemptions(self, code: str, *, by: User, after: str | None, limit: int) -> Page[Redemption]:
        """Who redeemed it, newest first, after it was deleted as well. Raises InviteNotFound, NotAllowed."""
        if not is_code(code):
            raise InviteNotFound
        must_see(self.invites.get_even_deleted(code), by)
        return self.redemptions.of_invite(code, after=after, limit=limit)
