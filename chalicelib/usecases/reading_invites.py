"""Invites as their creators, and those who see all of them, find and look at them."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.audit import Entry
from chalicelib.domain.invites import Invite, is_code
from chalicelib.domain.paging import Page
from chalicelib.domain.redemptions import Redemption, State
from chalicelib.domain.refusals import InviteNotFound
from chalicelib.domain.searching import Search
from chalicelib.domain.settings import Settings
from chalicelib.domain.users import Permission, User
from chalicelib.ports import AuditTrail, Invites
from chalicelib.usecases.invite_entries import subject_of

SEES_ALL = (Permission.MANAGE_INVITES, Permission.VIEW_INVITES)
LATEST_REDEMPTIONS, LATEST_ENTRIES = 100, 50


@dataclass(frozen=True, slots=True)
class Shown:
    """An invite with the latest of its history, newest first."""

    invite: Invite
    settings: Settings
    redemptions: tuple[Redemption, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """``states``: how the redemptions stand that the invites' ``redeemers`` name, by redemption id."""

    page: Page[Invite]
    states: dict[str, State]


def find(search: Search, *, reader: User, invites: Invites, after: str | None, limit: int, now: datetime) -> Listed:
    """A page of the reader's own invites, or of everybody's for those who may see them.

    Raises NotAllowed when the search is for somebody else's.
    """
    if not reader.may(*SEES_ALL):
        if search.creator_id not in (None, reader.id):
            reader.must(*SEES_ALL, field="creator")
        search = replace(search, creator_id=reader.id)
    page = invites.page(search, after=after, limit=limit, now=now)
    redeemed = [redeemer.redemption_id for invite in page.items for redeemer in invite.redeemers]
    return Listed(page, invites.states(redeemed) if redeemed else {})


def show(code: str, *, reader: User, invites: Invites, audit: AuditTrail) -> Shown:
    """Raises InviteNotFound, NotAllowed."""
    invite, house = invites.get_with_settings(code) if is_code(code) else (None, None)
    if invite is None or house is None:
        raise InviteNotFound
    _must_concern(invite, reader)
    history = invites.history(code, after=None, limit=LATEST_REDEMPTIONS)
    entries = audit.page(subject_of(code), after=None, limit=LATEST_ENTRIES)
    return Shown(invite, house, history.items, entries.items)


def history(code: str, *, reader: User, invites: Invites, after: str | None, limit: int) -> Page[Redemption]:
    """Who redeemed it, newest first, after it was deleted as well. Raises InviteNotFound, NotAllowed."""
    if not is_code(code):
        raise InviteNotFound
    _must_concern(invites.even_deleted(code), reader)
    return invites.history(code, after=after, limit=limit)


def _must_concern(invite: Invite, reader: User) -> None:
    if invite.created_by.id != reader.id:
        reader.must(*SEES_ALL)
