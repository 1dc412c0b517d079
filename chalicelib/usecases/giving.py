"""What is asked of Plex for one redemption, step by step.

Whatever is not idempotent is never simply repeated: where it may have been asked before, Plex is read first.
"""

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from chalicelib.domain import reasons
from chalicelib.domain.redemptions import Grant, Reason, Redemption
from chalicelib.domain.settings import Library
from chalicelib.ports import (
    PlexHomes,
    PlexInvitations,
    PlexPassing,
    PlexRefused,
    PlexSharing,
    PlexTokenRefused,
    Share,
)
from chalicelib.usecases.withdrawing import is_titled

_TRIES_TO_CORRECT = 3
_TRIES_TO_SEE_IT = 6
"""About two minutes: by then plex.tv shows the person their invite, and if not, they may find it by hand."""


class GivenUp(Exception):
    """This redemption cannot come to an end that was promised; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Standing(Enum):
    """What a read tells of somebody's invitation."""

    INVITED = auto()
    NOT_AT_HOME = auto()
    """They have the libraries, and an invite into the Home."""
    IN = auto()
    GONE = auto()


_BY_HAND = {Standing.INVITED: reasons.MUST_ACCEPT, Standing.NOT_AT_HOME: reasons.ACCEPT_HOME}


@dataclass(frozen=True, slots=True)
class Giving:
    """Every method may raise GivenUp, PlexPassing and OwnerTokenRefused."""

    sharing: PlexSharing
    homes: PlexHomes
    invitations: PlexInvitations

    def free_title(self, name: str) -> str:
        """A title that nobody in the Home has: what bears it later was made for this redemption."""
        taken = [member.title for member in self.homes.members()]
        wishes = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
        return next(wish for wish in wishes if not any(is_titled(wish, title) for title in taken))

    def managed_user(self, title: str, *, begun_before: bool) -> int:
        """The account id of the managed user of that title, made unless it is there."""
        if begun_before:
            for member in self.homes.members():
                if member.managed and is_titled(member.title, title):
                    return member.account_id
        try:
            return self.homes.create(title)
        except PlexRefused as error:
            raise GivenUp(self._why_not_at_home()) from error

    def invite_home(self, account_id: int, name: str, *, begun_before: bool) -> None:
        """Invite an existing account into the Home, unless it is in it or invited."""
        if begun_before and self.homes.holds(account_id):
            return
        try:
            self.homes.invite(name)
        except PlexRefused as error:
            if not self.homes.holds(account_id):
                raise GivenUp(self._why_not_at_home()) from error

    def share(self, redemption: Redemption, account_id: int, *, begun_before: bool) -> Share:
        """Share exactly what was granted, or bring what is shared to that."""
        grant = redemption.grant
        found = self.sharing.find_share(account_id, grant.machine_id) if begun_before else None
        share = found or self._shared_anew(account_id, grant)
        if share.is_exactly(grant) and None not in (share.downloads, share.live_tv):
            return share
        return self._corrected(share, redemption)

    def accept(self, redemption: Redemption, token: str | None, *, fresh: bool) -> Standing | Reason:
        """Accept on the person's behalf; a reason where they must act. ``fresh``: it was shared a moment ago."""
        standing = Standing.INVITED if fresh else self._standing(redemption)
        if standing in (Standing.IN, Standing.GONE):
            return standing
        if token is None:
            return _BY_HAND[standing]
        try:
            if self._accept(redemption, token, fresh=fresh):
                return self._standing(redemption)
        except (PlexTokenRefused, PlexRefused):
            return self._why_not_accepted(token) or _BY_HAND[standing]
        if redemption.tries < _TRIES_TO_SEE_IT:
            return standing
        return self._why_not_accepted(token) or _BY_HAND[standing]

    def _shared_anew(self, account_id: int, grant: Grant) -> Share:
        try:
            return self.sharing.share(account_id, grant)
        except PlexRefused as error:
            if not error.already_shared:
                raise GivenUp(self._why_not_shared(grant)) from error
        return self._shared_by_others(account_id, grant)

    def _shared_by_others(self, account_id: int, grant: Grant) -> Share:
        """An accepted share is taken over. An invite that was not ours may be the row that a cancelled one left
        behind, which nobody can accept (plex.md, 8): it makes way for one of our own.
        """
        existing = self.sharing.find_share(account_id, grant.machine_id)
        if existing and existing.accepted:
            return existing
        if existing:
            self.sharing.remove(existing)
        if existing is None or self.sharing.find_share(account_id, grant.machine_id):
            raise PlexPassing("plex.tv contradicts itself about a share")
        try:
            return self.sharing.share(account_id, grant)
        except PlexRefused as error:
            raise PlexPassing("plex.tv refuses a share after its removal") from error

    def _corrected(self, share: Share, redemption: Redemption) -> Share:
        grant = redemption.grant
        try:
            self.sharing.correct(share, grant)
        except PlexRefused as error:
            if missing := self._libraries_gone(grant):
                raise GivenUp(reasons.libraries_gone(missing)) from error
            if error.is_absence:
                raise PlexPassing("the share went away") from error
            raise GivenUp(reasons.REFUSED_BY_PLEX) from error
        found = self.sharing.find_share(share.account_id, grant.machine_id)
        if found and found.is_exactly(grant):
            return found
        if redemption.tries >= _TRIES_TO_CORRECT:
            raise GivenUp(reasons.NOT_AS_GRANTED)
        raise PlexPassing("the share is not as it was granted")

    def _accept(self, redemption: Redemption, token: str, *, fresh: bool) -> bool:
        grant = redemption.grant
        if grant.features.plex_home and self._joins_home(token, grant.owner_id):
            return True
        if fresh and redemption.share_id:
            return self.invitations.accept_share(token, redemption.share_id)
        return self.invitations.accept_matching(token, owner_id=grant.owner_id, machine_id=grant.machine_id)

    def _joins_home(self, token: str, owner_id: int) -> bool:
        try:
            return self.invitations.join_home(token, owner_id=owner_id)
        except PlexRefused as error:
            if error.is_absence:  # v1's invites are gone at times; the share is accepted through v2 all the same
                return False
            raise

    def _standing(self, redemption: Redemption) -> Standing:
        if redemption.plex_id is None:
            raise AssertionError("nothing was asked of Plex yet")
        share = self.sharing.find_share(redemption.plex_id, redemption.grant.machine_id)
        if share is None:
            return Standing.GONE
        if not share.accepted:
            return Standing.INVITED
        if redemption.grant.features.plex_home and not self._is_member(redemption.plex_id):
            return Standing.NOT_AT_HOME
        return Standing.IN

    def _is_member(self, account_id: int) -> bool:
        return any(member.account_id == account_id for member in self.homes.members())

    def _why_not_accepted(self, token: str) -> Reason | None:
        with suppress(PlexTokenRefused, PlexRefused):
            if not self.invitations.is_confirmed(token):
                return reasons.VERIFY_EMAIL
        return None

    def _why_not_shared(self, grant: Grant) -> Reason:
        missing = self._libraries_gone(grant)
        return reasons.libraries_gone(missing) if missing else reasons.REFUSED_BY_PLEX

    def _libraries_gone(self, grant: Grant) -> list[Library]:
        there = self.sharing.library_ids(grant.machine_id)
        return [library for library in grant.libraries if library.id not in there]

    def _why_not_at_home(self) -> Reason:
        """Nobody published plex.tv's words for it, so the Home itself is asked (plex.md, 6)."""
        standing = self.homes.standing()
        if standing.size >= standing.most:
            return reasons.HOME_FULL
        return reasons.NOT_TAKEN_INTO_HOME if standing.plex_pass else reasons.PLEX_PASS_MISSING
