"""One step on Plex, and what is known of the access afterwards.

TemporaryPlexError and OwnerTokenRefused leave the outcome of a change unknown: it stays noted as begun.
"""

from contextlib import suppress
from datetime import datetime
from itertools import chain, count
from typing import TYPE_CHECKING

from chalicelib.access import reasons
from chalicelib.access.entitlement import Entitlement
from chalicelib.access.model import EFFECT_WITHIN, Access, Entry, Mark, Part
from chalicelib.access.reasons import Reason
from chalicelib.access.steps import IN_THE_HOME, MAY_BE_LATE, Accepting, StepName
from chalicelib.common.ports import Clock
from chalicelib.common.records import dataclass, replace
from chalicelib.plex.errors import PlexRefused, PlexTokenRefused, TemporaryPlexError
from chalicelib.plex.model import Grant, HomeMember, Library, Place, Share
from chalicelib.plex.ports import PlexOwner, PlexPerson

if TYPE_CHECKING:
    from collections.abc import Callable


class Impossible(Exception):
    """plex.tv will not do it; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ActingOnPlex:
    """Every method may raise TemporaryPlexError and OwnerTokenRefused."""

    plex_owner: PlexOwner
    plex_person: PlexPerson
    clock: Clock

    def check_owner(self, machine_id: str) -> None:
        """Ask plex.tv anything as the owner. Raises OwnerTokenRefused while it does not take the token."""
        self.plex_owner.library_ids(machine_id)

    def act(self, step: StepName, access: Access) -> Access:
        """Do it; gives the access with what came of it. Raises Impossible as well."""
        actions: dict[StepName, Callable[[Access], Access]] = {
            StepName.READ_SHARE: self._read_share,
            StepName.READ_HOME: self._read_home,
            StepName.PICK_TITLE: self._pick_title,
            StepName.CREATE_MANAGED: self._create_managed,
            StepName.INVITE_HOME: self._invite_home,
            StepName.LEAVE_HOME: self._leave_home,
            StepName.SHARE: self._share,
            StepName.TAKE_OVER: _take_over,
            StepName.REPLACE: self._replace,
            StepName.CORRECT: self._correct,
            StepName.UNSHARE: self._unshare,
            StepName.PUT_BACK: self._put_back,
        }
        return actions[step](access)

    def accept(self, access: Access, token: str) -> tuple[Access, Accepting]:
        """Accept in the person's name what the owner gives them."""
        try:
            shown = self._accept(access, token)
        except PlexTokenRefused:
            return access.doing(begun=None), Accepting.NOT_SHOWN
        except PlexRefused as error:
            if not self._is_verified(token):
                return access.doing(begun=None), Accepting.UNVERIFIED
            return access.doing(begun=None), Accepting.NOT_SHOWN if error.is_absence else Accepting.REFUSED
        if shown:
            return access.doing(begun=None).forgot_share().forgot_place(), Accepting.ACCEPTED
        return access.doing(begun=None), Accepting.NOT_SHOWN if self._is_verified(token) else Accepting.UNVERIFIED

    # Reading

    def _read_share(self, access: Access) -> Access:
        share, now = self.plex_owner.find_share(_id(access), access.machine_id), self.clock()
        seen = access.saw_share(share, now)
        entry = access.entry(Part.SHARE)
        if share is None:
            return self._without_share(seen, entry)
        known = seen if _begun_in_the_home(access) else seen.doing(begun=None)
        if entry and entry.asked_for:
            return known.with_entry(_is_it(entry, share, access))
        return known.with_entry(entry.found(share)) if entry and entry.is_about(share) else known

    def _without_share(self, seen: Access, entry: Entry | None) -> Access:
        """A share that was asked for may come for a minute: it is asked for again, but taken back only then."""
        begun = seen.done.begun
        known = seen if _begun_in_the_home(seen) else seen.doing(begun=None)
        if entry is None:
            return known
        if begun and begun.step == StepName.SHARE:
            return known.with_entry(replace(entry, mark=Mark.GONE))
        is_gone = seen.wanted is None and not entry.comes_by(self.clock())
        return known.marked(Part.SHARE, Mark.GONE) if is_gone else known

    def _read_home(self, access: Access) -> Access:
        identity = access.decided.identity
        if identity.managed and access.plex_id is None:
            return self._find_managed(access)
        place, now = self._place(access), self.clock()
        seen = access.saw_place(place, now)
        begun = access.done.begun
        if begun is None or not _begun_in_the_home(access):
            is_over = access.wanted is None or not access.wanted.features.plex_home
            return seen.marked(Part.HOME, Mark.GONE) if place is Place.OUT and is_over else seen
        if place is Place.OUT and begun.step in MAY_BE_LATE and now < begun.at + EFFECT_WITHIN:
            return seen
        return seen.doing(begun=None).marked(Part.HOME, Mark.GONE if place is Place.OUT else Mark.STANDING)

    def _place(self, access: Access) -> Place:
        """One call where it is as it was expected to be."""
        account_id, home = _id(access), access.entry(Part.HOME)
        if home and home.is_owed and self._is_member(account_id):
            return Place.MEMBER
        if not self.plex_owner.is_at_home(account_id):
            return Place.OUT
        return Place.MEMBER if self._is_member(account_id) else Place.INVITED

    def _is_member(self, account_id: int) -> bool:
        return any(member.account_id == account_id for member in self.plex_owner.home_members())

    def _find_managed(self, access: Access) -> Access:
        """The managed user whose making may have been lost."""
        begun, now = access.done.begun, self.clock()
        if found := self._managed_titled(access.done.title or ""):
            return _made(access, found)
        seen = access.saw_place(Place.OUT, now)
        if begun and now < begun.at + EFFECT_WITHIN:
            return seen
        ended = seen.doing(begun=None)
        return ended.marked(Part.HOME, Mark.GONE) if access.wanted is None else ended

    def _managed_titled(self, title: str) -> HomeMember | None:
        members = self.plex_owner.home_members()
        return next((each for each in members if each.managed and is_titled(each.title, title)), None)

    # The Home

    def _pick_title(self, access: Access) -> Access:
        """A title that no one in the Home has: what bears it later was made for this access."""
        name = access.decided.identity.name
        taken = [member.title for member in self.plex_owner.home_members()]
        candidates = chain([name], (f"{name} {number}" for number in count(2)))
        free = next(each for each in candidates if not any(is_titled(each, title) for title in taken))
        return access.doing(title=free)

    def _create_managed(self, access: Access) -> Access:
        title = access.done.title or ""
        try:
            account_id = self.plex_owner.create_managed(title)
        except PlexRefused as error:
            if found := self._managed_titled(title):
                return _made(access, found)
            raise Impossible(self._why_not_at_home()) from error
        return _made(access, HomeMember(account_id, title, managed=True))

    def _invite_home(self, access: Access) -> Access:
        account_id = _id(access)
        name = access.decided.identity.invited_as or self.plex_owner.email_of(account_id)
        if not name:
            raise Impossible(reasons.NOT_TAKEN_INTO_HOME)
        try:
            said = self.plex_owner.invite_home(name)
        except PlexRefused as error:
            if not self.plex_owner.is_at_home(account_id):  # a second invite is refused
                raise Impossible(self._why_not_at_home()) from error
            said = True
        if not said and not self.plex_owner.is_at_home(account_id):
            raise TemporaryPlexError("plex.tv does not say whether the person is invited into the Home")
        return access.marked(Part.HOME, Mark.STANDING).advanced().saw_place(Place.INVITED, self.clock())

    def _leave_home(self, access: Access) -> Access:
        self.plex_owner.remove_from_home(_id(access))
        return access.doing(begun=None).forgot_place()

    # The share

    def _share(self, access: Access) -> Access:
        wanted = _wanted(access)
        try:
            made = self.plex_owner.share(_id(access), access.plex_grant(wanted))
        except PlexRefused as error:
            if not error.already_shared:
                return self._refused(access, wanted, error)
            return self._found_instead(access)
        mark = Mark.STANDING if made.accepted else Mark.BEGUN
        edition, now = access.decided.edition, self.clock()
        asked = replace(_share_entry(access), mark=mark, share_id=made.id, asked=edition, asked_at=now, asked_for=())
        return access.with_entry(asked).advanced().forgot_share()

    def _found_instead(self, access: Access) -> Access:
        """There is one already: of an earlier asking, its answer lost, or by another hand."""
        found = self.plex_owner.find_share(_id(access), access.machine_id)
        if found is None:
            raise TemporaryPlexError("plex.tv contradicts itself about a share")
        entry = _share_entry(access)
        earlier = replace(entry, asked_for=entry.asked_for[:-1])
        return access.with_entry(_is_it(earlier, found, access)).doing(begun=None).saw_share(found, self.clock())

    def _replace(self, access: Access) -> Access:
        return self._unshare(access).marked(Part.SHARE, Mark.GONE)

    def _unshare(self, access: Access) -> Access:
        self.plex_owner.unshare(_there(access))
        return without_late_effects(access).doing(begun=None).forgot_share()

    def _correct(self, access: Access) -> Access:
        wanted, share = _wanted(access), _there(access)
        try:
            self.plex_owner.correct(share, access.plex_grant(wanted))
        except PlexRefused as error:
            if error.is_absence and not self._libraries_gone(access.plex_grant(wanted)):
                raise TemporaryPlexError("the share went away") from error
            return self._refused(access, wanted, error)
        entry = replace(_share_entry(access), asked=access.decided.edition)
        corrected = access.with_entry(entry).doing(corrections=access.done.corrections + 1, begun=None)
        return corrected.forgot_share()

    def _put_back(self, access: Access) -> Access:
        """What another hand had shared is that again, but for libraries that are gone, and as so many libraries where
        it was everything: that is never asked of Plex. Nothing is done where none of them is left.
        """
        share, entry = _there(access), _share_entry(access)
        was = entry.before
        if was is None:
            raise AssertionError("only what was found is put back")
        library_ids = was.library_ids & self.plex_owner.library_ids(access.machine_id)
        if not library_ids:
            return access.marked(Part.SHARE, Mark.GONE).doing(begun=None)
        left = replace(was, library_ids=library_ids, everything=False)
        self.plex_owner.put_back(share, left, access.machine_id, library_ids)
        return access.with_entry(replace(entry, before=left)).doing(begun=None).forgot_share()

    def _accept(self, access: Access, token: str) -> bool:
        target, wanted = access.decided.target, access.wanted
        if wanted and wanted.features.plex_home and self._join_home(token, target.owner_id):
            return True
        entry = access.entry(Part.SHARE)
        if entry and entry.is_fresh and entry.share_id:
            return self.plex_person.accept_share(token, entry.share_id)
        return self.plex_person.accept_matching(token, owner_id=target.owner_id, machine_id=target.machine_id)

    def _join_home(self, token: str, owner_id: int) -> bool:
        try:
            return self.plex_person.join_home(token, owner_id=owner_id)
        except PlexRefused as error:
            if error.is_absence:  # v1's invites are gone at times; the share is accepted through v2 all the same
                return False
            raise

    def _is_verified(self, token: str) -> bool:
        """Whether the person's address is verified, or that cannot be told."""
        with suppress(PlexTokenRefused, PlexRefused):
            return self.plex_person.is_confirmed(token)
        return True

    # Why not

    def _refused(self, access: Access, wanted: Entitlement, error: PlexRefused) -> Access:
        """Downloads that Plex refuses are left out; what is to be hidden never is. Raises Impossible for all else."""
        if missing := self._libraries_gone(access.plex_grant(wanted)):
            raise Impossible(reasons.libraries_gone(missing)) from error
        if wanted.filters and not self.plex_owner.home_capacity().plex_pass:
            raise Impossible(reasons.HIDING_NEEDS_PLEX_PASS) from error
        if wanted.features.downloads and (error.lacks_plex_pass or not self.plex_owner.home_capacity().plex_pass):
            return without_late_effects(access).doing(without_downloads=True, begun=None)
        raise Impossible(reasons.REFUSED_BY_PLEX) from error

    def _libraries_gone(self, grant: Grant) -> list[Library]:
        there = self.plex_owner.library_ids(grant.machine_id)
        return [library for library in grant.libraries if library.id not in there]

    def _why_not_at_home(self) -> Reason:
        """plex.tv's words for it are not published, so the Home itself is asked (docs/plex.md, 6)."""
        home = self.plex_owner.home_capacity()
        if home.size >= home.most:
            return reasons.HOME_FULL
        return reasons.NOT_TAKEN_INTO_HOME if home.plex_pass else reasons.PLEX_PASS_MISSING


def is_titled(one: str, other: str) -> bool:
    """Whether two titles of managed users are the same to Plex."""
    return one.strip().casefold() == other.strip().casefold()


def prepared(step: StepName, access: Access, now: datetime) -> Access:
    """With the entry that must be saved before plex.tv is asked."""
    if step is StepName.SHARE:
        return _about_to_share(access, now)
    if step in (StepName.INVITE_HOME, StepName.CREATE_MANAGED):
        return access.with_entry(_new_entry(Part.HOME, access))
    return access


def without_late_effects(access: Access) -> Access:
    """plex.tv answered, or a read found it: what a read does not find from now on is not there."""
    entry = access.entry(Part.SHARE)
    return access.with_entry(replace(entry, asked_at=None)) if entry else access


def _about_to_share(access: Access, now: datetime) -> Access:
    """What was asked for before, and was not found, may come all the same."""
    before = access.entry(Part.SHARE)
    declined = before is not None and before.is_owed and before.asked == access.decided.edition
    lost = before.asked_for if before else ()
    fresh = replace(_new_entry(Part.SHARE, access), asked_at=now, asked_for=(*lost, _wanted(access).section_ids))
    return access.with_entry(fresh).doing(gone_before=access.done.gone_before or declined)


def _take_over(access: Access) -> Access:
    """What another hand had shared, or we before this joining, is noted before it is touched."""
    share, entry = _there(access), access.entry(Part.SHARE)
    is_ours = entry is not None and entry.made and entry.is_about(share)
    fresh = _new_entry(Part.SHARE, access)
    return access.with_entry(replace(fresh, mark=Mark.STANDING, made=is_ours, share_id=share.id, before=share))


def _new_entry(part: Part, access: Access) -> Entry:
    return Entry(part=part, plex_id=access.plex_id, machine_id=access.machine_id)


def _share_entry(access: Access) -> Entry:
    return access.entry(Part.SHARE) or _new_entry(Part.SHARE, access)


def _is_it(entry: Entry, share: Share, access: Access) -> Entry:
    """Ours, of a lost answer, if it has what was asked for; else another hand's, and ours cannot come any more."""
    if entry.may_be(share):
        return replace(entry.found(share), asked=max(entry.asked, access.decided.joining_since))
    return replace(entry, mark=Mark.GONE, asked_at=None, asked_for=())


def _made(access: Access, member: HomeMember) -> Access:
    """The managed user is there: its entry is found by its id from now on."""
    made = access.doing(managed_id=member.account_id)
    entry = replace(_new_entry(Part.HOME, made), mark=Mark.STANDING)
    gone = access.marked(Part.HOME, Mark.GONE).done.ledger
    return made.doing(ledger=gone.with_entry(entry)).advanced()


def _begun_in_the_home(access: Access) -> bool:
    begun = access.done.begun
    return begun is not None and StepName(begun.step) in IN_THE_HOME


def _there(access: Access) -> Share:
    seen = access.done.observed.share
    if seen is None or seen.share is None:
        raise AssertionError("this step needs a share that was read")
    return seen.share


def _wanted(access: Access) -> Entitlement:
    if access.wanted is None:
        raise AssertionError("this step gives what is wanted")
    return access.wanted


def _id(access: Access) -> int:
    if access.plex_id is None:
        raise AssertionError("this step needs the Plex account of the step before")
    return access.plex_id
