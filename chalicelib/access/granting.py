"""Giving on Plex what was granted, step by step.

What is not idempotent is never simply repeated: where it may have been asked before, Plex is read first.
"""

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain, count

from chalicelib.access import reasons
from chalicelib.access.reasons import Reason
from chalicelib.access.revoking import is_titled
from chalicelib.plex.errors import PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Grant, Library, Share
from chalicelib.plex.ports import PlexOwner, PlexPerson

_TRIES_TO_CORRECT = 3
_TRIES_TO_SEE_IT = 6
"""About two minutes: by then plex.tv shows the person their invite, and if not, they may find it by hand."""


class GivenUp(Exception):
    """The grant cannot be given as it was promised; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class DownloadsRefused(Exception):
    """Plex refuses downloads, for which the owner needs a Plex Pass. The rest can be given without them."""


class InvitationState(Enum):
    """What a read tells of a person's invitation."""

    INVITED = auto()
    NOT_AT_HOME = auto()
    """They have the libraries, and an invite into the Home."""
    IN = auto()
    GONE = auto()


_BY_HAND = {InvitationState.INVITED: reasons.MUST_ACCEPT, InvitationState.NOT_AT_HOME: reasons.ACCEPT_HOME}


@dataclass(frozen=True, slots=True)
class Recipient:
    """The Plex account that a grant is given to.

    ``tries``: how often the present step was begun. ``token``: the person's own, None where none is held.
    ``fresh_share_id``: the share that was made a moment ago, None where it is older. ``found_share_id``: the one that
    another hand had made before.
    """

    account_id: int
    grant: Grant
    tries: int
    token: str | None = None
    fresh_share_id: str | None = None
    found_share_id: str | None = None


@dataclass(frozen=True, slots=True)
class Granting:
    """Every method may raise GivenUp, TemporaryPlexError and OwnerTokenRefused."""

    plex_owner: PlexOwner
    plex_person: PlexPerson

    def check_owner(self, machine_id: str) -> None:
        """Ask plex.tv anything as the owner. Raises OwnerTokenRefused while it does not take the token."""
        self.plex_owner.library_ids(machine_id)

    def find_free_title(self, name: str) -> str:
        """A title that no one in the Home has: what bears it later was made for this grant."""
        taken = [member.title for member in self.plex_owner.home_members()]
        candidates = chain([name], (f"{name} {number}" for number in count(2)))
        return next(each for each in candidates if not any(is_titled(each, title) for title in taken))

    def ensure_managed_user(self, title: str, *, begun_before: bool) -> int:
        """The account id of the managed user of that title, made unless it is there."""
        if begun_before:
            for member in self.plex_owner.home_members():
                if member.managed and is_titled(member.title, title):
                    return member.account_id
        try:
            return self.plex_owner.create_managed(title)
        except PlexRefused as error:
            raise GivenUp(self._why_not_at_home()) from error

    def is_at_home(self, account_id: int) -> bool:
        """Whether the account is in the Home, or invited into it."""
        return self.plex_owner.is_at_home(account_id)

    def ensure_home_invite(self, account_id: int, name: str, *, begun_before: bool) -> None:
        """Invite an existing account into the Home, unless it is in it or invited."""
        if begun_before and self.plex_owner.is_at_home(account_id):
            return
        try:
            if self.plex_owner.invite_home(name):
                return
        except PlexRefused as error:
            if self.plex_owner.is_at_home(account_id):  # a second invite is refused
                return
            raise GivenUp(self._why_not_at_home()) from error
        if not self.plex_owner.is_at_home(account_id):
            raise TemporaryPlexError("plex.tv does not say whether the person is invited into the Home")

    def find_or_share(self, to: Recipient, *, begun_before: bool) -> tuple[Share, bool]:
        """Share exactly what was granted, unless something is shared already; and whether the share is ours.

        Raises DownloadsRefused as well.
        """
        found = self.plex_owner.find_share(to.account_id, to.grant.machine_id) if begun_before else None
        if found is None:
            try:
                return self.plex_owner.share(to.account_id, to.grant), True
            except PlexRefused as error:
                if not error.already_shared:
                    raise self._why_not_shared(to.grant, error) from error
            found = self.plex_owner.find_share(to.account_id, to.grant.machine_id)
        if found is None:
            raise TemporaryPlexError("plex.tv contradicts itself about a share")
        made_before = begun_before and found.has_the_libraries_of(to.grant)  # and its answer was lost
        return found, made_before and found.id != to.found_share_id

    def bring_to_grant(self, to: Recipient, share: Share, *, is_ours: bool) -> Share:
        """What is shared, corrected to exactly what was granted. Raises DownloadsRefused as well."""
        if not is_ours and not share.accepted:
            share = self._take_over(share, to)
        if share.is_exactly(to.grant) and None not in (share.downloads, share.live_tv):
            return share
        return self._correct(share, to)

    def accept(self, to: Recipient) -> InvitationState | Reason:
        """Accept on the person's behalf; a reason where they must act."""
        state = InvitationState.INVITED if to.fresh_share_id else self._read_state(to)
        if state in (InvitationState.IN, InvitationState.GONE):
            return state
        if to.token is None:
            return _BY_HAND[state]
        try:
            if self._accept(to, to.token):
                return self._read_state(to)
        except (PlexTokenRefused, PlexRefused):
            return self._why_not_accepted(to.token) or _BY_HAND[state]
        if unverified := self._why_not_accepted(to.token):
            return unverified
        return state if to.tries < _TRIES_TO_SEE_IT else _BY_HAND[state]

    def _take_over(self, existing: Share, to: Recipient) -> Share:
        """An invite by another hand is accepted. It may be the row that a cancelled one left behind, which is shown to
        no one and cannot be accepted (docs/plex.md, 8): that makes way for one of our own.
        """
        if to.token and not self._makes_way(to, to.token):
            return self.plex_owner.find_share(to.account_id, to.grant.machine_id) or existing
        self.plex_owner.unshare(existing)
        if self.plex_owner.find_share(to.account_id, to.grant.machine_id):
            raise TemporaryPlexError("the invite that was there is still there")
        try:
            return self.plex_owner.share(to.account_id, to.grant)
        except PlexRefused as error:
            raise TemporaryPlexError("plex.tv refuses a share after its removal") from error

    def _makes_way(self, to: Recipient, token: str) -> bool:
        """Whether the person cannot accept the invite, or that cannot be told. One that they are shown is accepted, or
        is theirs to accept.
        """
        grant = to.grant
        try:
            shown = self.plex_person.accept_matching(token, owner_id=grant.owner_id, machine_id=grant.machine_id)
        except PlexTokenRefused:
            return True
        except PlexRefused as error:
            return error.is_absence
        return not shown and self._why_not_accepted(token) is None

    def _correct(self, share: Share, to: Recipient) -> Share:
        try:
            self.plex_owner.correct(share, to.grant)
        except PlexRefused as error:
            if error.is_absence and not self._libraries_gone(to.grant):
                raise TemporaryPlexError("the share went away") from error
            raise self._why_not_shared(to.grant, error) from error
        found = self.plex_owner.find_share(share.account_id, to.grant.machine_id)
        if found and found.is_exactly(to.grant):
            return found
        if to.tries >= _TRIES_TO_CORRECT:
            raise GivenUp(reasons.NOT_AS_GRANTED)
        raise TemporaryPlexError("the share is not as it was granted")

    def _accept(self, to: Recipient, token: str) -> bool:
        grant = to.grant
        if grant.features.plex_home and self._join_home(token, grant.owner_id):
            return True
        if to.fresh_share_id:
            return self.plex_person.accept_share(token, to.fresh_share_id)
        return self.plex_person.accept_matching(token, owner_id=grant.owner_id, machine_id=grant.machine_id)

    def _join_home(self, token: str, owner_id: int) -> bool:
        try:
            return self.plex_person.join_home(token, owner_id=owner_id)
        except PlexRefused as error:
            if error.is_absence:  # v1's invites are gone at times; the share is accepted through v2 all the same
                return False
            raise

    def _read_state(self, to: Recipient) -> InvitationState:
        share = self.plex_owner.find_share(to.account_id, to.grant.machine_id)
        if share is None:
            return InvitationState.GONE
        if not share.accepted:
            return InvitationState.INVITED
        if to.grant.features.plex_home and not self._is_member(to.account_id):
            return InvitationState.NOT_AT_HOME
        return InvitationState.IN

    def _is_member(self, account_id: int) -> bool:
        return any(member.account_id == account_id for member in self.plex_owner.home_members())

    def _why_not_accepted(self, token: str) -> Reason | None:
        with suppress(PlexTokenRefused, PlexRefused):
            if not self.plex_person.is_confirmed(token):
                return reasons.VERIFY_EMAIL
        return None

    def _why_not_shared(self, grant: Grant, error: PlexRefused) -> "GivenUp | DownloadsRefused":
        if missing := self._libraries_gone(grant):
            return GivenUp(reasons.libraries_gone(missing))
        if grant.features.downloads and (error.lacks_plex_pass or not self.plex_owner.home_capacity().plex_pass):
            return DownloadsRefused()
        return GivenUp(reasons.REFUSED_BY_PLEX)

    def _libraries_gone(self, grant: Grant) -> list[Library]:
        there = self.plex_owner.library_ids(grant.machine_id)
        return [library for library in grant.libraries if library.id not in there]

    def _why_not_at_home(self) -> Reason:
        """plex.tv's words for it are not published, so the Home itself is asked (docs/plex.md, 6)."""
        home = self.plex_owner.home_capacity()
        if home.size >= home.most:
            return reasons.HOME_FULL
        return reasons.NOT_TAKEN_INTO_HOME if home.plex_pass else reasons.PLEX_PASS_MISSING
