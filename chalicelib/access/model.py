"""One account's access: what was decided, and what was done on Plex because of it.

The two halves have different writers. People, claims and the clock decide; the worker that has the lease does.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chalicelib.access import reasons
from chalicelib.access.differences import Difference, Doubt
from chalicelib.access.entitlement import Entitlement, Identity, Observed, SeenPlace, SeenShare, Target
from chalicelib.access.progress import Progress, begin_progress
from chalicelib.access.reasons import Reason
from chalicelib.access.seats import NO_SEATS, Seats
from chalicelib.accounts.model import Tombstone
from chalicelib.common.people import Person
from chalicelib.common.ports import UNWRITABLE
from chalicelib.common.records import dataclass, field, field_names, replace
from chalicelib.common.terms import Term
from chalicelib.plex.model import Grant, Library, Place, Share

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_AGAIN_AFTER = timedelta(minutes=5)
"""How long after its next step was expected the sweep takes work for lost and sends it again."""

WATCHED_FOR = timedelta(days=7)
"""How long what cannot go on is looked at again by itself, from its decision or from its last nudge."""

EFFECT_WITHIN = timedelta(seconds=60)
"""How long after a giving call its effect may appear."""

_EARLY = timedelta(seconds=2)
"""How much too early a message may come: clocks differ."""


class Hold(StrEnum):
    """Why an account has nothing on Plex, whatever it is entitled to."""

    SUSPENDED = "suspended"
    ENDED = "ended"
    CLOSED = "closed"
    FAILED = "failed"
    """A joining was given up."""

    @property
    def takes_all(self) -> bool:
        """Whether a share that another hand had made is removed as well."""
        return self in (Hold.SUSPENDED, Hold.ENDED)


class Occasion(StrEnum):
    """What the latest decision was."""

    JOINED = "joined"
    ADOPTED = "adopted"
    EDITED = "edited"
    ACCEPTED = "accepted"
    RESTORED = "restored"
    RESUMED = "resumed"
    LINKED = "linked"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was decided before a joining began, and counts again if that fails."""

    grant: Entitlement
    identity: Identity
    target: Target
    hold: Hold | None
    term: Term | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """``edition`` rises with each decision. ``joining``: the redemption that is under way, and ``joining_since`` the
    edition that began it. ``before``: what a renewal goes over, and ``over``: what was remembered of the Plex account;
    both count again should it fail. ``reason``: why a joining was given up. ``removes_all``: the person who closed the
    account wants shares by other hands removed, too; ``deletes_profile``: and the managed profile. ``term``: how long
    access lasts from when it is there, by the calendar of ``zone``; ``starts_at`` and ``ends_at`` follow from it then.
    ``ended_at``: when the clock decided, for its end and the days of grace, that nothing is wanted any more.
    """

    grant: Entitlement
    identity: Identity
    target: Target
    occasion: Occasion
    by: Person | None = None
    hold: Hold | None = None
    reason: Reason | None = None
    joining: str | None = None
    joining_since: int = 1
    before: Before | None = None
    over: Tombstone | None = None
    removes_all: bool = False
    deletes_profile: bool = False
    term: Term | None = None
    zone: str = "UTC"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    edition: int = 1

    @property
    def takes_all(self) -> bool:
        """Whether a share that another hand had made is to go."""
        return self.removes_all or (self.hold is not None and self.hold.takes_all)

    @property
    def as_before(self) -> Before:
        """What a joining goes over."""
        return Before(
            grant=self.grant,
            identity=self.identity,
            target=self.target,
            hold=self.hold,
            term=self.term,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            ended_at=self.ended_at,
        )

    def started(self, now: datetime) -> "Decided":
        """Access is there since now: a term is counted from here."""
        ends_at = self.term.ends(now, ZoneInfo(self.zone)) if self.term else None
        return replace(self, starts_at=now, ends_at=ends_at)

    def held(self, hold: Hold, reason: Reason | None = None) -> "Decided":
        """Nothing is wanted from now on."""
        return replace(self, hold=hold, reason=reason, occasion=Occasion.HELD)


class Part(StrEnum):
    """What of an access plex.tv has for itself."""

    SHARE = "share"
    HOME = "home"


class Mark(StrEnum):
    """What is known of something that was given."""

    BEGUN = "begun"
    """It was asked for, or is about to be."""
    STANDING = "standing"
    GONE = "gone"
    """A read did not find it any more, or it is what it was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one Plex account was given on one server. Taking back works from these entries alone.

    ``made``: by us, or else found. ``before``: as it was when it was found, or when a renewal began. ``share_id`` is
    what plex.tv's answer or a read named. ``asked``: the edition that the share was last asked for with success.
    ``asked_at``: when it was last asked for, until a read found it. ``asked_for``: the libraries of each asking
    with an unknown outcome.
    """

    part: Part
    plex_id: int | None
    machine_id: str
    mark: Mark = Mark.BEGUN
    made: bool = True
    share_id: str | None = None
    before: Share | None = None
    asked: int = 0
    asked_at: datetime | None = None
    asked_for: tuple[frozenset[str], ...] = ()

    @property
    def is_owed(self) -> bool:
        """Whether something may be there still."""
        return self.mark is not Mark.GONE

    @property
    def is_fresh(self) -> bool:
        """Whether plex.tv says that it made it, and no read looked for it yet."""
        return self.mark is Mark.BEGUN and self.share_id is not None

    def is_about(self, share: Share) -> bool:
        return self.is_owed and self.share_id == share.id

    def may_be(self, share: Share) -> bool:
        """Whether it has what was asked for with an unknown outcome."""
        return not share.everything and share.library_ids in self.asked_for

    def comes_by(self, read_at: datetime) -> datetime | None:
        """When a read that does not find it would prove that it is not there; None: the one at ``read_at`` does."""
        by = self.asked_at and self.asked_at + EFFECT_WITHIN
        return by if by and read_at < by else None

    def found(self, share: Share) -> "Entry":
        """A read found it."""
        return replace(self, mark=Mark.STANDING, share_id=share.id, asked_at=None, asked_for=())


@dataclass(frozen=True, slots=True)
class Ledger:
    """One entry at most for each account, server and part."""

    entries: tuple[Entry, ...] = ()

    def find(self, part: Part, plex_id: int | None, machine_id: str) -> Entry | None:
        key = (part, plex_id, machine_id)
        return next((each for each in self.entries if (each.part, each.plex_id, each.machine_id) == key), None)

    def with_entry(self, entry: Entry) -> "Ledger":
        """With this entry in the place of the one of the same account, server and part."""
        return Ledger((*self._without(entry), entry))

    def of(self, plex_id: int | None) -> "Ledger":
        """What that account was given."""
        return Ledger(tuple(each for each in self.entries if each.plex_id == plex_id))

    def _without(self, entry: Entry) -> tuple[Entry, ...]:
        key = (entry.part, entry.plex_id, entry.machine_id)
        return tuple(each for each in self.entries if (each.part, each.plex_id, each.machine_id) != key)


@dataclass(frozen=True, slots=True)
class Begun:
    """A change that plex.tv was asked for, or is about to be; its outcome is unknown."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the worker did and saw.

    ``edition``: the one that it works for; ``settled``: the one that a read confirmed. ``title`` and ``managed_id``:
    the managed user that was made. ``tries``: how often a worker took it since its last step forward. ``need``: what a
    person has to do. ``gone_before``: an invite went away once before it was accepted. ``without_downloads``: Plex
    refused those. ``resolved``: what the grant's rule comes to since a library is gone, and ``resolves_since`` from
    when on that is waited for. ``progress``: of the latest joining. ``differs``: what looks confirmed, and ``doubts``:
    what they have only seen. ``mended``: what was restored by itself since a person decided last: once is enough.
    ``seats``: what is counted of it.
    """

    ledger: Ledger = field(default_factory=Ledger)
    observed: Observed = field(default_factory=Observed)
    edition: int = 0
    settled: int = 0
    title: str | None = None
    managed_id: int | None = None
    begun: Begun | None = None
    tries: int = 0
    corrections: int = 0
    next_try_at: datetime | None = None
    watched_until: datetime
    waits_for_owner: bool = False
    need: Reason | None = None
    gone_before: bool = False
    without_downloads: bool = False
    resolved: tuple[Library, ...] | None = None
    resolves_since: datetime | None = None
    progress: Progress | None = None
    differs: frozenset[Difference] = frozenset()
    doubts: tuple[Doubt, ...] = ()
    mended: frozenset[Difference] = frozenset()
    seats: Seats = field(default_factory=Seats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """``revision`` counts all saves, ``written_at`` is the last one's time. ``lease``: names the worker that has it
    now; ``lease_until``: when that one is certainly gone. ``is_told``: the redemption has the progress of the joining.
    """

    user_id: str
    decided: Decided
    done: Done
    written_at: datetime
    lease: str | None = None
    lease_until: datetime | None = None
    revision: int = 0
    is_told: bool = True

    @property
    def state(self) -> str:
        """One word for people: ``joining``, ``active``, or why nothing is wanted."""
        if self.decided.hold:
            return self.decided.hold.value
        return "joining" if self.is_joining else "active"

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to be done until the next decision."""
        return self.done.settled >= self.decided.edition

    @property
    def is_over(self) -> bool:
        """Whether looks pass it over: the person is unknown here."""
        return self.decided.hold in (Hold.CLOSED, Hold.FAILED)

    @property
    def is_new(self) -> bool:
        """Whether no worker had it since the latest decision."""
        return self.done.edition < self.decided.edition

    @property
    def rests(self) -> bool:
        """Nothing goes on by itself: it is settled, has to be brought back, or is left to a newer version."""
        if self.revision == UNWRITABLE:
            return True
        if self.is_new:
            return False
        waits = self.done.need is not None and self.lease_until is None and self.done.next_try_at is None
        return self.is_settled or waits

    @property
    def due_at(self) -> datetime | None:
        """When the sweep should send it again, should nothing have happened by then; None while it rests."""
        if self.rests:
            return None
        if self.done.waits_for_owner:
            return self.done.next_try_at
        next_try_at = None if self.is_new else self.done.next_try_at
        return (self.lease_until or next_try_at or self.written_at) + LOOK_AGAIN_AFTER

    @property
    def wanted(self) -> Entitlement | None:
        """What should be on Plex, None for nothing: without what Plex refused, and with what is there of its rule."""
        if self.decided.hold:
            return None
        grant = self.decided.grant
        if self.done.resolved is not None:
            grant = grant.resolved(self.done.resolved)
        return grant.without_downloads() if self.done.without_downloads else grant

    @property
    def plex_id(self) -> int | None:
        return self.decided.identity.plex_id or self.done.managed_id

    @property
    def token_key(self) -> str:
        """Under which the person's own Plex tokens are held for the work that is under way."""
        return self.decided.joining or self.user_id

    @property
    def machine_id(self) -> str:
        return self.decided.target.machine_id

    @property
    def has_profile(self) -> bool:
        """Whether a managed profile of theirs is in the Home."""
        entry = self.entry(Part.HOME)
        return self.decided.identity.managed and entry is not None and entry.is_owed

    @property
    def seated(self) -> "Access":
        """With the seats that it takes: while something is wanted, and as long as something of it may be on Plex. What
        stays there once it is over, a managed profile, is counted by looks.
        """
        if self.is_over and self.is_settled:
            return self.doing(seats=NO_SEATS)
        owed = {entry.part for entry in self.done.ledger.entries if entry.is_owed}
        is_on_plex = self.plex_id is not None or self.decided.identity.managed
        is_wanted = is_on_plex and self.decided.hold is None
        wants_home = is_wanted and self.decided.grant.features.plex_home
        home = wants_home or Part.HOME in owed or self.done.observed.is_at_home
        return self.doing(seats=Seats(server=is_wanted or Part.SHARE in owed, home=home))

    @property
    def is_joining(self) -> bool:
        return self.decided.joining is not None

    def plex_grant(self, wanted: Entitlement) -> Grant:
        """What is wanted, as plex.tv is asked for it."""
        return self.decided.target.grant(wanted)

    def entry(self, part: Part) -> Entry | None:
        """What the present account was given on the present server."""
        return self.done.ledger.find(part, self.plex_id, self.machine_id)

    def is_taken(self, now: datetime) -> bool:
        """Whether a worker has it."""
        return self.lease_until is not None and self.lease_until > now

    def crashed(self, now: datetime) -> bool:
        """Whether the worker that had it last never came back."""
        return self.lease_until is not None and self.lease_until <= now

    def is_early(self, now: datetime) -> bool:
        """Whether it is to be tried later than now, by a message that is still under way or by the sweep."""
        later = self.done.next_try_at
        return not self.is_new and not self.done.waits_for_owner and later is not None and later > now + _EARLY

    # What the worker does

    def doing(self, **changes: object) -> "Access":
        done = replace(self.done, **changes)  # type: ignore[arg-type]
        return replace(self, done=done, is_told=self.is_told and done.progress == self.done.progress)

    def taken(self, lease: str, until: datetime, now: datetime) -> "Access":
        """A worker has it. ``until``: when the worker is certainly gone."""
        mine = self.renewed(now) if self.is_new else self
        taken = mine.doing(tries=mine.done.tries + 1, next_try_at=None, waits_for_owner=False)
        return replace(taken, lease=lease, lease_until=until)

    def renewed(self, now: datetime) -> "Access":
        """At work for the latest decision, with as much patience as at the beginning."""
        progress = self.done.progress
        if self.decided.hold is Hold.CLOSED:
            progress = self._progress(lambda each: each.failed(self.decided.reason, now))
        return self.doing(
            edition=self.decided.edition,
            tries=0,
            corrections=0,
            need=None,
            next_try_at=None,
            gone_before=False,
            without_downloads=False,
            resolved=None,
            resolves_since=None,
            watched_until=now + WATCHED_FOR,
            progress=progress,
            mended=self.done.mended if self.decided.by is None else frozenset(),
        )

    def let_go(self, next_try_at: datetime | None) -> "Access":
        """No worker has it; looked at again then, if at all."""
        return replace(self.doing(next_try_at=next_try_at), lease=None, lease_until=None)

    def in_need(self, reason: Reason, next_try_at: datetime | None, now: datetime) -> "Access":
        """It cannot go on; what to do stands in ``reason``. Looked at again for so long as it is watched: taking back,
        for ever.
        """
        is_watched = self.decided.hold or (next_try_at and next_try_at <= self.done.watched_until)
        next_look = next_try_at if is_watched else None
        progress = self._progress(lambda each: each.in_need(reason, now))
        return self.doing(need=reason, progress=progress).let_go(next_look)

    def paused(self, next_try_at: datetime, now: datetime) -> "Access":
        """Let go until Plex takes the owner's token again. That does not count as a failed try."""
        tries = max(0, self.done.tries - 1) if self.lease else self.done.tries
        progress = self._progress(lambda each: each.waiting_for_owner(now))
        return self.doing(waits_for_owner=True, tries=tries, progress=progress).let_go(next_try_at)

    def nudged(self, now: datetime) -> "Access":
        """To be tried at once, with as much patience as at the beginning."""
        need = None if self.done.need == reasons.INVITATION_GONE else self.done.need
        return self.doing(
            next_try_at=now,
            tries=0,
            need=need,
            gone_before=False,
            watched_until=now + WATCHED_FOR,
            waits_for_owner=False,
            progress=self._progress(lambda each: replace(each, paused=False)),
        )

    def beginning(self, step: str, now: datetime) -> "Access":
        """About to ask plex.tv for a change."""
        return self.doing(begun=Begun(step, now))

    def advanced(self) -> "Access":
        """A change went well: the patience is renewed."""
        return self.doing(begun=None, tries=0, need=None)

    def with_entry(self, entry: Entry) -> "Access":
        return self.doing(ledger=self.done.ledger.with_entry(entry))

    def marked(self, part: Part, mark: Mark) -> "Access":
        entry = self.entry(part)
        return self.with_entry(replace(entry, mark=mark)) if entry else self

    def saw_share(self, share: Share | None, now: datetime) -> "Access":
        return self.doing(observed=replace(self.done.observed, share=SeenShare(share, now)))

    def saw_place(self, place: Place, now: datetime) -> "Access":
        return self.doing(observed=replace(self.done.observed, home=SeenPlace(place, now)))

    def forgot_share(self) -> "Access":
        """It was changed, and is to be read."""
        return self.doing(observed=replace(self.done.observed, share=None))

    def forgot_place(self) -> "Access":
        return self.doing(observed=replace(self.done.observed, home=None))

    def settled(self, now: datetime) -> "Access":
        """A read confirmed the present edition. A joining is over: done, or undone, with what was before."""
        hold = self.decided.hold
        fails = hold in (Hold.CLOSED, Hold.FAILED)
        progress = self._progress(lambda each: each.failed(self.decided.reason, now) if fails else each.done(now))
        done = self.doing(
            settled=self.decided.edition,
            begun=None,
            tries=0,
            corrections=0,
            need=None,
            progress=progress,
            differs=frozenset(),
            doubts=(),
        )
        if self.is_joining and not hold:
            done = replace(done, decided=self.decided.started(now))
        return (done.marked(Part.SHARE, Mark.GONE) if hold else done).let_go(None)

    # What looks see

    @property
    def can_be_looked_at(self) -> bool:
        """Whether no worker has it, and nothing newer is decided."""
        return self.lease_until is None and self.revision != UNWRITABLE and (self.is_settled or self.rests)

    @property
    def awaits_home(self) -> bool:
        """Whether a place in the Home is wanted, or to be given up."""
        home = self.entry(Part.HOME)
        return bool((self.wanted and self.wanted.features.plex_home) or (home and home.is_owed))

    def looked_at(self, observed: Observed, doubts: tuple[Doubt, ...], differs: frozenset[Difference]) -> "Access":
        return self.doing(observed=observed, doubts=doubts, differs=differs)

    # What people and claims decide

    def deciding(self, decided: Decided) -> "Access":
        """With the next decision."""
        return replace(self, decided=replace(decided, edition=self.decided.edition + 1))

    def after_joining(self) -> "Access":
        """No joining is under way any more; one that failed leaves what was before."""
        decided = replace(self.decided, joining=None, before=None, over=None)
        before = self.decided.before
        if before and decided.hold is Hold.FAILED:
            decided = replace(decided, **{each: getattr(before, each) for each in field_names(before)})
        entry = self.entry(Part.SHARE)
        known = self.with_entry(replace(entry, before=None)) if entry and entry.made else self
        return replace(known, decided=decided).seated

    def _progress(self, change: "Callable[[Progress], Progress]") -> Progress | None:
        """That of the joining, which changes until it is over."""
        progress = self.done.progress
        return change(progress) if progress and progress.is_open else progress


def begin_access(user_id: str, decided: Decided, *, now: datetime, over: Access | None = None) -> Access:
    """A new access, or the next decision ``over`` the one that is there; with its progress where it is a joining.

    What was given to another Plex account of the same person before is not there any more.
    """
    need = reasons.LINK_PLEX if decided.identity.plex_id is None and not decided.identity.managed else None
    home = decided.grant.features.plex_home
    progress = begin_progress(home=home, now=now, need=need) if decided.joining else None
    if over is None:
        done = Done(watched_until=now + WATCHED_FOR, progress=progress, edition=1 if need else 0, need=need)
        return Access(user_id=user_id, decided=decided, done=done, written_at=now)
    ledger = over.done.ledger.of(decided.identity.plex_id)
    known = replace(over, done=replace(over.done, progress=progress, ledger=ledger, managed_id=None, title=None))
    return replace(known.deciding(replace(decided, joining_since=over.decided.edition + 1)), written_at=now)
