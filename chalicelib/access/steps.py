"""The next step from what plex.tv has to what is wanted. Nothing here asks anything of anybody.

What is not idempotent is never simply repeated: a change with an unknown outcome is read first.
"""

from datetime import datetime
from enum import Enum, StrEnum, auto

from chalicelib.access import progress, reasons
from chalicelib.access.entitlement import Entitlement, Rule
from chalicelib.access.model import EFFECT_WITHIN, Access, Entry, Hold, Occasion, Part
from chalicelib.access.reasons import Reason
from chalicelib.common.records import dataclass
from chalicelib.plex.filters import same_filters
from chalicelib.plex.model import Place, Share

MOST_CORRECTIONS = 3
BY_HAND = (reasons.MUST_ACCEPT, reasons.ACCEPT_HOME, reasons.VERIFY_EMAIL)
"""What a person does at Plex themselves."""
NOT_TAKEN = (*BY_HAND, reasons.INVITATION_GONE)
"""Why an invite that went away is not made again: the person was asked, and it is for them to say."""
TRIES_TO_SEE_IT = 6
"""About two minutes: by then plex.tv shows the person their invite, and if not, they may find it by hand."""


class StepName(StrEnum):
    READ_SHARE = "read_share"
    READ_HOME = "read_home"
    PICK_TITLE = "pick_title"
    CREATE_MANAGED = "create_managed"
    INVITE_HOME = "invite_home"
    SHARE = "share"
    TAKE_OVER = "take_over"
    REPLACE = "replace"
    CORRECT = "correct"
    ACCEPT = "accept"
    UNSHARE = "unshare"
    PUT_BACK = "put_back"
    LEAVE_HOME = "leave_home"


MAY_BE_LATE = frozenset({StepName.CREATE_MANAGED, StepName.INVITE_HOME})
"""What plex.tv does twice where it is asked twice: its absence tells nothing for a while. A second share is refused."""
IN_THE_HOME = frozenset(
    {StepName.READ_HOME, StepName.PICK_TITLE, StepName.CREATE_MANAGED, StepName.INVITE_HOME, StepName.LEAVE_HOME}
)
READING = frozenset({StepName.READ_SHARE, StepName.READ_HOME})
CHANGING = frozenset(StepName) - READING - {StepName.PICK_TITLE, StepName.TAKE_OVER}


class Accepting(Enum):
    """What became of accepting in the person's name, in this run."""

    UNTRIED = auto()
    NOT_SHOWN = auto()
    """plex.tv does not show the person the invite, yet or at all."""
    REFUSED = auto()
    ACCEPTED = auto()
    UNVERIFIED = auto()
    """Their e-mail address is to be verified first."""


@dataclass(frozen=True, slots=True)
class Step:
    """Ask plex.tv this next."""

    name: StepName


@dataclass(frozen=True, slots=True)
class Settled:
    """A read after the last change found what is wanted."""


@dataclass(frozen=True, slots=True)
class Later:
    """It is tried again in a while, and nothing is to be done about it meanwhile; before ``by``, if that is given."""

    by: datetime | None = None


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """It goes on once a person did what ``reason`` says."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class GivesUp:
    """The joining has failed."""

    reason: Reason


Next = Step | Settled | Later | NeedsPerson | GivesUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the next step depends on. ``known``: what this run read; the rest may have changed. ``token_held``: the
    person's own Plex token is at hand. ``accepting``, ``corrected``, ``left_home``: what this run asked for already.
    """

    access: Access
    known: frozenset[Part] = frozenset()
    token_held: bool = False
    accepting: Accepting = Accepting.UNTRIED
    corrected: bool = False
    left_home: bool = False

    @property
    def wants_home(self) -> bool:
        """Whether a place in the Home is wanted that the person takes themselves."""
        wanted, managed = self.access.wanted, self.access.decided.identity.managed
        return wanted is not None and wanted.features.plex_home and not managed

    @property
    def share(self) -> Share | None:
        """The share as it was last read."""
        seen = self.access.done.observed.share
        return seen.share if seen else None

    @property
    def share_read_at(self) -> datetime | None:
        """When it was read; None: it is not known now."""
        seen = self.access.done.observed.share
        return seen.at if seen and Part.SHARE in self.known else None

    @property
    def place(self) -> Place | None:
        """The place in the Home; None: not known now."""
        seen = self.access.done.observed.home
        return seen.place if seen and Part.HOME in self.known else None


def next_step(case: Situation) -> Next:
    """The one thing to do next."""
    begun = case.access.done.begun
    if begun:
        return _find_out(case, StepName(begun.step), begun.at)
    wanted = case.access.wanted
    return _take_back(case) if wanted is None else _give(case, wanted)


def stage_of(chosen: Next, present: progress.StepName) -> progress.StepName:
    """Where on its way a joining is, by what is done next; a read tells nothing."""
    if not isinstance(chosen, Step):
        return present
    if chosen.name is StepName.ACCEPT:
        return progress.StepName.ACCEPT
    if chosen.name in IN_THE_HOME:
        return present if chosen.name is StepName.READ_HOME else progress.StepName.HOME
    return present if chosen.name is StepName.READ_SHARE else progress.StepName.SHARE


def _find_out(case: Situation, step: StepName, at: datetime) -> Next:
    """What was begun has an unknown outcome: plex.tv is read, and again where the effect may be late."""
    part = Part.HOME if step in IN_THE_HOME else Part.SHARE
    if part in case.known:
        return Later(at + EFFECT_WITHIN)
    return Step(StepName.READ_HOME if part is Part.HOME else StepName.READ_SHARE)


def _give(case: Situation, wanted: Entitlement) -> Next:
    return _find_account(case) or _into_home(case) or _give_libraries(case, wanted)


def _find_account(case: Situation) -> Next | None:
    """None where there is a Plex account to give it to."""
    access = case.access
    if access.plex_id is not None:
        return None
    if not access.decided.identity.managed:
        return NeedsPerson(reasons.LINK_PLEX)
    return Step(StepName.CREATE_MANAGED if access.done.title else StepName.PICK_TITLE)


def _into_home(case: Situation) -> Next | None:
    """None where the person is in the Home, or invited, or need not be."""
    if not case.wants_home:
        return _out_of_home(case)
    if case.place in (Place.INVITED, Place.MEMBER):
        return None
    return Step(StepName.INVITE_HOME if case.place is Place.OUT else StepName.READ_HOME)


def _out_of_home(case: Situation) -> Next | None:
    """A place that an earlier decision gave, and an edit took away. None where there is none."""
    access, entry = case.access, case.access.entry(Part.HOME)
    is_taken = access.decided.occasion is Occasion.EDITED and not access.decided.identity.managed
    if not is_taken or entry is None or not entry.is_owed or case.place is Place.OUT:
        return None
    if case.place is None:
        return Step(StepName.READ_HOME)
    return Later() if case.left_home else Step(StepName.LEAVE_HOME)


def _give_libraries(case: Situation, wanted: Entitlement) -> Next:
    entry = case.access.entry(Part.SHARE)
    if case.share_read_at:
        if case.share is None:
            return _give_again(case, entry, case.share_read_at)
        return _bring_to(case, wanted, case.share, entry)
    if entry is None and case.access.is_joining:
        return Step(StepName.SHARE)  # most people have none, and plex.tv refuses a second
    if entry and entry.is_fresh and case.token_held and case.accepting is Accepting.UNTRIED:
        return Step(StepName.ACCEPT)
    return Step(StepName.READ_SHARE)


def _bring_to(case: Situation, wanted: Entitlement, share: Share, entry: Entry | None) -> Next:
    """What is shared, brought to what is wanted."""
    if entry is None or not entry.is_about(share) or _is_of_before(case, entry):
        return Step(StepName.TAKE_OVER)
    if not entry.made and not share.accepted and (chosen := _take_over_invite(case)):
        return chosen
    if not is_as_wanted(wanted, share) or (_is_untold(share) and entry.asked < case.access.decided.edition):
        return _correct(case)
    return _have_accepted(case, share)


def _have_accepted(case: Situation, share: Share) -> Next:
    if not share.accepted:
        return _accept(case, reasons.MUST_ACCEPT)
    if case.wants_home and case.place is not Place.MEMBER:
        return _accept(case, reasons.ACCEPT_HOME)
    return Settled()


def _is_of_before(case: Situation, entry: Entry) -> bool:
    """Whether it was made before this joining began, and is not noted as it was then."""
    return case.access.is_joining and entry.before is None and entry.asked < case.access.decided.joining_since


def _give_again(case: Situation, entry: Entry | None, read_at: datetime) -> Next:
    """There is no share. One that was made for this decision was declined, or never kept: it is given once more, unless
    the person was asked to accept it.
    """
    if entry is None or not entry.is_owed:
        return Step(StepName.SHARE)
    if by := entry.comes_by(read_at):
        return Later(by)
    done = case.access.done
    was_asked = entry.asked == case.access.decided.edition
    if was_asked and (done.gone_before or done.need in NOT_TAKEN):
        return cannot(case.access, reasons.INVITATION_GONE)
    return Step(StepName.SHARE)


def _take_over_invite(case: Situation) -> Next | None:
    """An invite by another hand is accepted. It may be the row that a cancelled one left behind, which is shown to no
    one and cannot be accepted (docs/plex.md, 8): that makes way for one of our own.
    """
    if case.token_held and case.accepting is Accepting.UNTRIED:
        return Step(StepName.ACCEPT)
    if not case.token_held or case.accepting is Accepting.NOT_SHOWN:
        return Later() if case.corrected else Step(StepName.REPLACE)
    return NeedsPerson(reasons.VERIFY_EMAIL) if case.accepting is Accepting.UNVERIFIED else None


def _correct(case: Situation) -> Next:
    if case.access.done.corrections >= MOST_CORRECTIONS:
        return cannot(case.access, reasons.NOT_AS_GRANTED)
    return Later() if case.corrected else Step(StepName.CORRECT)


def _accept(case: Situation, by_hand: Reason) -> Next:
    if not case.token_held:
        return NeedsPerson(by_hand)
    match case.accepting:
        case Accepting.UNTRIED:
            return Step(StepName.ACCEPT)
        case Accepting.UNVERIFIED:
            return NeedsPerson(reasons.VERIFY_EMAIL)
        case Accepting.REFUSED:
            return NeedsPerson(by_hand)
    return Later() if case.access.done.tries < TRIES_TO_SEE_IT else NeedsPerson(by_hand)


def _take_back(case: Situation) -> Next:
    home = case.access.entry(Part.HOME)
    if case.access.plex_id is not None and (chosen := _take_back_share(case, case.access.entry(Part.SHARE))):
        return chosen
    return _end_home(case) if home and home.is_owed else Settled()


def _take_back_share(case: Situation, entry: Entry | None) -> Next | None:
    """None where nothing that is to go is there, nor can come."""
    may_be_there = entry is not None and (entry.is_owed or entry.asked_at)
    if not may_be_there and not case.access.decided.takes_all:
        return None
    if not case.share_read_at:
        return Step(StepName.READ_SHARE)
    if case.share:
        return _end_share(case, entry, case.share)
    by = entry.comes_by(case.share_read_at) if entry else None
    return Later(by) if by else None


def _end_share(case: Situation, entry: Entry | None, share: Share) -> Next | None:
    """What is to become of it; None: it stays as it is."""
    if case.access.decided.takes_all:
        return Later() if case.corrected else Step(StepName.UNSHARE)
    if entry is None or not entry.is_about(share):
        return None
    stays = not entry.made or (entry.before and case.access.decided.hold is Hold.FAILED)
    if not stays:
        return Later() if case.corrected else Step(StepName.UNSHARE)
    if entry.before is None or is_back(share, entry.before):
        return None
    return Later() if case.corrected else Step(StepName.PUT_BACK)


def _end_home(case: Situation) -> Next:
    """A managed profile that was let in stays, without its libraries, until a person confirms that it may go."""
    if case.place is None:
        return Step(StepName.READ_HOME)
    if case.place is Place.OUT or (case.access.decided.identity.managed and not _may_delete_profile(case)):
        return Settled()
    return Later() if case.left_home else Step(StepName.LEAVE_HOME)


def _may_delete_profile(case: Situation) -> bool:
    return case.access.decided.deletes_profile or case.access.decided.hold is Hold.FAILED


def cannot(access: Access, reason: Reason) -> NeedsPerson | GivesUp:
    """What plex.tv will not give: only a joining is given up."""
    return GivesUp(reason) if access.is_joining and access.wanted else NeedsPerson(reason)


def is_as_wanted(wanted: Entitlement, share: Share) -> bool:
    """Whether it gives what is wanted, no more and no less, as far as the answer told."""
    if wanted.rule is Rule.EVERYTHING:
        libraries = share.everything
    else:
        libraries = not share.everything and share.library_ids == wanted.section_ids
    features = wanted.features
    if share.filters is not None and not same_filters(share.filters, wanted.filters):
        return False
    return libraries and share.downloads in (None, features.downloads) and share.live_tv in (None, features.live_tv)


def is_back(share: Share, was: Share) -> bool:
    """Whether a share is what another hand had made of it."""
    features = (bool(share.downloads), bool(share.live_tv))
    hides_the_same = None in (share.filters, was.filters) or same_filters(share.filters or (), was.filters or ())
    is_same = share.library_ids == was.library_ids and features == (bool(was.downloads), bool(was.live_tv))
    return is_same and hides_the_same


def _is_untold(share: Share) -> bool:
    """Whether plex.tv left out what it allows."""
    return None in (share.downloads, share.live_tv)
